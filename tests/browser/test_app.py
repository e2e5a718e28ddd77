"""What only a browser can show: the address, the gallery, the heatmap over its image, curves that
keep their zoom.
"""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from browser.serving import Server
from conftest import Trained
from PIL import Image
from playwright.sync_api import Page, expect

from medapp.data.catalog import Catalog
from medapp.runs.making import find_run

pytestmark = pytest.mark.browser

Opener = Callable[[str], Page]


def test_a_filtered_gallery_survives_reload_and_back(
    shown: Trained, shown_server: Server, open_page: Opener
) -> None:
    catalog = Catalog(shown.workspace)
    data_set = catalog.list_data_sets()[0]
    samples = catalog.load_samples(data_set, label="below")
    page = open_page(f"{shown_server.url}/data_sets?set={data_set.id}&label=below")
    page.locator(".tile").nth(len(samples) - 1).wait_for()
    expect(page.locator(".tile")).to_have_count(len(samples))
    page.locator(".tile").nth(1).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.locator(".pane").first.wait_for()
    expect(page.locator(".position").last).to_have_text(f"3 of {len(samples)}")
    page.reload()
    page.get_by_label("Next image (→)").click()
    page.get_by_text(f"4 of {len(samples)}", exact=True).first.wait_for()
    page.go_back()
    page.get_by_text(f"3 of {len(samples)}", exact=True).first.wait_for()
    page.go_back()
    page.locator(".tile").nth(len(samples) - 1).wait_for()
    expect(page.locator(".tile")).to_have_count(len(samples))


def test_a_link_within_a_page_changes_the_address(
    shown: Trained, shown_server: Server, open_page: Opener
) -> None:
    page = open_page(f"{shown_server.url}/data_sets")
    page.get_by_role("link", name="bands").click()
    page.locator(".tile").first.wait_for()
    page.wait_for_url("**/data_sets?set=*")
    page.reload()
    expect(page.get_by_role("heading", level=1, name="bands", exact=True)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", level=1, name="Data sets", exact=True)).to_be_visible()


def test_the_crumb_of_an_image_leads_back_by_a_click(
    shown: Trained, shown_server: Server, open_page: Opener
) -> None:
    data_set = Catalog(shown.workspace).list_data_sets()[0]
    sample = Catalog(shown.workspace).load_samples(data_set)[0]
    page = open_page(f"{shown_server.url}/data_sets?set={data_set.id}&image={sample.id}")
    page.locator(".pane").wait_for()
    # A click, as the bar with the menu lay over the crumbs and took it.
    page.get_by_role("link", name="bands ›").click(timeout=20_000)
    page.locator(".tile").first.wait_for()
    expect(page.get_by_role("heading", level=1, name="bands", exact=True)).to_be_visible()


def test_the_heatmap_lies_beside_the_original_and_answers_at_once(
    shown: Trained, shown_server: Server, open_page: Opener
) -> None:
    run, data_set = (
        find_run(shown.workspace, "probe"),
        Catalog(shown.workspace).list_data_sets()[0],
    )
    page = open_page(f"{shown_server.url}/predict?by={run.id}&of={data_set.id}")
    page.locator(".tile").first.click()
    layer = page.locator(".pane canvas")
    layer.wait_for()
    expect(page.locator(".pane")).to_have_count(2)
    page.get_by_label("Opacity").fill("0.2")
    expect(layer).to_have_css("opacity", "0.2")
    page.get_by_label("Zoom in (+)").click()
    expect(page.locator(".stage").first).to_have_attribute("style", re.compile(r"scale\(1\.4\)"))
    with page.expect_download() as download:
        page.get_by_text("Save as PNG").click()
    assert download.value.suggested_filename.endswith("-heatmap.png")


def test_arrow_keys_page_on_and_past_a_file_that_cannot_be_read(
    shown: Trained, shown_server: Server, open_page: Opener, tmp_path: Path
) -> None:
    folder = tmp_path / "new"
    shutil.copytree(shown.folder / "above", folder / "above")
    for path in sorted((folder / "above").iterdir())[2:]:
        path.unlink()
    (folder / "above" / "p00b.png").write_text("no image")
    run = find_run(shown.workspace, "probe")
    where = urlencode({"by": run.id, "from": "A folder on this machine", "folder": str(folder)})
    page = open_page(f"{shown_server.url}/predict?{where}")
    page.get_by_role("button", name="Predict all images in it").click()
    page.locator(".pane").first.click()
    for number in (2, 3, 1, 2):  # the second cannot be read
        page.keyboard.press("ArrowRight")
        page.get_by_text(f"{number} of 3", exact=True).wait_for()
        expect(page.locator(".problem")).to_have_count(int(number == 2))
        expect(page.locator(".pane").first).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.get_by_text("1 of 3", exact=True).wait_for()


def test_curves_move_and_keep_their_zoom_while_a_run_trains(
    trained: Trained, trained_server: Server, open_page: Opener
) -> None:
    page = open_page(f"{trained_server.url}/train")
    page.get_by_role("radio", name="From scratch").click()
    page.get_by_role("spinbutton", name="Epochs", exact=True).fill("400")
    page.get_by_role("spinbutton", name="Image size (px)").fill("32")
    page.keyboard.press("Tab")
    page.get_by_text("Estimated time").wait_for()
    page.get_by_role("button", name="Start", exact=True).click()
    chart, plot = page.locator(".chart").first, page.locator(".u-over").first
    plot.wait_for()
    box = plot.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 120, steps=4)
    page.mouse.up()
    page.mouse.move(5, 5)  # under the pointer the legend tells the value there, else the last one
    zoomed = chart.get_attribute("data-range")
    legend = page.locator(".legend button").first
    loss = legend.inner_text()
    expect(legend).not_to_have_text(loss, timeout=90_000)  # the curve has moved on
    assert chart.get_attribute("data-range") == zoomed
    page.get_by_test_id("stMain").get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Resume").wait_for()


