"""A choice from a list on a page."""

import contextlib

from playwright.sync_api import Locator, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

ATTEMPTS = 10
OPEN_MS = 5_000


def choose(page: Page, box: str, option: Locator) -> None:
    """Choose an option in the list of this name.

    A list that opens while the page is drawn closes again; it is then opened once more.
    """
    for _ in range(ATTEMPTS):
        page.get_by_role("combobox", name=box).click()
        with contextlib.suppress(PlaywrightTimeout):
            option.click(timeout=OPEN_MS)
            return
    raise AssertionError(f"the list {box!r} does not stay open")
