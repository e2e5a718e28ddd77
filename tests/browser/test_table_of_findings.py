"""Images with a table of several findings each, from the folder to a heatmap of each finding."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from browser.choosing import choose, wait_for_rest
from browser.serving import Server
from PIL import Image
from playwright.sync_api import Page, expect

from medapp.data.catalog import Catalog
from medapp.runs.making import list_runs

pytestmark = pytest.mark.browser
CHANCES = (0.4, 0.3)
PATIENTS = 60


def write_films(root: Path) -> Path:
    """Two films each of sixty patients: noise with a bright band where there is a finding.

    The table divides findings by a bar, as ChestX-ray14 does.
    """
    generator = np.random.default_rng(0)
    rows = ["Image Index,Finding Labels,Patient ID,View Position"]
    (root / "images").mkdir(parents=True)
    for patient in range(PATIENTS):
        for film in range(2):
            above, below = generator.random(2) < CHANCES
            pixels = generator.integers(0, 110, (28, 28)).astype(np.uint8)
            pixels[:9] += 100 * np.uint8(above)
            pixels[19:] += 100 * np.uint8(below)
            name = f"{patient:08d}_{film:03d}.png"
            Image.fromarray(pixels).save(root / "images" / name)
            findings = [word for word, there in (("Apex", above), ("Base", below)) if there]
            rows.append(f"{name},{'|'.join(findings) or 'No Finding'},{patient},PA")
    (root / "Data_Entry.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return root


def test_a_table_of_findings_is_looked_at_registered_trained_judged_and_explained(
    server: Server, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page(f"{server.url}/data_sets?add=folder")
    path = page.get_by_role("textbox", name="Path", exact=True)
    path.fill(str(write_films(tmp_path / "films")))
    path.press("Enter")
    expect(page.get_by_text("120 images · 2 findings · 60 patients")).to_be_visible()
    expect(page.get_by_text("Columns of Data_Entry.csv")).to_be_visible()
    for role, column in (
        ("Image file, or DICOM id", "Image Index"),
        ("Patient", "Patient ID"),
        ("Split", "—"),
    ):
        expect(page.get_by_role("combobox", name=role, exact=True)).to_have_value(column)
    labels = page.get_by_test_id("stMultiSelect")
    expect(labels.get_by_text("Finding Labels", exact=True)).to_be_visible()
    kinds = page.get_by_role("radio", name="several findings")
    expect(kinds).to_be_checked()
    assert Catalog(server.workspace).list_data_sets() == []
    wait_for_rest(page)
    page.get_by_role("button", name="Register 120 images").click()
    expect(page.get_by_role("heading", level=1, name="films", exact=True)).to_be_visible()
    (data,) = Catalog(server.workspace).list_data_sets()
    samples = Catalog(server.workspace).load_samples(data)
    splits = {(sample.patient, sample.split) for sample in samples}
    assert (data.classes, len(samples), len(splits)) == (("Apex", "Base"), 120, PATIENTS)
    wait_for_rest(page)
    page.get_by_role("button", name="Train on this data set").click()
    page.get_by_role("radio", name="Quick look").click()
    expect(page.get_by_text("The test split is read once").first).to_be_visible()
    wait_for_rest(page)
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_role("button", name="Predict with this model").click(timeout=300_000)
    (run,) = list_runs(server.workspace)
    page = open_page(f"{server.url}/models?model={run.id}")
    expect(page.get_by_role("heading", name="At each finding's threshold")).to_be_visible()
    expect(page.get_by_text("Macro average precision", exact=True).first).to_be_visible()
    cell = page.get_by_role("option").filter(has_text=": rightly not found (").first
    choose(page, "Choose a cell to see its images", cell)
    wait_for_rest(page)
    page.locator(".tile").first.click()
    expect(page.get_by_text("✓ from each finding's threshold on")).to_be_visible()
    for finding in data.classes:
        choose(page, "Explain", page.get_by_role("option", name=finding, exact=True))
        expect(page.get_by_text(f"Grad-CAM for {finding}").first).to_be_visible()
        expect(page.locator(".pane canvas").first).to_be_visible()
