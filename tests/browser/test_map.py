"""Images are chosen on the map with the mouse, and what is done to them stands in the log."""

from collections.abc import Callable

import numpy as np
import pytest
from browser.choosing import choose
from browser.serving import Server
from playwright.sync_api import Locator, Page, expect

from medapp.audit.map import find_map
from medapp.data.catalog import Catalog
from medapp.data.edits import list_edits
from medapp.data.samples import DataSet

pytestmark = pytest.mark.browser

# Where a figure draws columns of its plane, in px of the window.
PLACES = """(figure, xs) => {
    const axis = figure._fullLayout.xaxis;
    const left = figure.getBoundingClientRect().left + axis._offset;
    return xs.map((x) => left + axis.d2p(x));
}"""


def draw_lasso(page: Page, figure: Locator, left: float, right: float) -> None:
    """Drag the mouse around all points between two columns, in px of the window."""
    figure.scroll_into_view_if_needed()
    area = figure.locator(".nsewdrag").bounding_box()
    assert area is not None
    top, bottom = area["y"] + 2, area["y"] + area["height"] - 2
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom), (left, top)):
        page.mouse.move(x, y, steps=8)
    page.mouse.up()


def choose_leftmost(page: Page, server: Server, data_set: DataSet, count: int) -> set[int]:
    """Draw a lasso around the images that lie farthest to the left; gives their ids."""
    samples = Catalog(server.workspace).load_samples(data_set)
    found = find_map(server.workspace, data_set, samples, "pca")
    assert found is not None
    columns = np.sort(found.positions[:, 0])
    border = float(columns[count - 1 : count + 1].mean())
    figure = page.locator(".js-plotly-plot")
    at = figure.evaluate(PLACES, [float(columns[0]), border])
    draw_lasso(page, figure, at[0] - 12, at[1])
    expect(page.get_by_text(f"{count} selected")).to_be_visible()
    chosen = np.flatnonzero(found.positions[:, 0] < border).tolist()
    return {found.ids[row] for row in chosen}


def expect_title(page: Page, words: str) -> None:
    """Wait for a figure that says so, and until the one before it has gone."""
    expect(page.locator(".gtitle", has_text=words)).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(1)


def find_changed(server: Server, data_set: DataSet, kind: str) -> set[int]:
    edits = list_edits(Catalog(server.workspace), data_set)
    return {edit.sample_id for edit in edits if edit.kind == kind}


def test_a_lasso_selects_images_that_are_relabelled_and_left_out(
    trained_server: Server, open_page: Callable[..., Page]
) -> None:
    catalog = Catalog(trained_server.workspace)
    bands = catalog.find_data_set("bands")
    count = catalog.count_samples(bands)
    page = open_page(f"{trained_server.url}/data_sets?set={bands.id}&view=Map")
    page.get_by_role("button", name="Draw the map").click()
    expect(page.get_by_text(f"{count} of {count} images")).to_be_visible()
    chosen = choose_leftmost(page, trained_server, bands, 5)
    expect(page.locator(".tile")).to_have_count(5)
    page.get_by_role("textbox", name="Reason").fill("seen on the map")
    page.get_by_role("button", name="Relabel").click()
    page.get_by_role("combobox", name="New class").fill("unclear")
    page.keyboard.press("Enter")
    page.get_by_test_id("stPopoverBody").get_by_role("button", name="Relabel").click()
    # Other groups of points: nothing is selected any more, and the new class has its colour.
    expect(page.get_by_text("5 selected")).to_have_count(0)
    expect_title(page, "unclear")
    assert find_changed(trained_server, bands, "relabel") == chosen
    left_out = choose_leftmost(page, trained_server, bands, 3)
    assert left_out < chosen
    page.get_by_role("button", name="Leave out").click()
    expect(page.get_by_text(f"{count - 3} of {count - 3} images")).to_be_visible()
    assert find_changed(trained_server, bands, "leave out") == left_out
    page.get_by_role("radio", name="Edits").click()
    expect(page.get_by_text("Last change: leave out")).to_be_visible()
    reasons = [edit.reason for edit in list_edits(catalog, bands)]
    assert reasons.count("seen on the map") >= 5


def test_the_address_says_how_a_map_is_arranged_and_coloured(
    trained_server: Server, open_page: Callable[..., Page]
) -> None:
    bands = Catalog(trained_server.workspace).find_data_set("bands")
    page = open_page(f"{trained_server.url}/data_sets?set={bands.id}&view=Map&map=tsne")
    page.get_by_role("button", name="Draw the map").click()
    expect_title(page, "Images that a network sees alike stand together")
    expect(page.get_by_text("means nothing")).to_be_visible()
    choose(page, "Colour by", page.get_by_role("option", name="loss, judged by probe"))
    expect_title(page, "not judged")
    expect(page.locator(".js-plotly-plot .cbtitle")).to_have_text("loss")
    expect(page.get_by_text("were judged by probe: its test split")).to_be_visible()
    page.reload()
    expect_title(page, "not judged")
    expect(page.get_by_text("means nothing")).to_be_visible()
