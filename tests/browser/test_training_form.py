"""The Train form in a browser: it remembers, Start stays, and a run's settings come back."""

from collections.abc import Callable

import pytest
from browser.choosing import find_fresh, find_number
from browser.serving import Server
from conftest import Trained
from playwright.sync_api import Page, expect

import medapp
from medapp.runs.making import find_run, list_runs

pytestmark = pytest.mark.browser

Opener = Callable[[str], Page]


def go(page: Page, name: str, title: str) -> None:
    page.get_by_test_id("stSidebarNav").get_by_text(name, exact=True).click()
    expect(page.get_by_role("heading", level=1, name=title, exact=True)).to_be_visible()
    settle(page)


def settle(page: Page) -> None:
    """Wait until the page is whole: what is drawn anew stands beside what it replaces before."""
    page.wait_for_function("() => document.querySelector('[data-test-script-state=notRunning]')")


def test_what_was_chosen_is_there_after_another_page(
    trained: Trained, trained_server: Server, open_page: Opener
) -> None:
    page = open_page(f"{trained_server.url}/train")
    expect(page.get_by_role("heading", level=1, name="Train a model")).to_be_visible()
    settle(page)
    find_fresh(page).get_by_role("textbox", name="Name of the run").last.fill("mine")
    page.keyboard.press("Tab")
    find_fresh(page).get_by_role("radio", name="Balanced").last.click()
    expect(find_number(page, "Epochs")).to_have_value("15")
    expect(find_fresh(page).get_by_role("textbox", name="Name of the run").last).to_have_value(
        "mine"
    )
    find_number(page, "Epochs").fill("7")
    page.keyboard.press("Tab")
    # The server has all of it: the command is drawn last.
    expect(page.get_by_text("--epochs").first).to_be_attached()
    settle(page)
    go(page, "Models", "Models")
    go(page, "Train", "Train a model")
    expect(find_number(page, "Epochs")).to_have_value("7")
    expect(find_fresh(page).get_by_role("radio", name="Balanced").last).to_be_checked()
    expect(find_fresh(page).get_by_role("textbox", name="Name of the run").last).to_have_value(
        "mine"
    )
    find_fresh(page).get_by_role("radio", name="Textbook").last.click()
    expect(find_number(page, "Epochs")).to_have_value("10")
    expect(page.get_by_text("are not on this machine").first).to_be_visible()
    expect(find_fresh(page).get_by_role("button", name="Start", exact=True).last).to_be_disabled()
    find_fresh(page).get_by_role("radio", name="Balanced").last.click()
    expect(find_number(page, "Epochs")).to_have_value("7")
    expect(find_fresh(page).get_by_role("button", name="Start", exact=True).last).to_be_enabled()


def test_again_but_begins_with_a_run_s_settings(
    trained: Trained, trained_server: Server, open_page: Opener
) -> None:
    run = find_run(trained.workspace, "probe")
    page = open_page(f"{trained_server.url}/train?run={run.id}")
    verdict = page.get_by_text("Too few patients to tell")
    learned = page.get_by_role("heading", name="How it learned")
    expect(verdict).to_be_visible()
    expect(learned).to_be_visible()
    above, below = verdict.bounding_box(), learned.bounding_box()
    assert above is not None
    assert below is not None
    assert above["y"] < below["y"]
    page.get_by_role("button", name="Again, but…").click()
    expect(find_fresh(page).get_by_role("radio", name="As probe").last).to_be_checked()
    expect(find_number(page, "Image size (px)")).to_have_value("32")
    find_number(page, "Image size (px)").fill("64")
    page.keyboard.press("Tab")
    expect(page.get_by_text("--image-size").first).to_be_attached()
    settle(page)
    find_fresh(page).get_by_role("button", name="Start", exact=True).last.click()
    expect(page.get_by_role("button", name="Predict with this model")).to_be_visible()
    again = list_runs(trained.workspace)[0]
    assert again.recipe.preprocess.image_size == 64
    assert again.recipe.strategy == run.recipe.strategy


def test_a_model_is_fine_tuned_on_other_images_with_two_clicks(
    trained: Trained, trained_server: Server, open_page: Opener
) -> None:
    session = medapp.open(trained.workspace.root)
    quick = {"image_size": 32, "batch_size": 8, "epochs": 1, "precision": "float32", "threads": 1}
    first = session.train("bands", name="large set first", strategy="fine-tune", **quick)
    small = session.add_data(trained.folder, name="small set", patient_pattern=r"p\d\d")
    page = open_page(f"{trained_server.url}/models?model={first.id}")
    page.get_by_role("button", name="Fine-tune on other images").click()
    expect(page.get_by_role("combobox", name="Data set")).to_have_value("small set")
    expect(page.get_by_role("combobox", name="Start from")).to_have_value("Model: large set first")
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url("**/train?run=*")
    started = list_runs(trained.workspace)[0]
    started.request_stop()
    assert started.recipe.find_source() == f"run:{first.id}"
    assert started.recipe.data.train.id == small.uid
    assert started.recipe.strategy.name == "fine-tune"
    assert started.recipe.preprocess.image_size == 32
