"""What the Add page suggests is taken with one click: patients, frames, CT windows."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from browser.choosing import choose
from browser.serving import Server
from make_dicom import build_dicom
from PIL import Image
from playwright.sync_api import Page, expect

from medapp.data.catalog import Catalog
from medapp.data.preprocessing import load_preprocess

pytestmark = pytest.mark.browser


def draw_noise(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 255, shape).astype(np.uint8)


def look_at(page: Page, folder: Path) -> None:
    page.get_by_role("textbox", name="Path", exact=True).fill(str(folder))
    page.keyboard.press("Enter")


def test_a_pattern_of_patients_is_taken_with_one_click(
    server: Server, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    folder = tmp_path / "oct"
    for label in ("CNV", "DME"):
        (folder / label).mkdir(parents=True)
        for patient in range(1001, 1006):
            for k in (1, 2):
                image = Image.fromarray(draw_noise(10 * patient + k, 16, 16))
                image.save(folder / label / f"{label}-{patient}-{k}.png")
    page = open_page(f"{server.url}/data_sets?add=folder")
    look_at(page, folder)
    expect(page.get_by_text("20 images · 2 classes · patients unknown")).to_be_visible()
    page.get_by_role("button", name="Take 1001 as the patient").click()
    expect(page.get_by_text("20 images · 2 classes · 5 patients")).to_be_visible()
    expect(page.get_by_role("textbox", name="Regular expression")).to_have_value("^[^-]*-([^-]+)")
    page.get_by_role("button", name="Register 20 images").click()
    expect(page.get_by_role("heading", level=1, name="oct", exact=True)).to_be_visible()
    (made,) = Catalog(server.workspace).list_data_sets()
    patients = {sample.patient for sample in Catalog(server.workspace).load_samples(made)}
    assert patients == {"1001", "1002", "1003", "1004", "1005"}


def test_frames_are_chosen_and_counted_before_they_come_in(
    server: Server, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    folder = tmp_path / "cines"
    for number in range(4):
        path = folder / "ab"[number % 2] / f"IM{number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(build_dicom(draw_noise(number, 30, 16, 16), NumberOfFrames=30))
    page = open_page(f"{server.url}/data_sets?add=folder")
    look_at(page, folder)
    expect(page.get_by_text("4 files hold 120 images")).to_be_visible()
    expect(page.get_by_role("button", name="Register 4 images")).to_be_visible()
    choose(page, "Frames", page.get_by_role("option", name="All", exact=True))
    expect(page.get_by_role("button", name="Register 120 images")).to_be_visible()
    choose(page, "Frames", page.get_by_role("option", name="One of every few"))
    expect(page.get_by_role("button", name="Register 24 images")).to_be_visible()
    expect(page.get_by_text("24 images · 2 classes")).to_be_visible()
    page.get_by_role("spinbutton", name="One of").fill("10")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Register 12 images").click()
    expect(page.get_by_role("heading", level=1, name="cines", exact=True)).to_be_visible()
    (made,) = Catalog(server.workspace).list_data_sets()
    frames = [sample.frame for sample in Catalog(server.workspace).load_samples(made)]
    assert sorted(f for f in frames if f is not None) == [5] * 4 + [15] * 4 + [25] * 4


def test_windows_that_are_suggested_are_what_training_begins_with(
    server: Server, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    folder = tmp_path / "ct"
    for number in range(8):
        path = folder / "ab"[number % 2] / f"IM{number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        values = draw_noise(number, 24, 24).astype(np.int16) * 6 - 1000
        facts = {"Modality": "CT", "BodyPartExamined": "CHEST", "PatientID": f"H{number}"}
        scale = {"RescaleSlope": 1, "RescaleIntercept": 0}
        path.write_bytes(build_dicom(values, **facts, **scale))
    page = open_page(f"{server.url}/data_sets?add=folder")
    look_at(page, folder)
    said = "CT of the chest: windows lung, soft tissue are suggested as channels."
    expect(page.get_by_text(said).first).to_be_visible()
    page.get_by_role("button", name="Register 8 images").click()
    expect(page.get_by_role("heading", level=1, name="ct", exact=True)).to_be_visible()
    (made,) = Catalog(server.workspace).list_data_sets()
    assert load_preprocess(made).windows == "lung, soft tissue"
    train = open_page(f"{server.url}/train?data={made.id}")
    expect(train.get_by_text("As chosen for it: CT windows lung, soft tissue.")).to_be_visible()
