"""Which learning rate, asked on the page: in the background, shown as a curve, and then taken."""

from collections.abc import Callable

import pytest
from browser.choosing import choose, wait_for_rest
from browser.serving import Server
from conftest import Trained
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

Opener = Callable[[str], Page]
ANSWER_MS = 300_000  # for the server to import torch, and a hundred steps, on a busy machine


def test_a_rate_is_found_and_taken(
    trained: Trained, trained_server: Server, open_page: Opener
) -> None:
    page = open_page(f"{trained_server.url}/train?begin=balanced")
    # Steps on features that are kept take no time.
    choose(page, "Strategy", page.get_by_role("option", name="Head by steps"))
    size = page.get_by_role("spinbutton", name="Image size")
    size.fill("32")
    size.press("Enter")
    expect(page.get_by_text("--image-size 32").first).to_be_attached()
    wait_for_rest(page)
    page.get_by_text("Which learning rate?").click()
    page.get_by_role("button", name="Try rates").click()
    # The answer comes without another click, and the section is still open.
    answer = page.get_by_text("There the smoothed loss falls fastest")
    expect(answer).to_be_visible(timeout=ANSWER_MS)
    page.get_by_role("button", name="Use this rate").click()
    expect(page.get_by_text("--set learning_rate=").first).to_be_attached()
    expect(page.get_by_role("button", name="Used, see Expert settings")).to_be_disabled()
    # The rate itself is not what the answer depends on; another batch is.
    expect(page.get_by_text("The settings have changed since")).to_have_count(0)
    batch = page.get_by_role("spinbutton", name="Batch")
    batch.fill("4")
    batch.press("Enter")
    expect(page.get_by_text("The settings have changed since")).to_be_visible()


def test_a_fitted_strategy_has_no_rate_to_find(shown_server: Server, open_page: Opener) -> None:
    page = open_page(f"{shown_server.url}/train?begin=quick-look")
    expect(page.get_by_text("Which source?")).to_be_visible()
    wait_for_rest(page)
    expect(page.get_by_text("Which learning rate?")).to_have_count(0)
