"""Several findings an image, from an array file to a heatmap of a missed one; grades by a click."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from browser.choosing import choose
from browser.serving import Server
from playwright.sync_api import Page, expect

from medapp.data.catalog import Catalog
from medapp.runs.making import list_runs
from medapp.session import Session

pytestmark = pytest.mark.browser
CHANCES = (0.4, 0.3)


def write_arrays(path: Path) -> Path:
    """Noise with a bright band above, below, at both places or at none; labels (N, 2)."""
    generator = np.random.default_rng(0)
    arrays = {}
    for split, count in (("train", 80), ("val", 40), ("test", 40)):
        labels = (generator.random((count, 2)) < CHANCES).astype(np.uint8)
        images = generator.integers(0, 110, (count, 28, 28)).astype(np.uint8)
        images[:, :9] += 100 * labels[:, 0, None, None]
        images[:, 19:] += 100 * labels[:, 1, None, None]
        arrays |= {f"{split}_images": images, f"{split}_labels": labels}
    np.savez(path, **arrays)
    return path


def test_findings_are_brought_in_trained_judged_and_explained(
    server: Server, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    data = Session(server.workspace).add_data(write_arrays(tmp_path / "bands.npz"), "bands")
    page = open_page(f"{server.url}/data_sets?set={data.id}")
    expect(page.get_by_text("160 images · 2 findings: ").first).to_be_visible()
    page.get_by_role("button", name="Train on this data set").click()
    expect(page.get_by_role("radio", name="Quick look")).to_be_checked()
    expect(
        page.get_by_text("The test split is read once").first
    ).to_be_visible()  # the plan has come in
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Linear probe on bands")).to_be_visible()
    expect(page.get_by_role("button", name="Predict with this model")).to_be_visible(
        timeout=300_000
    )
    (run,) = list_runs(server.workspace)
    page = open_page(f"{server.url}/models?model={run.id}")
    expect(page.get_by_role("heading", name="At each finding's threshold")).to_be_visible()
    expect(page.get_by_text("Macro average precision", exact=True).first).to_be_visible()
    expect(page.get_by_text("By chance the average precision").first).to_be_visible()
    cell = page.get_by_role("option").filter(has_text=": rightly not found (").first
    choose(page, "Choose a cell to see its images", cell)
    expect(page.get_by_text("rightly not found, the surest first").first).to_be_visible()
    page.locator(".tile").first.click()
    expect(page.locator(".pane canvas").first).to_be_visible()
    expect(page.get_by_text("✓ from each finding's threshold on")).to_be_visible()
    choose(page, "Explain", page.get_by_role("option", name=data.classes[1], exact=True))
    expect(page.get_by_text(f"Grad-CAM for {data.classes[1]}").first).to_be_visible()


def test_a_data_set_gets_grades_in_an_order(
    trained_server: Server, open_page: Callable[..., Page]
) -> None:
    catalog = Catalog(trained_server.workspace)
    bands = catalog.find_data_set("bands")
    page = open_page(f"{trained_server.url}/data_sets?set={bands.id}&view=Manage")
    choose(page, "Task", page.get_by_role("option", name="Grades", exact=True))
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.get_by_text("do not tell which grade is the lowest").first).to_be_visible()
    page.get_by_role("textbox", name="Grades, the lowest first").fill("below < above")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.get_by_text("2 grades: below < above").first).to_be_visible()
    assert catalog.find_data_set("bands").classes == ("below", "above")
