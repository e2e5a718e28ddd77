"""A warning travels with every figure it touches, and says what to do."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import Trained, draw_picture, train_here
from PIL import Image

from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_folder
from medapp.data.importing.choice import ImportChoice
from medapp.data.removing import remove
from medapp.data.splits.redrawing import redraw_split
from medapp.evaluation.evaluation import Evaluation
from medapp.notes import Note
from medapp.runs.caveats import add_caveats, list_grave_notes, note_balance
from medapp.runs.evaluate import evaluate_run
from medapp.runs.events import EpochFinished, merge_events
from medapp.runs.judging import judge
from medapp.runs.learned import save_samples
from medapp.runs.learning import note_learning
from medapp.runs.looks import count_test_reads, group_by_test_images, note_looks
from medapp.runs.making import create_run, find_run
from medapp.runs.registry import find_registry
from medapp.runs.run import Run
from medapp.runs.split_table import load_split, name_table
from medapp.session import Session
from medapp.store.workspace import Workspace
from medapp.task import find_task
from medapp.training.recipe import build_recipe

SETTINGS = {
    "strategy": "linear-probe",
    "image_size": 32,
    "epochs": 2,
    "batch_size": 8,
    "precision": "float32",
    "threads": 1,
}


def find(evaluation: Evaluation | None, code: str) -> Note:
    """The only note of this code."""
    assert evaluation is not None
    (note,) = (note for note in evaluation.notes if note.code == code)
    return note


def write_pictures(folder: Path, first: int, suffix: str = ".png") -> Path:
    """Twelve pictures of two classes."""
    for i in range(first, first + 12):
        path = folder / "ab"[i % 2] / f"{i}{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(draw_picture(i, 48, 48)).save(path)
    return folder


def test_a_run_on_leaking_splits_says_so_at_its_end(workspace: Workspace, tmp_path: Path) -> None:
    write_pictures(tmp_path / "x" / "train", 0)
    write_pictures(tmp_path / "x" / "train", 100)
    write_pictures(tmp_path / "x" / "test", 0, ".jpg")
    add_folder(workspace, tmp_path / "x")
    session = Session(workspace)
    plan = session.plan("x", **SETTINGS)
    assert plan.notes[0].code == "leak"
    run = train_here(workspace, "x", "leaky", **SETTINGS)
    note = find(run.load_evaluation(), "leak")
    assert note.level == "grave"
    assert note.text == (
        "12 of 12 judged images were in the run's training or validation split, in another format,"
        " size or quality, or mirrored, turned or inverted: figures on them say nothing of new"
        " images."
    )
    assert 'medapp data clean-split "x"' in note.in_shell
    assert [grave.code for grave in list_grave_notes(run)] == ["leak"]
    find(run.load_evaluation(), "patients-unknown")
    (summary,) = find_registry(workspace).list_summaries()
    assert summary.gravest == note


def test_a_leak_from_a_further_data_set_names_that_set(
    workspace: Workspace, tmp_path: Path
) -> None:
    """All pictures of one set stand in the other, which the run learns from too."""
    home = add_folder(workspace, write_pictures(tmp_path / "home", 0), name="home").data_set
    shutil.copytree(tmp_path / "home", tmp_path / "copied")
    add_folder(workspace, write_pictures(tmp_path / "copied", 100), name="copied")
    recipe, _ = Session(workspace).build_settings("home", sources=["copied"], image_size=32)
    run = create_run(workspace, recipe)
    catalog = Catalog(workspace)
    save_samples(run, catalog)
    tested = catalog.load_samples(home, "test")
    learned = load_split(run.folder / name_table(1), run.name)
    trained = {row["content_hash"] for row in learned if row["split"] == "train"}
    shared = sum(sample.content_hash in trained for sample in tested)
    assert shared
    halves = np.full((len(tested), 2), 0.5)
    evaluation = judge(tested, halves, home.classes, find_task(home.task), ())
    evaluation = replace(evaluation, split="test", dataset="home")
    note = find(add_caveats(workspace, run, evaluation, tested, home), "leak")
    assert f"{shared} of {len(tested)} judged images w" in note.text
    assert "in copied, which the run learned too" in note.text
    assert str(note.remedy) == "Leave these images out of copied, and train again."


def test_the_split_that_chose_the_epoch_is_told(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    note = find(evaluate_run(trained.workspace, run, "validation"), "chosen-on")
    assert (note.level, note.remedy) == (
        "caution",
        "Judge on the test split.",
    )
    assert "chosen-on" not in [note.code for note in evaluate_run(trained.workspace, run).notes]


def test_external_images_and_patients_are_compared(trained: Trained, tmp_path: Path) -> None:
    for number, label in enumerate(("above", "below")):
        for name in ("p00", "p01", "q02"):
            path = tmp_path / "outside" / label / f"{name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(draw_picture(10 * number + int(name[1:]), 60, 60)).save(path)
    run = find_run(trained.workspace, "probe")
    rows = load_split(run.folder / "split.parquet", "probe")
    one = next(row["name"] for row in rows if row["split"] == "train")
    shutil.copy(trained.folder / one, tmp_path / "outside" / "above" / "q03.png")
    add_folder(
        trained.workspace, tmp_path / "outside", choice=ImportChoice(patient_pattern=r"[pq]\d\d")
    )
    learned = {row["patient"] for row in rows if row["split"] != "test"}
    known = 2 * len(learned & {"p00", "p01"})
    judged = evaluate_run(trained.workspace, run, dataset="outside")
    note = find(judged, "patient-leak")
    assert known
    assert note.level == "caution"
    assert note.text.startswith(f"{known} of 7 judged images have the patient id of an image in")
    exact = find(judged, "leak")
    assert exact.level == "grave"
    assert exact.text.startswith("1 of 7 judged images was in the run's training or validation")


def test_what_the_source_run_had_seen_is_remembered(trained: Trained, tmp_path: Path) -> None:
    session = Session(trained.workspace)
    catalog = Catalog(trained.workspace)
    first = session.find_run("probe")
    bands = catalog.load_samples(session.find_data("bands"))
    learned = {sample.content_hash for sample in bands if sample.split != "test"}
    data = add_folder(
        trained.workspace, trained.folder, "other", choice=ImportChoice(patient_pattern=r"p\d\d")
    ).data_set
    data = redraw_split(catalog, data, seed=1)
    tests = [sample.content_hash for sample in catalog.load_samples(data, "test")]
    seen = sum(content in learned for content in tests)
    assert seen
    expected = (
        f"{seen} of {len(tests)} judged images were in the training or validation split of run"
        " probe, from which this run started, byte by byte"
    )
    assert expected in " ".join(
        note.text for note in session.plan("other", source="run:probe", **SETTINGS).notes
    )
    second = train_here(trained.workspace, "other", "second", source="run:probe", **SETTINGS)
    first.delete()
    third = train_here(trained.workspace, "other", "third", source="run:second", **SETTINGS)
    moved = session.import_run(session.export(third, tmp_path / "third.zip"))
    (moved.folder / "evaluation.json").unlink()
    for evaluation in (second.load_evaluation(), session.evaluate(moved)):
        note = find(evaluation, "leak")
        assert note.level == "grave"
        assert note.text.startswith(expected)


def test_looks_are_those_at_the_images_whatever_the_name(trained: Trained) -> None:
    catalog = Catalog(trained.workspace)
    bands = catalog.find_data_set("bands")
    again = add_folder(
        trained.workspace,
        trained.folder,
        name="again",
        choice=ImportChoice(patient_pattern=r"p\d\d"),
    ).data_set
    assert count_test_reads(trained.workspace, bands) == 1
    assert count_test_reads(trained.workspace, again) == 1
    assert count_test_reads(trained.workspace, catalog.rename(bands, "elsewhere")) == 1
    run = train_here(trained.workspace, "again", "second", **SETTINGS)
    evaluation = Run(run.folder).load_evaluation()
    assert evaluation is not None
    assert evaluation.looks == 2
    assert find(evaluation, "looks").text.startswith("These test images were read twice")
    first = find_run(trained.workspace, "probe").load_evaluation()
    assert first is not None
    assert first.looks == 1


def test_models_that_were_judged_on_other_test_images_stand_apart(trained: Trained) -> None:
    catalog = Catalog(trained.workspace)
    bands = catalog.find_data_set("bands")
    train_here(trained.workspace, "bands", "same images", **SETTINGS)
    for seed in range(1, 20):
        before = {sample.content_hash for sample in catalog.load_samples(bands, "test")}
        bands = redraw_split(catalog, bands, seed)
        after = {sample.content_hash for sample in catalog.load_samples(bands, "test")}
        if not before & after:
            break
    train_here(trained.workspace, "bands", "other images", **SETTINGS)
    groups = group_by_test_images(find_registry(trained.workspace).list_summaries())
    names = {frozenset(model.name for model in group) for group in groups}
    assert names == {frozenset({"probe", "same images"}), frozenset({"other images"})}


def test_what_is_said_of_the_training_travels_with_the_figures(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    evaluation = evaluate_run(trained.workspace, run)
    events = merge_events(run.list_events())
    epochs = [event for event in events if isinstance(event, EpochFinished)]
    rows = load_split(run.folder / "split.parquet", run.name)
    n = sum(row["split"] == "validation" for row in rows)
    said = note_learning(epochs, n)
    assert set(said) <= set(evaluation.notes)


@pytest.mark.parametrize(("looks", "level"), [(2, "info"), (10, "info"), (11, "caution")])
def test_many_looks_are_a_caution(looks: int, level: str) -> None:
    assert note_looks(looks).level == level


def test_looks_that_nobody_counted_are_not_none() -> None:
    assert "not known" in note_looks(0).text
    assert "once" in note_looks(1).text


def test_figures_from_before_are_told_what_the_run_had_seen(
    workspace: Workspace, tmp_path: Path
) -> None:
    write_pictures(tmp_path / "x" / "train", 0)
    write_pictures(tmp_path / "x" / "test", 0, ".jpg")
    add_folder(workspace, tmp_path / "x")
    session = Session(workspace)
    run = train_here(workspace, "x", **SETTINGS)
    path = run.folder / "evaluation.json"
    values = json.loads(path.read_text())
    notes = [note for note in values["notes"] if note["code"] != "leak"]
    path.write_text(json.dumps({**values, "notes": notes, "looks": 0}))
    assert not list_grave_notes(run)
    told = session.evaluate(run)
    assert find(told, "leak").level == "grave"
    assert told == run.load_evaluation()
    assert told.looks == 1
    path.write_text(json.dumps({**values, "notes": [], "looks": 0}))
    remove(Catalog(workspace), session.find_data("x"))
    assert session.evaluate(run).notes == ()


@pytest.mark.parametrize(
    ("settings", "way"),
    [
        ({}, ""),
        ({"class_weights": True}, "class weights"),
        ({"balanced_sampling": True}, "balanced sampling"),
        ({"strategy": "linear-probe", "class_weights": True}, "class weights"),
        ({"strategy": "linear-probe", "balanced_sampling": True}, ""),
    ],
)
def test_probabilities_of_equally_common_classes_are_said_to_be_that(
    settings: dict[str, object], way: str
) -> None:
    notes = note_balance(build_recipe({"data": "d", **settings}))
    assert [note.level for note in notes] == ["info"] * bool(way)
    assert all(f"learned with {way}" in note.text for note in notes)
