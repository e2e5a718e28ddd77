"""Which source to start from, asked on the page: in the background, with Stop, and then chosen."""

from collections.abc import Callable

import pytest
from browser.serving import Server
from conftest import Trained, write_bands
from playwright.sync_api import Page, expect

import medapp

pytestmark = pytest.mark.browser

Opener = Callable[[str], Page]


def test_sources_are_compared_and_one_is_taken(
    trained: Trained, trained_server: Server, open_page: Opener
) -> None:
    page = open_page(f"{trained_server.url}/train")
    page.get_by_text("Which source?").click()
    page.get_by_role("button", name="Compare the sources").click()
    # The answer comes without another click, and the section is still open.
    expect(page.get_by_text("cannot be told apart (").first).to_be_visible()
    expect(page.get_by_text("The test split was not read.").first).to_be_visible()
    expect(page.get_by_text("Small pixels").first).to_be_attached()
    page.get_by_role("button", name="Start from Random weights").click()
    expect(page.get_by_role("combobox", name="Start from")).to_have_value("Nothing: random weights")
    expect(page.get_by_text("--from none").first).to_be_attached()
    page.reload()
    page.get_by_text("Which source?").click()
    expect(page.get_by_role("button", name="Compare again")).to_be_visible()
    expect(page.get_by_text("Not asked yet")).to_have_count(0)


def test_a_model_that_came_since_is_said_not_to_be_asked_yet(
    trained: Trained, trained_server: Server, open_page: Opener
) -> None:
    session = medapp.open(trained.workspace.root)
    session.rank("bands", image_size=32)
    other = session.add_data(write_bands(trained.folder.parent / "other", seed=3), name="other")
    quick = {"image_size": 32, "batch_size": 8, "epochs": 1, "precision": "float32", "threads": 1}
    session.train(other, name="came since", strategy="fine-tune", **quick)
    data = session.find_data("bands")
    page = open_page(f"{trained_server.url}/train?data={data.id}")
    page.get_by_text("Which source?").click()
    expect(page.get_by_text("Not asked yet: came since. Compare again.")).to_be_visible()
