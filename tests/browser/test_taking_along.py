"""What comes in by the browser and goes out by it: loose files, a model as a zip and back, a folder
of predictions as a table.
"""

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from browser.choosing import wait_for_rest
from browser.serving import Server
from conftest import Trained, write_bands
from playwright.sync_api import Page, expect

from medapp.data.catalog import Catalog
from medapp.runs.making import find_run
from medapp.session import Session

pytestmark = pytest.mark.browser
Opener = Callable[[str], Page]


def test_an_exported_model_comes_back_with_its_figures(
    trained: Trained, trained_server: Server, open_page: Opener, tmp_path: Path
) -> None:
    run = find_run(trained.workspace, "probe")
    evaluation = run.load_evaluation()
    assert evaluation is not None
    page = open_page(f"{trained_server.url}/models?model={run.id}&show=Manage")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download (").click()
    zipped = tmp_path / download.value.suggested_filename
    download.value.save_as(zipped)
    page = open_page(f"{trained_server.url}/models")
    page.get_by_text("Import a model").click()
    page.locator("input[type=file]").set_input_files(zipped)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="probe 2", exact=True)).to_be_visible()
    expect(
        page.get_by_text(f"Figures on {evaluation.n} images, the test split of bands")
    ).to_be_visible()
    assert (
        find_run(trained.workspace, "probe 2").model_path.read_bytes()
        == run.model_path.read_bytes()
    )


def test_a_bundle_is_judged_on_our_own_images(
    trained: Trained, trained_server: Server, open_page: Opener, tmp_path: Path
) -> None:
    ours = write_bands(tmp_path / "ours", 40, seed=7)
    Session(trained.workspace).add_data(ours, name="ours")
    run = find_run(trained.workspace, "probe")
    page = open_page(f"{trained_server.url}/models?model={run.id}&show=Manage")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the bundle").click()
    bundle = tmp_path / "bundle.zip"
    download.value.save_as(bundle)
    page = open_page(f"{trained_server.url}/models")
    page.get_by_text("Import a model").click()
    page.locator("input[type=file]").set_input_files(bundle)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="probe 2", exact=True)).to_be_visible()
    taken = find_run(trained.workspace, "probe 2")
    page = open_page(f"{trained_server.url}/models?model={taken.id}&show=Another+data+set")
    button = page.get_by_role("button", name="Judge it there")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Yes: it holds here")).to_be_visible()
    expect(page.get_by_text("AUROC here 1.000")).to_be_visible()
    expect(page.get_by_text("cannot be told").first).to_be_visible()
    page.get_by_label("Name").fill("probe at ours")
    page.get_by_role("button", name="Keep a copy").click()
    expect(page.get_by_role("heading", level=1, name="probe at ours", exact=True)).to_be_visible()


def test_loose_files_become_a_data_set(
    trained: Trained, trained_server: Server, open_page: Opener
) -> None:
    page = open_page(f"{trained_server.url}/data_sets?add=files")
    page.get_by_role("textbox", name="Name of the data set").fill("loose")
    page.keyboard.press("Enter")
    for place, (typed, label) in enumerate((("above ", "above"), ("below", "below"))):
        expect(page.get_by_role("button", name="Add the images")).to_be_disabled()
        page.get_by_role("textbox", name=f"Class {place + 1}").fill(typed)
        page.keyboard.press("Enter")
        group = page.get_by_test_id("stFileUploader").filter(has_text=f"Images of {label}")
        group.locator("input[type=file]").set_input_files(
            sorted((trained.folder / label).glob("*.png"))[:4]
        )
        expect(group.get_by_text("p03.png")).to_be_visible()
    page.get_by_role("button", name="Add 8 images").click()  # the server has them all
    expect(page.get_by_role("heading", level=1, name="loose", exact=True)).to_be_visible()
    expect(page.locator(".tile")).to_have_count(8)
    data_set = Catalog(trained.workspace).find_data_set("loose")
    assert data_set.classes == ("above", "below")


def test_a_folder_is_predicted_and_taken_along(
    trained: Trained, trained_server: Server, open_page: Opener, tmp_path: Path
) -> None:
    page = open_page(f"{trained_server.url}/predict")
    page.get_by_text("A folder on this machine", exact=True).click()
    page.get_by_role("textbox", name="Folder", exact=True).fill(str(trained.folder))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("folder="))
    wait_for_rest(page)
    page.get_by_role("button", name="Predict all images in it").click()
    expect(page.get_by_role("button", name="Probabilities (CSV)")).to_be_visible()
    expect(page.locator(".pane canvas")).to_be_visible()
    again = open_page(page.url)  # by its address, in another browser
    with again.expect_download() as download:
        again.get_by_role("button", name="Probabilities (CSV)").click()
    download.value.save_as(tmp_path / "rows.csv")
    rows = list(csv.DictReader((tmp_path / "rows.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 32
    assert all(
        re.fullmatch(r"(above|below)/p\d\d\.png", row["file"])
        and row["prediction"] in ("above", "below")
        for row in rows
    )
