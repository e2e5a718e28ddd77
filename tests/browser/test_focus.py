"""Whoever goes through a page by keyboard sees, whole, where they are (WCAG 2.2, 2.4.7)."""

from collections.abc import Callable
from pathlib import Path

import pytest
from browser.choosing import wait_for_rest
from browser.serving import Server
from conftest import Trained
from playwright.sync_api import Page, expect

from medapp.data.catalog import Catalog
from medapp.runs.making import find_run

pytestmark = pytest.mark.browser

SCRIPT = (Path(__file__).parent / "focus.js").read_text(encoding="utf-8").split("\n", 3)[3]
MOST_STOPS = 150  # of a page: a gallery has many tiles


def test_each_stop_of_the_keyboard_shows_its_focus(
    shown: Trained, shown_server: Server, open_page: Callable[..., Page]
) -> None:
    run = find_run(shown.workspace, "probe")
    data_set = Catalog(shown.workspace).list_data_sets()[0]
    sample = Catalog(shown.workspace).load_samples(data_set, split="test")[0]
    places = [
        "/",
        "/train",
        f"/data_sets?set={data_set.id}",
        f"/data_sets?set={data_set.id}&image={sample.id}",
        "/data_sets?add=files",
        f"/models?model={run.id}",
        f"/models?model={run.id}&show=Failures",
        f"/predict?by={run.id}&of={data_set.id}&sample={sample.id}",
    ]
    page = open_page(shown_server.url)
    unseen = {}
    for place in places:
        page.goto(f"{shown_server.url}{place}")
        expect(page.locator(".st-key-foot")).to_be_visible()
        wait_for_rest(page)
        # A busy machine may draw late: a fault is what is not seen the second time either.
        if _find_unseen(page) and (found := _find_unseen(page)):
            unseen[place] = found
    assert unseen == {}


def _find_unseen(page: Page) -> list[str]:
    """What has the focus and does not show it, at the stops of a page, each once."""
    stops: list[str] = []
    unseen: dict[str, None] = {}
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        found = page.evaluate(SCRIPT)
        if found is None:
            continue
        if stops and found["what"] == stops[0]:
            break
        stops.append(found["what"])
        if found["wrong"]:
            unseen[f"{found['wrong']}: {found['what']}"] = None
    assert len(stops) > 5, "the keyboard stops nowhere"
    return list(unseen)
