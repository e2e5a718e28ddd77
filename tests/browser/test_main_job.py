"""The main job as a newcomer does it: from an empty workspace to a heatmap, and to a model of one's
own.
"""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from browser.choosing import find_fresh, find_number, wait_for_rest
from browser.serving import Server
from conftest import write_bands
from playwright.sync_api import Page, expect

from medapp.runs.events import EpochFinished
from medapp.runs.making import find_run, list_runs

pytestmark = pytest.mark.browser


def test_newcomer_sees_a_heatmap_after_a_few_clicks(
    server: Server, open_page: Callable[..., Page], record_property: Callable[..., None]
) -> None:
    began = time.monotonic()
    page = open_page(server.url)
    page.get_by_role("button", name="Try it on phantom images").click()
    page.get_by_role(
        "button", name="Predict with this model"
    ).click()  # appears when the run is done
    expect(page.get_by_text("synthetic phantom, not a patient").first).to_be_visible()
    page.locator(".tile").first.click()
    expect(page.locator(".pane canvas").first).to_be_visible()
    record_property("seconds to the first heatmap", round(time.monotonic() - began))
    (run,) = list_runs(server.workspace)
    assert run.state == "done"
    evaluation = run.load_evaluation()
    assert evaluation is not None
    assert 0.3 < (evaluation.accuracy or 0) < 0.95  # it learned, and the phantom is not trivial


def test_training_goes_on_when_the_browser_is_closed(
    server: Server, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    folder = write_bands(tmp_path / "bänder")
    page = open_page(f"{server.url}/data_sets?add=folder")
    page.get_by_role("textbox", name="Path", exact=True).fill(str(folder))
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Register 32 images").click()
    expect(page.get_by_role("heading", level=1, name="bänder", exact=True)).to_be_visible()
    expect(page.locator(".tile")).to_have_count(32)
    page.get_by_role("button", name="Train on this data set").click()
    page.get_by_role("radio", name="Balanced").click()
    expect(find_number(page, "Epochs")).to_have_value("15")  # the preset has come in
    find_number(page, "Image size (px)").fill("32")
    find_number(page, "Epochs").fill("20")
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="Name of the run").fill("mine")
    page.keyboard.press("Enter")
    expect(find_number(page, "Epochs")).to_have_value("20")
    wait_for_rest(page)
    find_fresh(page).get_by_role("button", name="Start", exact=True).last.click()
    expect(page.get_by_test_id("stMain").get_by_role("button", name="Stop")).to_be_visible()
    expect(page.get_by_text("images/s").first).to_be_visible()
    address = page.url
    page.context.close()
    assert find_run(server.workspace, "mine").state in ("preparing", "training")

    again = open_page(address)
    expect(again.get_by_role("button", name="Predict with this model")).to_be_visible(
        timeout=300_000
    )
    run = find_run(server.workspace, "mine")
    assert run.state == "done"
    assert sum(isinstance(event, EpochFinished) for event in run.load_events()[0]) == 20


def test_mistakes_are_answered_in_words(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(f"{server.url}/data_sets?add=folder")
    page.get_by_role("textbox", name="Path", exact=True).fill("/nowhere/at/all")
    page.keyboard.press("Enter")
    expect(
        page.get_by_test_id("stAlert").filter(has_text="There is no folder /nowhere/at/all")
    ).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
