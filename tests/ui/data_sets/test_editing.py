"""Images are edited on their pages; the log shows it, and takes it back."""

import shutil
from pathlib import Path

import pytest
from conftest import write_bands
from ui.test_pages import (
    _one_server_a_test,  # noqa: F401
    find_button,
    open_page,
    read_text,
)

from medapp.data.catalog import Catalog
from medapp.data.edits import LEAVE_OUT, NOTE, RELABEL, Change, apply_edits, list_edits
from medapp.data.importing.adding import add_folder
from medapp.data.samples import DataSet, Sample
from medapp.store.workspace import Workspace
from medapp.ui.shell import frame


@pytest.fixture
def bands(workspace: Workspace, tmp_path: Path) -> DataSet:
    return add_folder(workspace, write_bands(tmp_path / "bands"), name="bands").data_set


def find_first(workspace: Workspace, data_set: DataSet) -> Sample:
    return Catalog(workspace).load_samples(data_set, with_left_out=True)[0]


def test_an_image_is_left_out_with_a_reason_and_taken_back_on_its_page(
    workspace: Workspace, bands: DataSet
) -> None:
    first = find_first(workspace, bands)
    app = open_page("data_sets", set=bands.id, image=first.id)
    app.text_input(key=f"reason-image-{first.id}").set_value("blurred")
    find_button(app, "Leave out").click().run()
    assert not app.exception
    assert find_first(workspace, bands).is_left_out
    text = read_text(app)
    assert "left out" in text
    assert "leave out · blurred" in text
    find_button(app, "Take back").click().run()
    assert not find_first(workspace, bands).is_left_out


def test_an_image_gets_another_class_or_a_new_one_and_a_note(
    workspace: Workspace, bands: DataSet
) -> None:
    first = find_first(workspace, bands)
    app = open_page("data_sets", set=bands.id, image=first.id)
    key = f"image-{first.id}"
    app.selectbox(key=f"label-{key}").set_value("below").run()
    app.button(key=f"relabel-{key}").click().run()
    assert find_first(workspace, bands).label == "below"
    app.text_area(key=f"text-{key}").set_value("ask *Dr. B*").run()
    app.button(key=f"note-{key}").click().run()
    log = list_edits(Catalog(workspace), bands, first.id)
    assert [(edit.kind, edit.after) for edit in log] == [(NOTE, "ask *Dr. B*"), (RELABEL, "below")]
    assert frame.escape("note: ask *Dr. B*") in read_text(app)
    app.button(key=f"undo-{log[1].id}").click().run()
    assert find_first(workspace, bands).label == first.label


def test_an_empty_note_is_refused_in_words(workspace: Workspace, bands: DataSet) -> None:
    first = find_first(workspace, bands)
    app = open_page("data_sets", set=bands.id, image=first.id)
    app.button(key=f"note-image-{first.id}").click().run()
    assert "The note is empty" in read_text(app)
    assert list_edits(Catalog(workspace), bands) == []


def test_the_log_shows_all_edits_and_undoes_the_last(workspace: Workspace, bands: DataSet) -> None:
    assert "Nothing was edited yet" in read_text(open_page("data_sets", set=bands.id, view="Edits"))
    first = find_first(workspace, bands)
    apply_edits(Catalog(workspace), bands, [Change(first.id, LEAVE_OUT)], "twice")
    app = open_page("data_sets", set=bands.id, view="Edits")
    shown = app.dataframe[0].value
    assert shown[["Image", "What", "Why", "State"]].to_numpy().tolist() == [
        [first.name, "leave out", "twice", ""]
    ]
    find_button(app, "Undo").click().run()
    assert not find_first(workspace, bands).is_left_out
    assert app.dataframe[0].value["State"].tolist() == ["undone"]


def test_copies_of_a_relabelled_image_are_offered_with_it(
    workspace: Workspace, tmp_path: Path
) -> None:
    folder = write_bands(tmp_path / "twins", 6)
    for name in ("below/twin 1.png", "above/twin 2.png"):
        shutil.copy(folder / "above" / "p00.png", folder / name)
    twins = add_folder(workspace, folder, name="twins").data_set
    catalog = Catalog(workspace)
    by_name = {s.name: s.id for s in catalog.load_samples(twins)}
    first = by_name["above/p00.png"]
    app = open_page("data_sets", set=twins.id, image=first)
    app.selectbox(key=f"label-image-{first}").set_value("below").run()
    app.button(key=f"relabel-image-{first}").click().run()
    # The other copy shows that class already.
    assert "1 copy of it stands as above." in read_text(app)
    find_button(app, "Relabel it too").click().run()
    assert not app.exception
    assert "copy of it" not in read_text(app)
    labels = {s.name: s.label for s in catalog.load_samples(twins)}
    assert labels["above/twin 2.png"] == labels["above/p00.png"] == "below"
    app.button(key=f"leave-image-{first}").click().run()
    assert "2 copies of it are still in use." in read_text(app)
    find_button(app, "Leave as they are").click().run()
    assert "copies of it" not in read_text(app)
    assert catalog.count_samples(twins) == len(by_name) - 1