def test_a_tick_in_the_table_opens_the_run_and_back_leaves_it_closed(
    shown: Trained, shown_server: Server, open_page: Opener
) -> None:
    page = open_page(f"{shown_server.url}/models")
    grid = page.get_by_test_id("stDataFrame")
    grid.locator("canvas").first.wait_for()
    # Both pages' headings are there for a moment.
    closed, opened = (
        page.get_by_role("heading", level=1, name=name, exact=True) for name in ("Models", "probe")
    )
    # Sorting by a column opens nothing; its title is in the grid's first row, a box in the second.
    grid.click(position={"x": 300, "y": 16})
    expect(closed).to_be_visible()
    expect(opened).to_be_hidden()
    grid.click(position={"x": 16, "y": 52})
    expect(opened).to_be_visible()
    page.go_back()
    expect(closed).to_be_visible()
    expect(opened).to_be_hidden()
    page.reload()
    grid.locator("canvas").first.wait_for()
    expect(closed).to_be_visible()
    expect(opened).to_be_hidden()


def test_a_figure_is_saved_as_svg_and_for_print(
    shown: Trained, shown_server: Server, open_page: Opener
) -> None:
    run = find_run(shown.workspace, "probe")
    page = open_page(f"{shown_server.url}/models?model={run.id}")
    page.locator(".st-key-confusion .main-svg").first.wait_for()
    saver = page.locator(".st-key-save-confusion")
    with page.expect_download() as drawn:
        saver.get_by_label("Save this figure as SVG").click()
    text = Path(drawn.value.path()).read_text(encoding="utf-8")
    assert "prediction" in text
    assert text.startswith("<svg ")
    with page.expect_download() as printed:
        saver.get_by_label("Save this figure as PNG").click()
    with Image.open(printed.value.path()) as picture:
        assert round(picture.info["dpi"][0]) == 300
        assert picture.width > 1000
    with page.expect_download() as paged:
        saver.get_by_label("Save this figure as PDF").click()
    assert Path(paged.value.path()).read_bytes().startswith(b"%PDF-1.4\n1 0 obj")
    expect(page.locator(".modebar")).to_have_count(0)
    numbers = page.locator(".st-key-numbers-confusion").get_by_role("button")
    numbers.focus()
    with page.expect_download() as counted:
        page.keyboard.press("Enter")
    assert counted.value.suggested_filename == f"medapp-probe-{run.id}-confusion.csv"
    table = Path(counted.value.path()).read_text(encoding="utf-8-sig").splitlines()
    classes = run.find_classes()
    assert table[0] == ",".join(["truth", *(f"predicted {name}" for name in classes)])
    assert [line.split(",")[0] for line in table[1:]] == list(classes)
