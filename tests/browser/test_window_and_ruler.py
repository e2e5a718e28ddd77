"""On an image's page a reader sets windows, reads values, measures in mm, goes through frames."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from browser.serving import Server, start_server
from make_dicom import build_dicom
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_folder
from medapp.store.workspace import open_workspace

pytestmark = pytest.mark.browser

SIDE = 100  # px of 2 mm
AIR = -1000
BONE = 700


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over two images each of CT, air on the left and bone on the right, of MR and of four
    frames.
    """
    root = tmp_path_factory.mktemp("scans")
    hounsfield = np.full((SIDE, SIDE), AIR)
    hounsfield[:, SIDE // 2 :] = BONE
    facts = {"Modality": "CT", "RescaleSlope": 1, "RescaleIntercept": -1024}
    add_scans(root, "ct", hounsfield + 1024, PixelSpacing=[2, 2], **facts)
    stored = np.full((SIDE, SIDE), 412)
    stored[:, SIDE // 2 :] = 1500
    add_scans(root, "mr", stored, Modality="MR", PixelSpacing=[2, 2])
    noise = np.random.default_rng(0).integers(0, 255, (4, 40, 40)).astype(np.uint8)
    noise[0] = 0  # a first frame that shows nothing
    add_scans(root, "cine", noise, NumberOfFrames=4)
    running = start_server(root / "home")
    yield running
    running.stop()


def add_scans(root: Path, name: str, stored: NDArray[np.integer], **facts: object) -> None:
    """A data set of two files, whose values differ by one."""
    depth = np.uint8 if stored.dtype == np.uint8 else np.uint16
    for label in "ab":
        path = root / name / label / "1.dcm"
        path.parent.mkdir(parents=True)
        path.write_bytes(build_dicom((stored + (label == "b")).astype(depth), **facts))
    add_folder(open_workspace(root / "home"), root / name)


def find_first(server: Server, name: str) -> tuple[str, str]:
    """The address of a data set's first image, and its name."""
    catalog = Catalog(server.workspace)
    data_set = catalog.find_data_set(name)
    sample = catalog.load_samples(data_set)[0]
    return f"{server.url}/data_sets?set={data_set.id}&image={sample.id}", sample.name


def test_a_window_is_dragged_and_a_length_measured(
    scans: Server, open_page: Callable[..., Page]
) -> None:
    address, name = find_first(scans, "ct")
    page = open_page(address)
    pane = page.get_by_role("img", name=name).first
    expect(pane).to_be_visible()
    caption = page.locator("figcaption")
    expect(caption).to_contain_text("2 × 2 mm a pixel")
    box = pane.bounding_box()
    assert box is not None
    scale = box["width"] / SIDE

    def go(x: float, y: float) -> None:
        page.mouse.move(box["x"] + x * scale, box["y"] + y * scale, steps=4)

    go(25, 50)
    expect(caption).to_contain_text(f"−{-AIR} HU")
    go(75, 50)
    expect(caption).to_contain_text(f"{BONE} HU")

    page.get_by_label("Window presets").select_option("bone 400/1800")
    expect(caption).to_contain_text("window 400/1800 HU")
    grey = "canvas => canvas.getContext('2d').getImageData(75, 50, 1, 1).data[0]"
    # ((700 - 399.5) / 1799 + 0.5) · 255
    assert page.locator("canvas.windowed").evaluate(grey) == 170

    page.get_by_role("button", name="Drag sets the window").click()
    go(50, 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 50 * scale + 100, box["y"] + 50 * scale, steps=4)
    page.mouse.up()
    # Across 100 of 400 px the width grows by a quarter.
    expect(caption).to_contain_text("window 400/2250 HU")
    expect(page.get_by_label("Window presets")).to_have_value("own")

    page.get_by_role("button", name="Drag measures a length").click()
    go(20, 30)
    page.mouse.down()
    go(50, 70)
    page.mouse.up()
    expect(caption).to_contain_text("100 mm")
    page.get_by_label("Window presets").select_option("as first shown")
    expect(caption).not_to_contain_text("window")


def test_mr_values_are_read_and_the_scale_bar_follows_the_zoom(
    scans: Server, open_page: Callable[..., Page]
) -> None:
    address, name = find_first(scans, "mr")
    page = open_page(address)
    pane = page.get_by_role("img", name=name).first
    expect(pane).to_be_visible()
    caption = page.locator("figcaption")
    box = pane.bounding_box()
    assert box is not None
    # The image is 200 mm wide, and the bar at most 0.3 of it: 5 cm.
    bar = page.locator(".scalebar")
    expect(bar).to_have_text("5 cm")
    width = "bar => bar.firstChild.getBoundingClientRect().width"
    assert bar.evaluate(width) == pytest.approx(box["width"] / 4, rel=0.02)

    page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 0.5 * box["height"])
    expect(caption).to_contain_text("value 412")
    page.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 0.5 * box["height"])
    expect(caption).to_contain_text("value 1500")
    page.get_by_label("Window presets").select_option("least to largest 956/1089")
    expect(caption).to_contain_text("window 956/1089")
    grey = "canvas => canvas.getContext('2d').getImageData(75, 50, 1, 1).data[0]"
    assert page.locator("canvas.windowed").evaluate(grey) == 255

    pane.focus()
    page.keyboard.press("+")
    page.keyboard.press("+")
    # At 1.96 times the size 0.3 of the pane are 30.6 mm.
    expect(caption).to_contain_text("2.0×")
    expect(bar).to_have_text("2 cm")
    assert bar.evaluate(width) == pytest.approx(1.96 * box["width"] / 10, rel=0.02)


def test_the_wheel_goes_through_the_frames_of_a_file(
    scans: Server, open_page: Callable[..., Page]
) -> None:
    address, name = find_first(scans, "cine")
    page = open_page(address)
    shown = page.locator(".viewer .position", has_text="Frame")
    expect(shown).to_have_text("Frame 2 of 4")
    page.get_by_role("img", name=name).first.hover()
    page.mouse.wheel(0, 100)
    expect(shown).to_have_text("Frame 3 of 4")
    page.get_by_role("button", name="Next frame").click()
    expect(shown).to_have_text("Frame 4 of 4")
    page.get_by_role("button", name="Previous frame").click()
    expect(shown).to_have_text("Frame 3 of 4")
