"""The audit on a data set's page: begun by a button, its findings looked at, settled and undone."""

from pathlib import Path

import pytest
from conftest import draw_picture
from PIL import Image
from streamlit.testing.v1 import AppTest
from ui.test_pages import (
    _one_server_a_test,  # noqa: F401
    find_button,
    open_page,
    read_text,
)

from medapp.audit.audit import find_audit, run_audit
from medapp.data.catalog import Catalog
from medapp.data.edits import LEAVE_OUT, Change, apply_edits, list_edits
from medapp.data.importing.adding import add_folder
from medapp.data.importing.updating import update
from medapp.data.samples import DataSet
from medapp.store.workspace import Workspace
from medapp.ui.data_sets.audit import hold_jobs


@pytest.fixture
def leaky(workspace: Workspace, tmp_path: Path) -> DataSet:
    """Two classes with a picture of each in both splits, and a blank image."""
    for i in range(24):
        for split, seed in (("train", i), ("test", i if i < 2 else 100 + i)):
            path = tmp_path / "x" / split / "ab"[i % 2] / f"{i:02d}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(draw_picture(seed, 40, 40)).save(path)
    Image.new("L", (40, 40), 90).save(tmp_path / "x" / "train" / "a" / "blank.png")
    return add_folder(workspace, tmp_path / "x").data_set


def open_audit(data_set: DataSet, **query: object) -> AppTest:
    app = open_page("data_sets", set=data_set.id, view="Audit", **query)
    assert not app.exception
    return app


def test_the_button_begins_an_audit_whose_findings_are_listed(
    workspace: Workspace, leaky: DataSet
) -> None:
    app = open_audit(leaky)
    assert "Your files are never changed" in read_text(app)
    for toggle in app.toggle:
        toggle.set_value(False)
    find_button(app, "Audit this data set").click().run()
    job = hold_jobs().get(leaky.uid)
    if job is not None:
        job.wait(60)
    assert find_audit(workspace, leaky) is not None
    text = read_text(open_audit(leaky))
    assert "Copies in two splits" in text
    assert "2 of 24 test images also stand in training or validation" in text
    assert "Blank images" in text


def test_one_click_keeps_the_judged_copies_and_another_takes_it_back(
    workspace: Workspace, leaky: DataSet
) -> None:
    catalog = Catalog(workspace)
    run_audit(workspace, leaky, with_features=False)
    app = open_audit(leaky, finding=0)
    assert "Copies in two splits · 2" in read_text(app)
    find_button(app, "Keep the judged copies only \\(2\\)").click().run()
    assert not app.exception
    assert catalog.count_leaks(leaky) == 0
    assert "Nothing is left to look at here." in [box.value for box in app.success]
    assert {edit.reason for edit in list_edits(catalog, leaky)} == {"audit: leak"}
    find_button(app, "Undo").click().run()
    assert not app.exception
    assert catalog.count_leaks(leaky) == 2
    assert "Copies in two splits · 2" in read_text(app)


def test_after_an_action_the_numbers_of_a_finding_agree(
    workspace: Workspace, leaky: DataSet
) -> None:
    run_audit(workspace, leaky, with_features=False)
    assert "left to look at" not in read_text(open_audit(leaky, finding=0))
    app = open_audit(leaky, finding=0)
    keep = next(button for button in app.button if button.key.startswith("keep-leak-"))
    keep.click().run()
    assert not app.exception
    left = "1 of 2 left to look at."
    text = read_text(app)
    assert "Copies in two splits · 1" in text
    assert left in text
    assert find_button(app, "Keep the judged copies only \\(1\\)")
    assert left in read_text(open_audit(leaky))


def test_a_clean_split_is_a_click_beside_the_leak(workspace: Workspace, leaky: DataSet) -> None:
    run_audit(workspace, leaky, with_features=False)
    app = open_audit(leaky, finding=0)
    find_button(app, "Make a clean split").click().run()
    assert not app.exception
    assert Catalog(workspace).count_leaks(leaky) == 0
    text = read_text(app)
    assert "Copies in two splits" not in text
    assert "Settled since: 1 finding." in text


