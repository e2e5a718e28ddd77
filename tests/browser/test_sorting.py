"""The worst judged image stands first in the gallery, and gets another label there."""

from collections.abc import Callable

import pytest
from browser.choosing import choose, wait_for_rest
from browser.serving import Server
from playwright.sync_api import Page, expect

from medapp.data.catalog import Catalog
from medapp.data.edits import RELABEL, Change, apply_edits, list_edits
from medapp.studies.sorting import list_images

pytestmark = pytest.mark.browser


def test_the_worst_image_by_a_runs_loss_is_first_and_is_relabelled_from_there(
    trained_server: Server, open_page: Callable[..., Page]
) -> None:
    catalog = Catalog(trained_server.workspace)
    bands = catalog.find_data_set("bands")
    # A wrong label: the image that the run is surest of.
    sure = list_images(trained_server.workspace, bands, "loss", "probe", is_reversed=True)[0].sample
    other = {"above": "below", "below": "above"}[sure.label]
    apply_edits(catalog, bands, [Change(sure.id, RELABEL, other)])
    page = open_page(f"{trained_server.url}/data_sets?set={bands.id}")
    tiles = page.locator(".tile")
    expect(tiles).to_have_count(32)
    choose(page, "Sort", page.get_by_role("option", name="Loss"))
    expect(page.get_by_text("images were judged by probe: its test split.")).to_be_visible()
    expect(tiles.first).to_contain_text(sure.name.rpartition("/")[2])
    expect(tiles.first).to_contain_text(f"→ {sure.label}")
    expect(tiles.first.locator(".badge").last).to_have_text(read_loss(page))
    # The address says the same to whom it is sent.
    page.reload()
    expect(tiles.first).to_contain_text(f"→ {sure.label}")
    expect(page.get_by_role("combobox", name="Sort")).to_have_value("Loss")
    wait_for_rest(page)
    wrong = list_images(trained_server.workspace, bands, "loss", "probe", only_wrong=True)
    choose(page, "Only", page.get_by_role("option", name="judged wrongly"))
    expect(tiles).to_have_count(len(wrong))
    wait_for_rest(page)
    tiles.first.locator(".mark").click()
    expect(page.get_by_text("1 selected")).to_be_visible()
    wait_for_rest(page)
    page.get_by_test_id("stPopoverButton").filter(has_text="Relabel").click()
    choose(page, "New class", page.get_by_role("option", name=sure.label))
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="Relabel").click()
    expect(page.get_by_text("1 selected")).to_have_count(0)
    edit = list_edits(catalog, bands)[0]
    assert (edit.sample_id, edit.kind, edit.after) == (sure.id, RELABEL, sure.label)


def read_loss(page: Page) -> str:
    """The loss that stands below the first image."""
    return page.locator(".tile").first.get_attribute("title").rpartition("loss ")[2].strip(")")  # type: ignore[union-attr]
