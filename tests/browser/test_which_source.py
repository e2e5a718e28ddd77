"""Which source to start from, asked on the page: in the background, with Stop, and then chosen."""

from collections.abc import Callable

import pytest
from browser.serving import Server
from conftest import Trained
from playwright.sync_api import Page, expect

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
