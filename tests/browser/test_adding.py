"""A folder is found with the keyboard and the picker, looked at, corrected, and registered."""

from collections.abc import Callable
from pathlib import Path

import pytest
from browser.serving import Server
from conftest import write_bands
from playwright.sync_api import Page, expect

from medapp.data.catalog import Catalog

pytestmark = pytest.mark.browser


def test_a_folder_is_picked_looked_at_and_registered(
    server: Server, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    for site in ("north", "south"):
        write_bands(tmp_path / "hospitals" / site, 4)
    (tmp_path / "empty").mkdir()
    page = open_page(f"{server.url}/data_sets?add=folder")
    page.get_by_role("textbox", name="Path", exact=True).fill(str(tmp_path / "empty"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("There is no image in empty")).to_be_visible()
    page.get_by_role("button", name="Browse").click()
    picker = page.locator(".st-key-picker-place")
    picker.get_by_role("button", name=f"{tmp_path.name} ›").click()
    folder = picker.get_by_role("button", name="hospitals", exact=True)
    expect(folder).to_be_visible()
    folder.focus()
    page.keyboard.press("Enter")
    expect(picker.get_by_text("2 folders").first).to_be_visible()
    page.get_by_role("button", name="Look at hospitals").click()
    expect(page.get_by_text("either may be the classes")).to_be_visible()
    expect(page.get_by_role("button", name="Register")).to_have_count(0)
    page.get_by_text("{site}/{label}").click()
    expect(page.get_by_text("16 images · 2 classes · patients unknown")).to_be_visible()
    expect(page.locator(".tile")).to_have_count(12)
    page.wait_for_function(
        "() => [...document.querySelectorAll('.tile img')].every(i => i.naturalWidth > 0)"
    )
    assert Catalog(server.workspace).list_data_sets() == []
    page.get_by_role("button", name="Register 16 images").click()
    expect(page.get_by_role("heading", level=1, name="hospitals", exact=True)).to_be_visible()
    (made,) = Catalog(server.workspace).list_data_sets()
    assert {sample.site for sample in Catalog(server.workspace).load_samples(made)} == {
        "north",
        "south",
    }
    again = open_page(f"{server.url}/data_sets?add=folder")
    expect(again.get_by_role("button", name="hospitals")).to_be_visible()
