"""Images are selected in the gallery by mouse and keys, and edited together."""

import re
from collections.abc import Callable

import pytest
from browser.choosing import choose
from browser.serving import Server
from playwright.sync_api import Page, expect

from medapp.data.catalog import Catalog
from medapp.data.edits import list_edits
from medapp.runs.making import find_run

pytestmark = pytest.mark.browser


def test_images_are_selected_by_mouse_and_keys_and_left_out_together(
    trained_server: Server, open_page: Callable[..., Page]
) -> None:
    catalog = Catalog(trained_server.workspace)
    bands = catalog.find_data_set("bands")
    count = catalog.count_samples(bands)
    page = open_page(f"{trained_server.url}/data_sets?set={bands.id}&order=Name")
    tiles = page.locator(".tile")
    pressed = page.locator('.tile[aria-pressed="true"]')
    expect(tiles).to_have_count(count)
    expect(page.get_by_text("selected", exact=False)).to_have_count(0)
    tiles.nth(1).click(modifiers=["Control"])
    expect(page.get_by_text("1 selected")).to_be_visible()
    tiles.nth(3).click(modifiers=["Shift"])
    expect(page.get_by_text("3 selected")).to_be_visible()
    expect(pressed).to_have_count(3)
    tiles.nth(5).locator(".mark").click()
    expect(page.get_by_text("4 selected")).to_be_visible()
    # Keys: the page is drawn again after each choice, and the focus stays.
    page.keyboard.press("ArrowRight")
    page.keyboard.press(" ")
    expect(page.get_by_text("5 selected")).to_be_visible()
    page.keyboard.press("Escape")
    expect(pressed).to_have_count(0)
    page.keyboard.press(" ")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_text("2 selected")).to_be_visible()
    page.get_by_role("textbox", name="Reason").fill("blurred")
    page.get_by_role("button", name="Leave out").click()
    expect(tiles).to_have_count(count - 2)
    expect(pressed).to_have_count(0)
    assert [edit.reason for edit in list_edits(catalog, bands)] == ["blurred", "blurred"]
    names = [s.name for s in catalog.load_samples(bands, with_left_out=True) if s.is_left_out]
    assert names == ["above/p06.png", "above/p07.png"]
    # What is left out can be asked for, and taken back.
    choose(page, "Only", page.get_by_role("option", name="left out (2)"))
    expect(tiles).to_have_count(2)
    expect(page.locator(".badge").first).to_have_text("left out")
    tiles.first.focus()
    page.keyboard.press("Control+a")
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text(f"{count} images").first).to_be_visible()
    assert catalog.count_samples(bands) == count


def test_the_size_of_the_images_is_a_slider_and_enter_opens_one(
    trained_server: Server, open_page: Callable[..., Page]
) -> None:
    bands = Catalog(trained_server.workspace).find_data_set("bands")
    page = open_page(f"{trained_server.url}/data_sets?set={bands.id}")
    expect(page.locator(".tile").first).to_be_visible()
    slider = page.get_by_role("slider", name="Size of the images")
    slider.fill("320")
    expect(page.locator(".gallery")).to_have_attribute("style", "--tile: 320px;")
    page.locator(".tile").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Leave out")).to_be_visible()
    expect(page).to_have_url(re.compile("image="))


def test_an_image_behind_a_cell_of_the_confusion_matrix_is_edited_there(
    trained_server: Server, open_page: Callable[..., Page]
) -> None:
    catalog = Catalog(trained_server.workspace)
    bands = catalog.find_data_set("bands")
    run = find_run(trained_server.workspace, "probe")
    page = open_page(f"{trained_server.url}/models?model={run.id}")
    expect(page.get_by_role("heading", name="Per class")).to_be_visible()
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning"
    )  # a list that opens while the page is drawn closes again
    choose(page, "Click a cell, or choose one", page.get_by_role("option").first)
    expect(page.get_by_text("the number is the probability of")).to_be_visible()
    page.locator(".tile .mark").first.click()
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.get_by_role("button", name="Leave out").click()
    expect(page.locator(".badge").first).to_contain_text("left out")
    expect(page.get_by_text("1 was left out since it began (1 in its test split)")).to_be_visible()
    (edit,) = list_edits(catalog, bands)
    assert edit.kind == "leave out"
