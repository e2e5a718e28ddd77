"""A link that a colleague sent, opened on a server that nobody has used yet."""

from collections.abc import Callable

import pytest
from browser.serving import Server
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("train", "Train a model"),
        ("data_sets?add=folder", "Add a data set"),
        ("models", "Models"),
        ("predict", "Predict"),
    ],
)
def test_deep_link_on_a_fresh_server_shows_the_whole_app(
    server: Server, open_page: Callable[..., Page], path: str, title: str
) -> None:
    page = open_page(f"{server.url}/{path}")
    expect(page.get_by_role("heading", level=1, name=title, exact=True)).to_be_visible()
    for name in ("Start", "Data sets", "Train", "Models", "Predict"):
        expect(page.get_by_test_id("stSidebarNav").get_by_text(name, exact=True)).to_be_visible()
    expect(page.get_by_text("Research use only. Not a medical device.")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert page.url.endswith(path)
