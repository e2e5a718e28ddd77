"""A workspace, an export and models as 0.1.0 left them open here.

The fixture was made by that version: the phantom's table without its images, a folder of small
images, a probe, a fine-tune, a stopped and a queued run, and an export. In place of weights it has
the texts that stood in each model's file; the tests put random weights beside them.
"""

import json
import shutil
import sqlite3
import zipfile
from pathlib import Path

import pytest

import medapp
from medapp.data.catalog import Catalog
from medapp.data.splits.redrawing import draw_splits
from medapp.runs.looks import count_test_reads
from medapp.runs.making import find_run, list_damaged, list_runs
from medapp.runs.progress import Follower
from medapp.runs.results import load_predictions
from medapp.session import Session
from medapp.store.workspace import Workspace, open_workspace
from medapp.task import find_task

FIXTURE = Path(__file__).parent / "fixtures" / "workspace-0.1.0.zip"
STATES = {
    "Old probe": "done",
    "Old fine-tune": "done",
    "Old stopped": "stopped",
    "Old queued": "queued",
}


@pytest.fixture
def old(tmp_path: Path) -> Workspace:
    """The old workspace, its registered folder at a place of the test's own."""
    with zipfile.ZipFile(FIXTURE) as archive:
        archive.extractall(tmp_path)
    db = sqlite3.connect(tmp_path / "home" / "catalog.sqlite")
    db.execute("UPDATE data_sets SET root = ? WHERE root = '/images'", (str(tmp_path / "images"),))
    db.commit()
    db.close()
    return open_workspace(tmp_path / "home")


def write_model(folder: Path) -> None:
    """Random weights with what the old version wrote into the model's file."""
    import torch
    from safetensors.torch import save_file

    from medapp.models.network import Network

    facts = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    torch.manual_seed(0)
    model = Network(facts["architecture"], json.loads(facts["class_names"])).model
    tensors = {k: v for k, v in model.state_dict().items() if not k.endswith("tracked")}
    save_file(tensors, folder / "model.safetensors", facts)


def test_every_run_is_listed_in_its_state(old: Workspace) -> None:
    assert {run.name: run.state for run in list_runs(old)} == STATES
    assert list_damaged(old) == []


def test_images_stay_in_the_split_that_was_drawn_then(old: Workspace) -> None:
    """How splits are drawn has changed since; what was drawn stands in the table."""
    query = "SELECT s.name, split FROM samples s JOIN data_sets d ON d.id = data_set_id"
    db = sqlite3.connect(old.root / "catalog.sqlite")
    written = {
        name: dict(db.execute(f"{query} WHERE d.name = ?", (name,)))
        for name in ("Phantom", "Bands")
    }
    db.close()
    catalog = Catalog(old)
    for name, splits in written.items():
        samples = catalog.load_samples(catalog.find_data_set(name))
        assert {sample.name: sample.split for sample in samples} == splits
    phantom = catalog.load_samples(catalog.find_data_set("Phantom"))
    assert draw_splits(phantom, find_task("single-label"), 0) != [s.split for s in phantom]


def test_recipes_say_what_they_said(old: Workspace) -> None:
    probe = find_run(old, "Old probe").recipe
    assert probe.strategy.name == "head-by-steps"
    assert (probe.find_source(), probe.find_augmentation()) == ("bundled", "none")
    assert (probe.budget.epochs, probe.preprocess.image_size) == (3, 64)
    tuned = find_run(old, "Old fine-tune")
    assert tuned.recipe.preprocess.resize == "pad"
    assert tuned.recipe.objective.class_weights
    assert tuned.recipe.find_augmentation() == "light"
    assert (tuned.machine.precision, tuned.machine.threads) == ("float32", 1)
    scratch = find_run(old, "Old stopped").recipe
    assert (scratch.find_source(), scratch.budget.epochs) == ("none", 500)
    queued = find_run(old, "Old queued").recipe
    assert queued.find_source() == f"run:{tuned.id}"


def test_figures_curves_and_predictions_are_read(old: Workspace) -> None:
    run = find_run(old, "Old probe")
    written = json.loads((run.folder / "evaluation.json").read_text(encoding="utf-8"))
    evaluation = run.load_evaluation()
    assert evaluation is not None
    read = evaluation.to_dict()
    for figures in read["per_class"].values():
        for later in ("others", "average_precision", "threshold", "hits", "false_alarms"):
            assert figures.pop(later) is None
    assert [note["code"] for note in read.pop("notes")] == ["older-intervals"]
    assert read.pop("counted") == written.pop("resampled")
    assert read.pop("method") == "percentile bootstrap"
    assert written.pop("notes") == []
    assert {name: read[name] for name in written} == written
    assert (read["task"], read["positive"], read["per_patient"]) == ("single-label", "", None)
    assert evaluation.looks == 0
    assert len(load_predictions(run)) == evaluation.n == 97
    standing = Follower(find_run(old, "Old stopped")).read()
    assert len(standing.epochs) == 43
    assert standing.best is not None
    assert standing.best.epoch == 39


def test_a_run_finds_its_data_set_after_a_rename(old: Workspace) -> None:
    catalog = Catalog(old)
    bands = catalog.find_data_set("Bands")
    assert bands.uid
    assert count_test_reads(old, bands) == 1
    renamed = catalog.rename(bands, "Stripes")
    choice = find_run(old, "Old fine-tune").recipe.data.train
    assert (choice.id, choice.name) == ("", "Bands")
    assert catalog.find_chosen(choice.id, choice.name).uid == bands.uid
    assert count_test_reads(old, renamed) == 1


def test_an_old_model_predicts_and_is_judged(old: Workspace) -> None:
    session = Session(old)
    run = session.find_run("Old fine-tune")
    write_model(run.folder)
    image = session.find_data("Bands").root / "above" / "p00.png"
    (prediction,) = session.predict(run, [image], "gradcam")
    assert prediction.error is None
    assert sum(prediction.probabilities.values()) == pytest.approx(1, abs=1e-5)
    assert session.evaluate(run, "validation").n > 0


def test_an_old_export_is_taken_in(old: Workspace, tmp_path: Path) -> None:
    write_model(tmp_path / "export")
    (tmp_path / "export" / "model.json").unlink()
    path = shutil.make_archive(str(tmp_path / "export"), "zip", tmp_path / "export")
    run = Session(old).import_run(path)
    assert (run.name, run.state) == ("Old fine-tune 2", "done")
    evaluation = run.load_evaluation()
    assert evaluation is not None
    assert evaluation.dataset == "Bands"


def test_an_old_run_that_waits_is_trained_and_an_old_stopped_one_goes_on(old: Workspace) -> None:
    from medapp.runs.supervisor import Supervisor

    write_model(find_run(old, "Old fine-tune").folder)
    queued = find_run(old, "Old queued")
    assert Supervisor(old, only=queued).run_to_end(lambda event: None) == "done", queued.read_log()
    stopped = find_run(old, "Old stopped")
    stopped.request_resume()
    assert stopped.state == "queued"
    assert isinstance(medapp.open(old.root).find_run("Old queued"), medapp.Run)