def test_files_that_did_not_come_in_are_listed_each(workspace: Workspace, tmp_path: Path) -> None:
    for i in range(4):
        path = tmp_path / "torn" / "ab"[i % 2] / f"{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(draw_picture(i, 40, 40)).save(path)
        path.with_name(f"torn{i}.png").write_bytes(path.read_bytes()[:60])
    data_set = add_folder(workspace, tmp_path / "torn").data_set
    found = run_audit(workspace, data_set, with_features=False)
    unread = next(n for n, finding in enumerate(found.findings) if finding.kind == "unreadable")
    text = read_text(open_audit(data_set, finding=unread))
    assert all(f"torn{i}" in text for i in range(4))


def test_what_is_kept_is_settled_and_images_that_came_are_said(
    workspace: Workspace, leaky: DataSet
) -> None:
    found = run_audit(workspace, leaky, with_features=False)
    blank = next(n for n, finding in enumerate(found.findings) if finding.kind == "blank")
    app = open_audit(leaky, finding=blank)
    assert "Blank images · 1" in read_text(app)
    find_button(app, "Keep").click().run()
    assert not app.exception
    assert Catalog(workspace).count_samples(leaky) == 49
    assert "Blank images" not in read_text(open_audit(leaky))
    assert not open_audit(leaky).warning
    Image.fromarray(draw_picture(500, 40, 40)).save(leaky.root / "train" / "a" / "new.png")
    update(Catalog(workspace), leaky)
    assert [box.value for box in open_audit(leaky).warning] == [
        "Images came, went or were renamed since. Audit again."
    ]


def test_a_clean_split_is_made_where_the_split_is_shown(
    workspace: Workspace, leaky: DataSet
) -> None:
    app = open_page("data_sets", set=leaky.id, view="Split")
    find_button(app, "Make a clean split").click().run()
    assert not app.exception
    assert Catalog(workspace).count_leaks(leaky) == 0
    assert "2 images moved" in app.success[0].value
    assert "Images moved to another split since: 2." in read_text(app)


def test_what_the_leak_flatters_is_said_beside_it(workspace: Workspace, leaky: DataSet) -> None:
    run_audit(workspace, leaky, with_features=False)
    before = Catalog(workspace).load_samples(leaky)
    app = open_audit(leaky)
    find_button(app, "How much does this flatter?").click().run(timeout=60)
    assert not app.exception
    text = read_text(app)
    assert "as it stands less clean" in text
    assert "your data set stays as it is" in text
    assert Catalog(workspace).load_samples(leaky) == before


@pytest.fixture
def blank(workspace: Workspace, tmp_path: Path) -> DataSet:
    """Two classes, one of which is nothing but blank images."""
    for i in range(24):
        for label in "ab":
            path = tmp_path / "y" / label / f"{i:02d}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            blank = Image.new("L", (40, 40), 90 + i)
            (blank if label == "b" else Image.fromarray(draw_picture(i, 40, 40))).save(path)
    return add_folder(workspace, tmp_path / "y").data_set


def test_what_would_end_a_class_is_asked_for_in_words(workspace: Workspace, blank: DataSet) -> None:
    catalog = Catalog(workspace)
    found = run_audit(workspace, blank, with_features=False)
    number = next(n for n, finding in enumerate(found.findings) if finding.kind == "blank")
    app = open_audit(blank, finding=number)
    warnings = [box.value.replace("\\", "") for box in app.warning]
    assert "24 of 48 images (50%) would be left out, and none would show b any more." in warnings
    assert catalog.count_samples(blank) == 48
    find_button(app, "Yes, leave out 24 images").click().run()
    assert not app.exception
    assert catalog.count_samples(blank) == 24


def test_an_emptied_data_set_says_that_all_is_left_out(
    workspace: Workspace, blank: DataSet
) -> None:
    catalog = Catalog(workspace)
    ids = [sample.id for sample in catalog.load_samples(blank)]
    emptied = apply_edits(catalog, blank, [Change(id, LEAVE_OUT) for id in ids])
    app = open_page("data_sets", set=emptied.id)
    assert "All 48 images are left out" in read_text(app)
    assert "No image is in use." in read_text(app)
    assert "no image in use" in read_text(app)
    for view in ("Map", "Audit", "Edits", "Split", "Preprocess", "Derive", "Manage"):
        open_page("data_sets", set=emptied.id, view=view)
    open_page("train", data=emptied.id)
    assert find_button(open_page("data_sets", set=emptied.id, view="Edits"), "Undo").click().run()
    assert catalog.count_samples(blank) == 48
