"""The menu leads to a page's beginning from what the page has open, and Back leads there again."""

from collections.abc import Callable

import pytest
from browser.serving import Server
from playwright.sync_api import Page, expect

from medapp.data.catalog import Catalog

pytestmark = pytest.mark.browser


def test_the_entry_of_the_open_page_leads_to_its_beginning(
    trained_server: Server, open_page: Callable[..., Page]
) -> None:
    bands = Catalog(trained_server.workspace).find_data_set("bands")
    page = open_page(f"{trained_server.url}/data_sets?set={bands.id}&view=Manage")
    # The titles are a list: while a page is drawn, the one before may still stand beside it.
    titles = page.get_by_role("heading", level=1)
    expect(titles).to_have_text(["bands"])
    # The listener stands once the page was drawn to its foot.
    expect(page.get_by_text("Research use only.")).to_be_visible()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Data sets").click()
    expect(titles).to_have_text(["Data sets"])
    assert page.url == f"{trained_server.url}/data_sets"
    page.go_back()
    expect(titles).to_have_text(["bands"])
    expect(page.get_by_role("radio", name="Manage")).to_be_checked()
