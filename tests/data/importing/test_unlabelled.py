"""Images of which nothing says what they show: looked at, labelled, and only then learned from."""

from pathlib import Path

import numpy as np
import pytest
from make_dicom import build_dicom

from medapp.data.catalog import Catalog
from medapp.data.edits import LEAVE_OUT, RELABEL, TAKE_BACK, Change, list_edits, undo_edits
from medapp.data.importing.adding import add_path, inspect
from medapp.data.importing.choice import ImportChoice
from medapp.data.importing.previewing import preview
from medapp.data.importing.updating import update
from medapp.data.labelling import edit_samples
from medapp.data.notes import describe
from medapp.data.samples import NO_SPLIT, SPLITS, UNLABELLED, DataSet, say_splits
from medapp.data.splits.cleaning import make_clean_split
from medapp.data.splits.redrawing import redraw_split
from medapp.errors import DataError, RecipeError
from medapp.runs.plan import plan_run
from medapp.store.workspace import Workspace
from medapp.training.recipe import build_settings

SERIES = [f"DICOM/PA0/ST0/SE{s}/IM{i:04d}" for s in range(2) for i in range(6)]


def make_disc(root: Path, count: int = len(SERIES)) -> Path:
    noise = np.random.default_rng(0).integers(0, 255, (count, 24, 24)).astype(np.uint8)
    for pixels, name in zip(noise, SERIES, strict=False):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(build_dicom(pixels, PatientID="Doe"))
    return root


def plan(workspace: Workspace, data_set: DataSet) -> None:
    recipe, _ = build_settings({"data": data_set.name})
    plan_run(workspace, recipe)


def test_a_disc_without_classes_says_how_it_can_be_looked_at(tmp_path: Path) -> None:
    found = inspect(make_disc(tmp_path / "disc"))
    assert found.question
    with pytest.raises(DataError) as refused:
        found.require_files()
    assert "looked at without labels, too: --layout unlabelled" in refused.value.in_shell


def test_a_preview_says_that_nothing_can_be_trained(tmp_path: Path) -> None:
    shown = preview(make_disc(tmp_path / "disc"), ImportChoice(layout=UNLABELLED))
    assert [file.name for file in shown.layout.files][:2] == ["SE0/IM0000", "SE0/IM0001"]
    (note,) = shown.notes
    assert (note.code, note.level, note.text) == ("unlabelled", "info", "12 images have no label.")
    assert "nothing can be trained on them before that" in note.remedy


def test_a_set_without_labels_is_looked_at_and_not_trained_on(
    workspace: Workspace, tmp_path: Path
) -> None:
    data_set = add_path(
        workspace, make_disc(tmp_path / "disc"), choice=ImportChoice(layout=UNLABELLED)
    ).data_set
    assert data_set.classes == (UNLABELLED,)
    notes = {note.code: note.level for note in describe(data_set, Catalog(workspace))}
    assert notes == {"unlabelled": "info"}
    with pytest.raises(RecipeError, match="has images without labels") as refused:
        plan(workspace, data_set)
    assert refused.value.setting == "data"


def test_images_that_are_labelled_later_can_be_learned_from(
    workspace: Workspace, tmp_path: Path
) -> None:
    catalog = Catalog(workspace)
    data_set = add_path(
        workspace, make_disc(tmp_path / "disc"), choice=ImportChoice(layout=UNLABELLED)
    ).data_set
    samples = catalog.load_samples(data_set)
    half = [Change(s.id, RELABEL, "lung" if i % 2 else "liver") for i, s in enumerate(samples)]
    edit_samples(catalog, data_set, half[:8], "read")
    partly = catalog.find_data_set(data_set.name)
    assert partly.classes == ("liver", "lung", UNLABELLED)
    (note,) = [n for n in describe(partly, catalog) if n.code == "unlabelled"]
    assert (note.level, note.text) == ("caution", "4 images have no label yet.")
    with pytest.raises(RecipeError, match="has images without labels"):
        plan(workspace, partly)
    edit_samples(catalog, partly, half[8:], "read")
    wholly = catalog.find_data_set(data_set.name)
    assert wholly.classes == ("liver", "lung")
    plan(workspace, wholly)


def test_a_set_without_labels_is_not_split_until_all_have_one(
    workspace: Workspace, tmp_path: Path
) -> None:
    catalog = Catalog(workspace)
    shown = preview(make_disc(tmp_path / "disc"), ImportChoice(layout=UNLABELLED))
    assert shown.split_origin.startswith("Not split: no image has a label")
    report = add_path(workspace, tmp_path / "disc", choice=ImportChoice(layout=UNLABELLED))
    data_set = report.data_set
    assert say_splits(report.splits) == "not split"
    assert data_set.split_origin == shown.split_origin
    samples = catalog.load_samples(data_set)
    assert {sample.split for sample in samples} == {NO_SPLIT}
    assert make_clean_split(catalog, data_set).moved == 0
    with pytest.raises(DataError, match="nothing to split"):
        redraw_split(catalog, data_set, 0)

    changes = [Change(s.id, RELABEL, "ab"[i % 2]) for i, s in enumerate(samples)]
    partly = edit_samples(catalog, data_set, changes[:10], "read")
    assert set(catalog.count_splits(partly).values()) == {0, 12}
    wholly = edit_samples(catalog, partly, [Change(s.id, LEAVE_OUT) for s in samples[10:]], "poor")
    assert {sample.split for sample in catalog.load_samples(wholly)} <= set(SPLITS)
    assert wholly.draws == 1
    assert wholly.split_origin.startswith("Drawn by MedApp: 70% train")
    # A label that is taken back takes no split with it.
    last = list_edits(catalog, wholly, samples[0].id)[0]
    undone = undo_edits(catalog, wholly, [last.id])
    assert NO_SPLIT not in catalog.count_splits(undone)


def test_an_image_of_a_set_that_is_split_joins_the_training(
    workspace: Workspace, tmp_path: Path
) -> None:
    """A set that was labelled and split keeps its split when one more image gets its label."""
    catalog = Catalog(workspace)
    choice = ImportChoice(layout=UNLABELLED)
    data_set = add_path(workspace, make_disc(tmp_path / "disc"), choice=choice).data_set
    *most, last = catalog.load_samples(data_set)
    edit_samples(catalog, data_set, [Change(last.id, LEAVE_OUT)], "later")
    changes = [Change(s.id, RELABEL, "ab"[i % 2]) for i, s in enumerate(most)]
    edit_samples(catalog, data_set, changes, "read")
    before = {s.id: s.split for s in catalog.load_samples(data_set)}
    edit_samples(
        catalog, data_set, [Change(last.id, RELABEL, "a"), Change(last.id, TAKE_BACK)], "now"
    )
    after = {s.id: s.split for s in catalog.load_samples(data_set)}
    assert after.pop(last.id) in SPLITS
    assert after == before


def test_a_series_that_grows_is_updated(workspace: Workspace, tmp_path: Path) -> None:
    data_set = add_path(
        workspace, make_disc(tmp_path / "disc", 9), choice=ImportChoice(layout=UNLABELLED)
    ).data_set
    make_disc(tmp_path / "disc")
    catalog = Catalog(workspace)
    changes = update(catalog, data_set)
    assert {sample.split for sample in catalog.load_samples(data_set)} == {NO_SPLIT}
    assert changes.new == ("SE1/IM0003", "SE1/IM0004", "SE1/IM0005")
