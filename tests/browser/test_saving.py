"""What is saved of a chart is for paper: light, whatever the page that it was saved from."""

import base64
import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
from browser.serving import Server
from conftest import Trained
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from medapp.runs.making import find_run

Opener = Callable[..., Page]
COLOUR = re.compile(r"rgba?\((\d+), ?(\d+), ?(\d+)")
PICTURE = re.compile(r'href="data:image/png;base64,([^"]+)"')


def test_a_figure_saved_from_a_dark_page_has_the_colours_of_a_light_one(
    shown: Trained, shown_server: Server, open_page: Opener
) -> None:
    run = find_run(shown.workspace, "probe")
    saved = {}
    for theme in ("light", "dark"):
        page = open_page(f"{shown_server.url}/models?model={run.id}", color_scheme=theme)
        page.locator(".st-key-confusion .main-svg").first.wait_for()
        saver = page.locator(".st-key-save-confusion")
        svg = _save(page, saver.get_by_label("Save this figure as SVG")).decode()
        png = _save(page, saver.get_by_label("Save this figure as PNG"))
        saved[theme] = _list_colours(svg), _read_pictures(svg), _read(png)
        shown = page.locator(".st-key-confusion .gtitle").first
        ink = "rgb(19, 33, 43)" if theme == "light" else "rgb(228, 236, 240)"
        expect(shown).to_have_css("fill", ink)
    (light, light_cells, light_png), (dark, dark_cells, dark_png) = saved.values()
    assert _find_far(dark, light) == []
    assert _find_far(light, dark) == []
    assert len(light_cells) == len(dark_cells) == 1
    assert _find_far(_list_pixels(dark_cells[0]), _list_pixels(light_cells[0])) == []
    assert dark_png[0, 0].tolist() == light_png[0, 0].tolist() == [255, 255, 255]
    assert dark_png.mean() > 200


def test_curves_saved_from_a_dark_page_are_light_and_the_page_stays_dark(
    shown: Trained, shown_server: Server, open_page: Opener
) -> None:
    run = find_run(shown.workspace, "probe")
    place = f"{shown_server.url}/models?model={run.id}&show=Curves"
    page = open_page(place, color_scheme="dark")
    chart = page.locator(".chart", has=page.locator(".plot canvas")).first
    chart.locator("canvas").wait_for()
    picture = _read(_save(page, chart.get_by_role("button", name="Save as PNG")))
    assert picture[0, 0].tolist() == [255, 255, 255]
    assert picture[:40].min() < 80  # the title, in ink
    plot = picture[56:]  # below title and legend
    drawn = plot[(plot < 200).any(axis=2)]
    assert len(drawn) > 0
    assert drawn.min() < 120  # lines and numbers, not the pale ones of a dark page
    shown = _look(chart)
    assert (shown[shown[..., 3] > 0][:, :3].min(axis=1) > 200).any()  # pale numbers, as before


def _save(page: Page, button: Locator) -> bytes:
    with page.expect_download() as download:
        button.click()
    return Path(download.value.path()).read_bytes()


def _look(chart: Locator) -> NDArray[np.uint8]:
    """The plot's canvas on the page, RGBA."""
    url = str(chart.locator("canvas").evaluate("canvas => canvas.toDataURL()"))
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))).convert("RGBA"))


def _read(png: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def _list_colours(svg: str) -> list[tuple[int, ...]]:
    return sorted({tuple(map(int, found)) for found in COLOUR.findall(svg)})


def _read_pictures(svg: str) -> list[NDArray[np.uint8]]:
    texts = PICTURE.findall(svg)
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(t))).convert("RGBA")) for t in texts]


def _list_pixels(picture: NDArray[np.uint8]) -> list[tuple[int, ...]]:
    """The colours of a picture's opaque pixels."""
    opaque = picture[picture[..., 3] == 255][:, :3]
    return [tuple(map(int, colour)) for colour in np.unique(opaque, axis=0)]


def _find_far(some: list[tuple[int, ...]], others: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Those that are near none of the others: scales are rounded on both sides."""
    distances = np.abs(np.array(some)[:, None] - np.array(others)[None]).max(axis=2)
    return [some[row] for row in np.flatnonzero(distances.min(axis=1) > 3)]
