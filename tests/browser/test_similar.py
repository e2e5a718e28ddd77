"""Images like the one in front of the reader, found in the background and opened by a click."""

from collections.abc import Callable

import pytest
from browser.choosing import wait_for_rest
from browser.serving import Server
from playwright.sync_api import Page, expect

from medapp.data.catalog import Catalog
from medapp.data.edits import list_edits

pytestmark = pytest.mark.browser


def test_images_like_one_are_found_and_opened(
    shown_server: Server, open_page: Callable[..., Page]
) -> None:
    catalog = Catalog(shown_server.workspace)
    bands = catalog.find_data_set("bands")
    sample = catalog.load_samples(bands)[0]
    page = open_page(f"{shown_server.url}/data_sets?set={bands.id}&image={sample.id}")
    expect(page.get_by_role("heading", name=sample.name)).to_be_visible()
    page.get_by_role("button", name="Find images like this one").click()
    count = catalog.count_samples(bands)
    expect(page.get_by_text(f"Compared with {count - 1} images")).to_be_visible()
    tiles = page.locator(".tile")
    expect(tiles).to_have_count(12)
    name = tiles.first.locator(".caption").inner_text()
    tiles.first.click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(page).not_to_have_url(f"{shown_server.url}/data_sets?set={bands.id}&image={sample.id}")
    # What was read is kept: the next image has its likes at once, and those of the last one go.
    expect(page.get_by_text(f"Compared with {count - 1} images")).to_have_count(1)


def test_images_like_one_are_selected_and_relabelled_together_with_it(
    trained_server: Server, open_page: Callable[..., Page]
) -> None:
    catalog = Catalog(trained_server.workspace)
    bands = catalog.find_data_set("bands")
    sample = catalog.load_samples(bands)[0]
    page = open_page(f"{trained_server.url}/data_sets?set={bands.id}&image={sample.id}&like=1")
    tiles = page.locator(".tile")
    expect(tiles).to_have_count(12)
    tiles.nth(0).locator(".mark").click()
    expect(page.get_by_text("1 selected")).to_be_visible()
    tiles.nth(2).click(modifiers=["Shift"])
    expect(page.get_by_text("3 selected")).to_be_visible()
    names = {tiles.nth(place).locator(".caption").inner_text() for place in range(3)}
    selection = page.locator(".st-key-similar-selection")
    selection.get_by_text("And the image above").click()
    expect(selection.get_by_role("checkbox")).to_be_checked()
    wait_for_rest(page)
    selection.get_by_role("button", name="Relabel").click()
    page.get_by_role("combobox", name="New class").fill("unclear")
    page.keyboard.press("Enter")
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="Relabel").click()
    expect(page.get_by_text("3 selected")).to_have_count(0)
    expect(page.locator(".tile", has_text="unclear")).to_have_count(3)
    changed = [edit for edit in list_edits(catalog, bands) if edit.kind == "relabel"]
    expected = names | {sample.name.rpartition("/")[2]}
    assert {edit.name.rpartition("/")[2] for edit in changed} == expected
    assert len(changed) == 4
