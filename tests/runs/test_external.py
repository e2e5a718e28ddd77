"""A model taken to another hospital: the bundle that goes, and what the receiver is told."""

import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import Trained, write_bands
from sklearn.metrics import balanced_accuracy_score, confusion_matrix

from medapp.data.catalog import Catalog
from medapp.data.samples import DataSet
from medapp.data.schema import change
from medapp.errors import DataError, RunError
from medapp.evaluation.calibration import read_calibration
from medapp.evaluation.conformal import read_conformal
from medapp.evaluation.elsewhere.record import show_auroc
from medapp.evaluation.positive import find_positive
from medapp.models.carried import read_metadata
from medapp.models.weights import load_network, save_network
from medapp.runs.adopting import adopt_run
from medapp.runs.decided import DECIDED, load_decided
from medapp.runs.elsewhere import look_elsewhere
from medapp.runs.external import cross_fit, validate_elsewhere
from medapp.runs.judged_elsewhere import load_judged
from medapp.runs.locking import lock_point
from medapp.runs.making import find_run
from medapp.runs.reference import find_reference
from medapp.runs.run import Run
from medapp.runs.split_table import load_split
from medapp.runs.transfer import export_bundle, import_run
from medapp.session import Session
from medapp.store.workspace import Workspace


@pytest.fixture
def receiver(tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path / "receiver")
    workspace.runs_folder.mkdir(parents=True)
    return workspace


def send(trained: Trained, receiver: Workspace, folder: Path) -> Run:
    run = find_run(trained.workspace, trained.run)
    return import_run(receiver, export_bundle(run, folder / "bundle.zip"))


def add_here(receiver: Workspace, folder: Path, count: int = 80) -> DataSet:
    images = write_bands(folder / "ours", count, seed=7)
    return Session(receiver).add_data(images, name="ours", patient_pattern=r"p\d\d")


def test_a_bundle_holds_no_name_patient_or_hash_of_any_image(
    trained: Trained, tmp_path: Path
) -> None:
    run = find_run(trained.workspace, trained.run)
    rows = load_split(run.folder / "split.parquet", run.name)
    keys = ("name", "patient", "content_hash", "fingerprint")
    secrets = {row[key] for row in rows for key in keys if row.get(key)}
    secrets = {text for text in secrets if len(text) > 3} | {str(trained.folder)}
    assert len(secrets) > 3 * len(rows)
    path = export_bundle(run, tmp_path / "bundle.zip")
    with zipfile.ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    # Hashes may stand as text, or as the bytes that they write.
    found = [
        (name, text)
        for name, content in held.items()
        for text in secrets
        if text.encode() in content or _to_bytes(text) in content
    ]
    assert found == []
    assert set(held) == {
        *("README.txt", "recipe.json", "name.txt", "events.jsonl", "model.safetensors"),
        *("evaluation.json", "reference.json"),
    }
    assert "below" in held["README.txt"].decode()


def _to_bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return text.encode("utf-16-le")


def test_the_receiver_is_told_beside_home(
    trained: Trained, receiver: Workspace, tmp_path: Path
) -> None:
    home = find_run(trained.workspace, trained.run)
    run = send(trained, receiver, tmp_path)
    assert find_reference(run) == find_reference(home) != {}
    ours = add_here(receiver, tmp_path)
    found = validate_elsewhere(receiver, run, ours.uid, 0.6)
    assert found.home == home.load_evaluation()
    assert (found.here.n, found.here.dataset) == (
        len(list((tmp_path / "ours").rglob("*.png"))),
        "ours",
    )
    assert found.decision.verdict == "yes"
    (kept,) = load_judged(run)
    assert (kept.dataset, kept.n, kept.verdict, kept.floor) == ("ours", 160, "yes", 0.6)
    assert kept.auroc == show_auroc(found.here)
    assert kept.reason == found.decision.reasons[0]
    assert found.kind is None
    assert "images-unlisted" in {note.code for note in found.here.notes}
    assert {name: of.share_at_home for name, of in found.classes.items()} == {
        "above": 0.5,
        "below": 0.5,
    }
    # The same model, judged where it was trained, says the same of these images.
    there = Session(trained.workspace)
    there.add_data(tmp_path / "ours", name="ours", patient_pattern=r"p\d\d")
    again = there.validate_elsewhere(home, "ours", 0.6)
    assert again.here.macro_auroc == found.here.macro_auroc
    assert again.classes == found.classes


def test_probabilities_are_changed_by_what_was_found_on_other_patients(
    trained: Trained, receiver: Workspace, tmp_path: Path
) -> None:
    sender = find_run(trained.workspace, trained.run)
    network, metadata = load_network(sender.model_path)
    network.rescale(torch.tensor([0.1, 0.1]), torch.tensor([2.0, -2.0]))
    save_network(network, sender.model_path, metadata)
    run = send(trained, receiver, tmp_path)
    ours = add_here(receiver, tmp_path)
    looked = look_elsewhere(receiver, run, ours.uid)
    after, changes = cross_fit(looked)
    assert len({change.offset for change in changes}) == len(changes) == 5
    assert all(change.offset[0] < change.offset[1] for change in changes)
    assert np.allclose(after.sum(1), 1)
    assert looked.probabilities[:, 1].mean() < after[:, 1].mean() < 0.55
    found = validate_elsewhere(receiver, run, ours.uid, 0.6)
    assert found.recalibration.helps
    assert "Recalibrate it" in found.decision.reasons[-1]
    adopted = adopt_run(receiver, run, ours.uid, "ours, fitted")
    metadata = read_metadata(adopted.model_path)
    calibration = read_calibration(metadata)
    assert calibration is not None
    assert calibration.images == len(looked.samples)
    assert read_conformal(metadata) != read_conformal(read_metadata(run.model_path))
    assert adopted.load_evaluation() is None
    fitted = look_elsewhere(receiver, adopted, ours.uid)
    expected = looked.model.task.activate(calibration.apply(looked.logits)).numpy()
    assert fitted.probabilities == pytest.approx(expected, abs=1e-4)
    with pytest.raises(RunError, match="ours, fitted"):
        adopt_run(receiver, run, ours.uid, "ours, fitted")


