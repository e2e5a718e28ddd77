"""Open a served app in Chromium and go to the model that was trained.

python open_page.py URL
"""

import shutil
import sys
import time
import urllib.request

from playwright.sync_api import expect, sync_playwright

PATIENCE_SECONDS = 60


def main(url: str) -> None:
    wait_for_answer(url)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        expect.set_options(timeout=1000 * PATIENCE_SECONDS)
        page = browser.new_page()
        page.goto(url)
        page.get_by_test_id("stSidebarNav").get_by_text("Models", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Models")
        expect(page.get_by_text("1 model", exact=True)).to_be_visible()
        expect(page.get_by_test_id("stException")).to_have_count(0)
        browser.close()


def wait_for_answer(url: str) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=5).read()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


if __name__ == "__main__":
    main(sys.argv[1])
