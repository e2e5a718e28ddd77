"""Images like the one in front of the reader, found in the background and opened by a click."""

from collections.abc import Callable

import pytest
from browser.serving import Server
from playwright.sync_api import Page, expect

from medapp.data.catalog import Catalog

pytestmark = pytest.mark.browser


def test_images_like_one_are_found_and_opened(
    trained_server: Server, open_page: Callable[..., Page]
) -> None:
    catalog = Catalog(trained_server.workspace)
    bands = catalog.find_data_set("bands")
    sample = catalog.load_samples(bands)[0]
    page = open_page(f"{trained_server.url}/data_sets?set={bands.id}&image={sample.id}")
    expect(page.get_by_role("heading", name=sample.name)).to_be_visible()
    page.get_by_role("button", name="Find images like this one").click()
    count = catalog.count_samples(bands)
    expect(page.get_by_text(f"Compared with {count - 1} images")).to_be_visible()
    tiles = page.locator(".tile")
    expect(tiles).to_have_count(12)
    name = tiles.first.locator(".caption").inner_text()
    tiles.first.click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(page).not_to_have_url(f"{trained_server.url}/data_sets?set={bands.id}&image={sample.id}")
    # What was read is kept: the next image has its likes at once.
    expect(page.get_by_text(f"Compared with {count - 1} images")).to_be_visible()
