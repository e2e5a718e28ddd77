"""Texts stand out from their ground in both themes (WCAG 2.1, 1.4.3, level AA), as the browser
draws them.
"""

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from browser.serving import Server
from conftest import Trained
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from medapp.data.catalog import Catalog
from medapp.runs.making import find_run

pytestmark = pytest.mark.browser

SCRIPT = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8").split("\n", 1)[1]
# But for a legend's squares, and the gap between numbers of pages.
FAINT = f"() => ({SCRIPT.strip()})().filter((text) => !'■…'.includes(text.split(' ')[1][0]))"
SETTLING_MS = 15_000  # a page's style comes with its first elements, and colours fade over to it


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_texts_stand_out_from_their_ground(
    shown: Trained, shown_server: Server, open_page: Callable[..., Page], theme: str
) -> None:
    run = find_run(shown.workspace, "probe")
    data_set = Catalog(shown.workspace).list_data_sets()[0]
    sample = Catalog(shown.workspace).load_samples(data_set, split="test")[0]
    places = {
        "/": ".st-key-foot",
        f"/data_sets?set={data_set.id}": ".tile",
        f"/models?model={run.id}": ".js-plotly-plot",
        "/compare": ".stMultiSelect [data-tag]:visible",
        f"/predict?by={run.id}&of={data_set.id}&sample={sample.id}": ".pane canvas",
    }
    page = open_page(shown_server.url, color_scheme=theme)
    faint = {}
    for place, whole in places.items():
        page.goto(f"{shown_server.url}{place}")
        page.locator(whole).first.wait_for()
        expect(page.locator(".st-key-foot")).to_be_visible()
        if found := _find_faint(page):
            faint[place] = found
    assert faint == {}


def _find_faint(page: Page) -> list[str]:
    """The texts that still are too faint when the page has settled."""
    with contextlib.suppress(PlaywrightTimeout):
        page.wait_for_function(f"() => !({FAINT})().length", timeout=SETTLING_MS)
    return page.evaluate(FAINT)


@pytest.mark.parametrize(("theme", "page_colour"), [("light", 255), ("dark", 15)])
def test_a_button_that_waits_can_be_read(
    shown_server: Server, open_page: Callable[..., Page], theme: str, page_colour: int
) -> None:
    page = open_page(f"{shown_server.url}/data_sets?add=files", color_scheme=theme)
    expect(page.locator(".st-key-foot")).to_be_visible()
    button = page.get_by_role("button", name="Add the images")
    expect(button).to_be_disabled()
    page.wait_for_function(
        "([e, ground]) => Math.abs(getComputedStyle(e).color.match(/\\d+/)[0] - ground) > 100",
        arg=[button.locator("p").element_handle(), page_colour],
    )


def test_the_frame_names_the_product_and_opens_its_help(
    shown_server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(shown_server.url)
    expect(page.get_by_text("MedApp 0.", exact=False).first).to_be_visible()
    page.get_by_role("button", name="Help").click()
    expect(page.get_by_role("dialog")).to_contain_text("Overfitting")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Models").click()
    expect(page.get_by_role("heading", level=1, name="Models")).to_be_visible()
    mark = page.locator("[data-testid=stSidebarHeader] > :first-child")
    page.wait_for_function(
        "e => getComputedStyle(e, '::after').content === '\"MedApp\"'", arg=mark.element_handle()
    )
    page.get_by_test_id("stMainMenu").get_by_role("button").click()
    expect(page.get_by_role("menuitemradio", name="Dark")).to_be_visible()
