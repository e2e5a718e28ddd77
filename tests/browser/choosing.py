"""A choice from a list on a page, a page that stands still, and what is new on it."""

import contextlib

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page, expect

ATTEMPTS = 10
OPEN_MS = 5_000


def choose(page: Page, box: str, option: Locator) -> None:
    """Choose an option in the list of this name.

    A list that opens while the page is drawn closes again, and may be there twice for a moment; it
    is then opened once more.
    """
    for _ in range(ATTEMPTS):
        wait_for_rest(page)
        with contextlib.suppress(PlaywrightError):
            page.get_by_role("combobox", name=box).click()
            option.click(timeout=OPEN_MS)
            return
    raise AssertionError(f"the list {box!r} does not stay open")


def find_fresh(page: Page) -> Locator:
    """What is drawn by the script's present run: that of the run before goes a moment later."""
    return page.locator("[data-testid=stElementContainer]:not([data-stale=true])")


def find_number(page: Page, name: str) -> Locator:
    """The field of this name, of which two may stand while the page is drawn."""
    return find_fresh(page).get_by_role("spinbutton", name=name, exact=True).last


def wait_for_rest(page: Page) -> None:
    """Wait until the page stands: while it is drawn, a button may move from under the pointer."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
