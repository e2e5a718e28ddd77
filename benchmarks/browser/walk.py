"""How long, and how many clicks, from an empty workspace to the first heatmap, and to a first model
of one's own?

    python -m benchmarks.browser.walk DATA_FOLDER --to PICTURES

A walk in Chromium over a fresh server, as a newcomer would do it: the phantom's button first, then
the folder with the settings that the page proposes. The server's start is not counted. Fields that
are filled in count as a click. `--to` keeps a screenshot of each stop.
"""

import tempfile
import time
from pathlib import Path

from playwright.sync_api import Locator, Page, expect, sync_playwright

from benchmarks.kit.options import build_parser
from benchmarks.kit.serving import FLAGS, find_chromium, start_server

PATIENCE_MS = 120_000


class Walk:
    """A user of a page whose clicks are counted."""

    def __init__(self, page: Page, pictures: Path | None) -> None:
        self.page, self.pictures = page, pictures
        self.clicks, self.began = 0, time.monotonic()

    def click(self, target: Locator) -> None:
        target.click()
        self.clicks += 1

    def press(self, name: str) -> None:
        self.click(self.page.get_by_role("button", name=name))

    def say(self, stop: str) -> None:
        print(f"{stop}: {self.clicks} clicks, {time.monotonic() - self.began:.1f} s", flush=True)
        if self.pictures is not None:
            paused = time.monotonic()
            self.page.wait_for_timeout(1000)  # charts draw themselves
            self.page.screenshot(path=self.pictures / f"{stop.replace(' ', '-')}.png")
            self.began += time.monotonic() - paused

    def see_heatmap(self) -> None:
        self.press("Predict with this model")  # appears when the run is done
        self.click(self.page.locator(".tile").first)
        expect(self.page.locator(".pane canvas").first).to_be_visible()


def main() -> None:
    parser = build_parser(__doc__, takes_folder=False)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--to", type=Path)
    options = parser.parse_args()
    if options.to is not None:
        options.to.mkdir(parents=True, exist_ok=True)
    expect.set_options(timeout=PATIENCE_MS)
    for stroll in (walk_phantom, walk_folder):
        with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
            server = start_server(Path(home))
            try:
                browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
                page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
                page.set_default_timeout(PATIENCE_MS)
                walk = Walk(page, options.to)
                page.goto(server.url)
                stroll(walk, options.folder)
            finally:
                server.stop()


def walk_phantom(walk: Walk, folder: Path) -> None:
    walk.press("Try it on phantom images")
    walk.see_heatmap()
    walk.say("phantom heatmap")


def walk_folder(walk: Walk, folder: Path) -> None:
    walk.press("Add a data set")
    walk.click(walk.page.get_by_role("textbox", name="Path", exact=True))
    walk.page.keyboard.type(str(folder))
    walk.page.keyboard.press("Enter")
    walk.press("Register")
    expect(walk.page.locator(".tile").first).to_be_visible()
    walk.say("own images")
    walk.press("Train on this data set")
    walk.press("Start")
    expect(walk.page.get_by_role("button", name="Predict with this model")).to_be_visible()
    walk.say("own model")
    walk.see_heatmap()
    walk.say("own heatmap")


if __name__ == "__main__":
    main()
