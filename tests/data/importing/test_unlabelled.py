"""Images of which nothing says what they show: looked at, labelled, and only then learned from."""

from pathlib import Path

import numpy as np
import pytest
from make_dicom import build_dicom

from medapp.data.catalog import Catalog
from medapp.data.edits import RELABEL, Change, apply_edits
from medapp.data.importing.adding import add_path, inspect
from medapp.data.importing.choice import ImportChoice
from medapp.data.importing.previewing import preview
from medapp.data.importing.updating import update
from medapp.data.notes import describe
from medapp.data.samples import UNLABELLED, DataSet
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
    apply_edits(catalog, data_set, half[:8], "read")
    partly = catalog.find_data_set(data_set.name)
    assert partly.classes == ("liver", "lung", UNLABELLED)
    (note,) = [n for n in describe(partly, catalog) if n.code == "unlabelled"]
    assert (note.level, note.text) == ("caution", "4 images have no label yet.")
    with pytest.raises(RecipeError, match="has images without labels"):
        plan(workspace, partly)
    apply_edits(catalog, partly, half[8:], "read")
    wholly = catalog.find_data_set(data_set.name)
    assert wholly.classes == ("liver", "lung")
    plan(workspace, wholly)


def test_a_series_that_grows_is_updated(workspace: Workspace, tmp_path: Path) -> None:
    data_set = add_path(
        workspace, make_disc(tmp_path / "disc", 9), choice=ImportChoice(layout=UNLABELLED)
    ).data_set
    make_disc(tmp_path / "disc")
    changes = update(Catalog(workspace), data_set)
    assert changes.new == ("SE1/IM0003", "SE1/IM0004", "SE1/IM0005")
