"""A page whose theme is changed while it is open."""

from collections.abc import Callable

import pytest
from browser.choosing import wait_for_rest
from browser.serving import Server
from conftest import Trained
from playwright.sync_api import Page, expect

from medapp.figures import PALETTES
from medapp.runs.making import find_run

pytestmark = pytest.mark.browser


def write_css(colour: str) -> str:
    """A colour such as #13212B as a browser says it."""
    return f"rgb({', '.join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))})"


def test_figures_follow_the_theme(
    trained: Trained, trained_server: Server, open_page: Callable[..., Page]
) -> None:
    run = find_run(trained.workspace, "probe")
    page = open_page(f"{trained_server.url}/models?model={run.id}", color_scheme="light")
    title = page.locator(".js-plotly-plot .gtitle").first
    expect(title).to_have_css("fill", write_css(PALETTES["light"].text))
    for theme in ("dark", "light"):
        wait_for_rest(page)
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        expect(title).to_have_css("fill", write_css(PALETTES[theme].text))