def test_images_that_the_model_has_seen_do_not_judge_it(trained: Trained) -> None:
    run = find_run(trained.workspace, trained.run)
    rows = load_split(run.folder / "split.parquet", run.name)
    known = {row["patient"] for row in rows if row["split"] != "test"}
    held_out = [row for row in rows if row["patient"] not in known]
    assert held_out
    # All of its own data set is taken for another one's.
    found = validate_elsewhere(trained.workspace, run, "bands", 0.6)
    assert found.here.n == len(held_out)
    notes = {note.code: note.text for note in found.here.notes}
    # A copy is fitted to the same images, not to those that the model has learned from.
    with pytest.raises(RunError, match="too few"):
        adopt_run(trained.workspace, run, "bands", "fitted")
    learned = sum(row["split"] != "test" for row in rows)
    assert f"{learned} that the model learned from" in notes["seen-left-out"]
    assert "leak" not in notes


def test_classes_are_read_by_other_names_or_left_out(
    trained: Trained, receiver: Workspace, tmp_path: Path
) -> None:
    run = send(trained, receiver, tmp_path)
    images = write_bands(tmp_path / "ours", 20, seed=7)
    (images / "above").rename(images / "Above_")
    shutil.copytree(images / "below", images / "other")
    for path in (images / "other").iterdir():
        path.write_bytes(path.read_bytes() + b"\0")
    ours = Session(receiver).add_data(images, name="ours", patient_pattern=r"p\d\d")
    with pytest.raises(DataError, match="has the class other"):
        validate_elsewhere(receiver, run, ours.uid, 0.6)
    found = validate_elsewhere(receiver, run, ours.uid, 0.6, {"other": ""})
    assert found.here.n == 40
    notes = {note.code: note.text for note in found.here.notes}
    assert "Above_ as above" in notes["classes-mapped"]
    assert notes["classes-left-out"].startswith("20 images of ours are left out, of other:")
    mapped = validate_elsewhere(receiver, run, ours.uid, 0.6, {"other": "below"})
    assert (mapped.here.n, mapped.here.per_class["below"].n) == (60, 40)


def test_too_few_images_fit_nothing(trained: Trained, receiver: Workspace, tmp_path: Path) -> None:
    run = send(trained, receiver, tmp_path)
    ours = add_here(receiver, tmp_path, 6)
    found = validate_elsewhere(receiver, run, ours.uid, 0.6)
    assert found.decision.verdict == "label more"
    assert "too few" in found.recalibration.reason
    with pytest.raises(RunError, match="Nothing can be fitted"):
        adopt_run(receiver, run, ours.uid, "fitted")
    shutil.rmtree(run.folder)


def test_all_figures_there_are_of_the_locked_answers(trained: Trained, tmp_path: Path) -> None:
    """Half of those with the finding reach the threshold, whatever their most probable class is."""
    workspace = trained.workspace
    session, run = Session(workspace), find_run(workspace, trained.run)
    # Less sure, so that probabilities differ.
    network, metadata = load_network(run.model_path)
    network.rescale(torch.tensor([0.05, 0.05]), torch.tensor([0.0, 0.0]))
    save_network(network, run.model_path, metadata)
    ours = add_here(workspace, tmp_path)
    catalog = Catalog(workspace)
    rows = [(f'{{"sex": "{"FM"[i % 2]}"}}', s.id) for i, s in enumerate(catalog.load_samples(ours))]
    with change(catalog.path) as database:
        database.executemany("UPDATE samples SET attributes = ? WHERE id = ?", rows)
    looked = look_elsewhere(workspace, run, ours.uid)
    scores, truth, classes, *_ = looked.collect()
    positive = find_positive(classes)
    assert positive is not None
    column = list(classes).index(positive.name)
    cut = float(np.median(scores[truth == column, column]))
    plain = session.validate_elsewhere(run, ours, 0.6)
    assert DECIDED not in {note.code for note in plain.here.notes}
    known = catalog.load_samples(session.find_data("bands"))
    lock_point(run, session.find_operating_point(run, f"threshold={cut}", chosen_on=known))
    found = session.validate_elsewhere(run, ours, 0.6)
    said = np.where(scores[:, column] >= cut, column, 1 - column)
    assert np.array(found.here.confusion).tolist() == confusion_matrix(truth, said).tolist()
    assert found.here.confusion != plain.here.confusion
    assert found.here.per_class[positive.name].sensitivity == 0.5
    # The table above it, the matrix and the groups say the same.
    assert found.point is not None
    assert found.point.sensitivity is not None
    assert found.point.sensitivity.value == 0.5
    (of_sex,) = found.subgroups
    males = np.array([sample.attributes["sex"] == "M" for sample in looked.samples])
    assert [group.value for group in of_sex.groups] == pytest.approx(
        [balanced_accuracy_score(truth[own], said[own]) for own in (~males, males)]
    )
    assert [note.level for note in of_sex.notes if note.code == DECIDED] == ["info"]
    assert found.home == load_decided(run) != run.load_evaluation()
    assert found.here.macro_auroc == plain.here.macro_auroc
    written = found.to_dict()
    (note,) = [note for note in written["here"]["notes"] if note["code"] == DECIDED]
    assert "those of the locked threshold" in note["text"]
