"""A run keeps the images, labels and classes that it began with; what was edited since is said."""

from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Trained, write_bands
from data.test_catalog import build_data_set
from runs.test_sitting import find_plan, sit, sit_again
from runs.test_split_table import SAMPLES

from medapp.data.catalog import Catalog
from medapp.data.edits import LEAVE_OUT, RELABEL, Change, apply_edits, list_last, undo_edits
from medapp.data.importing.adding import add_folder
from medapp.data.importing.choice import ImportChoice
from medapp.data.samples import DataSet
from medapp.prediction.model import load_model
from medapp.runs.evaluate import evaluate_run
from medapp.runs.making import find_run
from medapp.runs.revisions import EDITED, note_edits
from medapp.runs.split_table import load_classes, save_split
from medapp.store.workspace import Workspace


def find_bands(workspace: Workspace) -> tuple[Catalog, DataSet]:
    catalog = Catalog(workspace)
    return catalog, catalog.find_data_set("bands")


def test_figures_stay_and_edits_since_are_said(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    before = run.load_evaluation()
    assert before is not None
    catalog, bands = find_bands(trained.workspace)
    tests = catalog.load_samples(bands, split="test")
    other = "below" if tests[0].label == "above" else "above"
    taught = catalog.load_samples(bands, split="train")[0]
    changes = [
        Change(tests[0].id, RELABEL, other),
        Change(tests[1].id, LEAVE_OUT),
        Change(taught.id, LEAVE_OUT),
    ]
    apply_edits(catalog, bands, changes)
    (run.folder / "evaluation.json").unlink()
    again = evaluate_run(trained.workspace, run)
    assert (again.n, again.confusion) == (before.n, before.confusion)
    (note,) = [note for note in again.notes if note.code == EDITED]
    assert "1 was relabelled and 2 were left out since it began (2 in its test split)" in note.text
    assert evaluate_run(trained.workspace, run, split="validation").n > 0
    # The kept figures say it once, and no more when the edits are undone.
    assert [n.code for n in evaluate_run(trained.workspace, run).notes].count(EDITED) == 1
    undo_edits(catalog, bands, [edit.id for edit in list_last(catalog, bands)])
    assert note_edits(trained.workspace, run) == []


def test_a_run_goes_on_with_its_classes_and_a_new_one_takes_the_edited(
    workspace: Workspace, tmp_path: Path
) -> None:
    add_folder(
        workspace, write_bands(tmp_path / "bands"), choice=ImportChoice(patient_pattern=r"p\d\d")
    )
    catalog, bands = find_bands(workspace)
    sample = catalog.load_samples(bands, split="train", label="above")[0]
    changed = apply_edits(catalog, bands, [Change(sample.id, RELABEL, "aside")])
    assert changed.classes == ("above", "aside", "below")
    run = sit(workspace)
    undo_edits(catalog, changed, [edit.id for edit in list_last(catalog, changed)])
    for other in catalog.load_samples(bands, label="below"):
        apply_edits(catalog, bands, [Change(other.id, LEAVE_OUT)])
    sit_again(workspace, run)
    assert find_plan(run).classes == ["above", "aside", "below"]
    assert load_model(run.model_path).classes == ("above", "aside", "below")
    assert "were left out" in note_edits(workspace, run)[0].text


@pytest.mark.parametrize(
    ("kept", "now", "classes"),
    [
        (("severe", "mild", "b", "a"), ("a",), ("severe", "mild", "b", "a")),
        ((), ("a", "b", "c"), ("a", "b", "c")),
        ((), ("b", "c"), ("a", "b")),
    ],
)
def test_classes_are_those_of_the_table_or_of_its_rows(
    tmp_path: Path, kept: tuple[str, ...], now: tuple[str, ...], classes: tuple[str, ...]
) -> None:

    save_split(tmp_path / "split.parquet", SAMPLES, kept)
    data_set = replace(build_data_set("x", tmp_path), classes=now)
    assert load_classes(tmp_path / "split.parquet", data_set) == classes
