"""A real Chromium against a real server with a workspace of its own.

When a page closes it asserts that no request left this machine.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser.serving import FLAGS, Server, find_chromium, start_server
from conftest import Trained
from playwright.sync_api import Browser, Page, expect, sync_playwright

from medapp.store.workspace import Workspace

PATIENCE_MS = 180_000  # two busy cores without AVX-512 took 99 s to the first model


@pytest.fixture(scope="session", autouse=True)
def chromium() -> str:
    """The browser's program; without one no test here runs, nor starts a server first."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium or Chrome on the PATH, and MEDAPP_CHROMIUM is not set")
    return path


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """A browser for the tests of one module.

    Playwright keeps an event loop running in this thread as long as the browser is open, and no
    other test could start one of its own meanwhile.
    """
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A fresh server over an empty workspace."""
    running = start_server(tmp_path / "home")
    yield running
    running.stop()


@pytest.fixture
def trained_server(trained: Trained) -> Iterator[Server]:
    """A fresh server over a workspace with a data set and a model."""
    running = start_server(trained.workspace.root)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def shown(trained_once: Trained, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """The trained workspace in a copy that all tests share which only look at it."""
    home = tmp_path_factory.mktemp("shown") / "home"
    shutil.copytree(trained_once.workspace.root, home)
    return Trained(Workspace(home), trained_once.folder)


@pytest.fixture(scope="session")
def shown_server(shown: Trained) -> Iterator[Server]:
    """One server over that workspace, so that not each test waits for torch to be imported."""
    running = start_server(shown.workspace.root)
    yield running
    running.stop()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages in contexts of their own; what they asked for and what broke in them is judged at
    the end.
    """
    contexts, foreign, faults = [], [], []

    def watch_request(url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")):
            foreign.append(url)

    def open_one(url: str, **options: object) -> Page:
        context = browser.new_context(viewport={"width": 1440, "height": 900}, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("request", lambda request: watch_request(request.url))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(url)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert foreign == [], "a request left this machine"
    assert faults == [], "a script failed in the browser"
