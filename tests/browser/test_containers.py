"""A file of many images from the upload to a heatmap: brought in, trained on, judged, explained."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from browser.serving import Server
from playwright.sync_api import Page, expect

from medapp.data.catalog import Catalog
from medapp.runs.making import list_runs

pytestmark = pytest.mark.browser


def write_archive(path: Path) -> Path:
    """Images (28, 28) of two classes that a network can tell apart, in the form of MedMNIST."""
    random = np.random.default_rng(0)
    arrays = {}
    for split, count in (("train", 40), ("val", 12), ("test", 16)):
        images = random.integers(0, 90, (count, 28, 28)).astype(np.uint8)
        labels = np.arange(count)[:, None] % 2
        images[labels[:, 0] == 0, :14] += 120
        images[labels[:, 0] == 1, 14:] += 120
        arrays |= {f"{split}_images": images, f"{split}_labels": labels}
    np.savez_compressed(path, **arrays)
    return path


def test_an_archive_of_numpy_is_brought_in_trained_judged_and_explained(
    server: Server, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    path = write_archive(tmp_path / "pneumoniamnist.npz")
    page = open_page(f"{server.url}/data_sets?add=zip")
    page.locator("input[type=file]").set_input_files(path)
    said = page.get_by_text("The numbers are named by the labels of PneumoniaMNIST.")
    expect(said).to_be_visible()
    assert Catalog(server.workspace).list_data_sets() == []
    page.get_by_role("button", name="Register 68 images").click()
    expect(page.get_by_role("heading", level=1, name="pneumoniamnist", exact=True)).to_be_visible()
    expect(page.locator(".tile").first).to_be_visible()
    (data_set,) = Catalog(server.workspace).list_data_sets()
    splits = Catalog(server.workspace).count_classes(data_set)
    assert splits["test"] == {"normal": 8, "pneumonia": 8}
    page.get_by_role("button", name="Train on this data set").click()
    page.get_by_role("radio", name="Quick look").click()
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_role("button", name="Predict with this model").click()
    page.locator(".tile").first.click()
    expect(page.locator(".pane canvas").first).to_be_visible()
    (run,) = list_runs(server.workspace)
    evaluation = run.load_evaluation()
    assert evaluation is not None
    assert (evaluation.accuracy or 0) > 0.9
