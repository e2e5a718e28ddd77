"""A radiologist audits a set, looks at a leak, makes the split clean, and takes a change back."""

import re
from collections.abc import Callable
from pathlib import Path

from browser.choosing import wait_for_rest
from browser.serving import Server
from conftest import draw_picture
from PIL import Image
from playwright.sync_api import Page, expect

from medapp.audit.audit import run_audit
from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_folder
from medapp.store.workspace import open_workspace


def save_leaky(folder: Path) -> Path:
    """Two classes; a picture of each in both splits, one of them mirrored; and a blank image."""
    for i in range(24):
        for split, seed in (("train", i), ("test", i if i < 2 else 100 + i)):
            path = folder / split / "ab"[i % 2] / f"{i:02d}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            picture = draw_picture(seed, 60, 60)
            Image.fromarray(picture[:, ::-1] if (split, i) == ("test", 1) else picture).save(path)
    Image.new("L", (60, 60), 90).save(folder / "train" / "a" / "blank.png")
    return folder


def test_an_audit_from_the_button_to_a_clean_split(
    server: Server, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    workspace = open_workspace(tmp_path / "home")
    data_set = add_folder(workspace, save_leaky(tmp_path / "x")).data_set
    page = open_page(f"{server.url}/data_sets?set={data_set.id}&view=Audit")
    toggle = page.get_by_text("Also wrong labels and shortcuts")
    expect(page.get_by_role("button", name="Audit this data set")).to_be_visible()
    wait_for_rest(page)
    if toggle.count():
        toggle.click()
    page.get_by_role("button", name="Audit this data set").click()
    expect(page.get_by_text(re.compile("2 of 24 test images also stand in"))).to_have_count(2)
    expect(page.get_by_text("Blank images")).to_be_visible()
    page.get_by_role("button", name="Look").first.click()
    expect(page).to_have_url(re.compile("finding=0"))
    expect(page.get_by_text("mirrored", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="01.png · b · train")).to_be_visible()
    expect(page.get_by_role("button", name="01.png · b · test")).to_be_visible()
    page.get_by_role("button", name="Make a clean split").click()
    expect(page.get_by_text("Settled since: 1 finding.")).to_be_visible()
    assert Catalog(workspace).count_leaks(data_set) == 0
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Copies in two splits")).to_be_visible()
    assert Catalog(workspace).count_leaks(data_set) == 2


def test_a_finding_far_down_opens_at_its_top(
    server: Server, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    workspace = open_workspace(tmp_path / "home")
    data_set = add_folder(workspace, save_leaky(tmp_path / "x")).data_set
    run_audit(workspace, data_set, with_features=False)
    page = open_page(f"{server.url}/data_sets?set={data_set.id}&view=Audit")
    page.set_viewport_size({"width": 1000, "height": 300})
    last = page.get_by_role("button", name="Look").last
    last.scroll_into_view_if_needed()
    offset = "document.querySelector('[data-testid=stMain]').scrollTop"
    page.wait_for_function(f"{offset} > 0")
    last.click()
    expect(page.get_by_role("button", name="All findings")).to_be_visible()
    page.wait_for_function(f"{offset} === 0")


def test_a_picture_of_a_finding_opens_and_leads_back(
    server: Server, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    workspace = open_workspace(tmp_path / "home")
    data_set = add_folder(workspace, save_leaky(tmp_path / "x")).data_set
    page = open_page(f"{server.url}/data_sets?set={data_set.id}&view=Audit")
    expect(page.get_by_role("button", name="Audit this data set")).to_be_visible()
    page.get_by_role("button", name="Audit this data set").click()
    page.get_by_role("button", name="Look").first.click()
    page.get_by_role("button", name="00.png · a · test").click()
    expect(page.get_by_role("heading", name="00.png")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="00.png · a · test")).to_be_visible()
