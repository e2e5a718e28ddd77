"""A run's figures are those of what its model decides by, and the kept ones stay as they are."""

import json

import numpy as np
import pytest
from conftest import Trained
from sklearn.metrics import balanced_accuracy_score, confusion_matrix

from medapp.data.catalog import Catalog
from medapp.evaluation.evaluate import evaluate
from medapp.evaluation.locked import Locked
from medapp.evaluation.operating import Choice
from medapp.evaluation.rules import Rule
from medapp.runs.decided import DECIDED, decide_anew, list_decided_rows, load_decided, note_compared
from medapp.runs.locking import find_locked, lock_point, unlock_point
from medapp.runs.making import find_run
from medapp.runs.results import find_predictions, load_evidence
from medapp.runs.run import Run
from medapp.runs.summary import summarise
from medapp.session import Session
from medapp.task import find_task

CLASSES = ("well", "ill")
CHOICE = Choice(Rule("sensitivity", 0.9), "validation split", 100, 40, 0.95, 0.8)


def lock_run(trained: Trained) -> tuple[Run, Locked]:
    session = Session(trained.workspace)
    run = find_run(trained.workspace, trained.run)
    samples = Catalog(trained.workspace).load_samples(session.find_data("bands"))
    point = session.find_operating_point(run, "specificity>=1", chosen_on=samples)
    return run, lock_point(run, point)


def test_figures_at_a_locked_threshold_are_those_of_its_decisions() -> None:
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 2, 120)
    scores = np.clip(0.3 * truth + generator.random(120) * 0.7, 0, 1)
    rows = np.column_stack([1 - scores, scores])
    patients = [f"p{i // 2}" for i in range(120)]
    task = find_task("single-label")
    kept = evaluate(rows, truth, CLASSES, patients, task)
    locked = Locked(("ill",), 0.3, CHOICE, 120, "patients", 60, None, None)
    found = decide_anew(kept, (rows, truth, CLASSES, patients, task), locked)
    said = (scores >= 0.3).astype(int)
    assert np.array(found.confusion).tolist() == confusion_matrix(truth, said).tolist()
    assert found.balanced_accuracy == pytest.approx(balanced_accuracy_score(truth, said))
    assert found.balanced_accuracy != kept.balanced_accuracy
    # What hangs on no threshold is as it was.
    ill, ill_before = found.per_class["ill"], kept.per_class["ill"]
    assert (ill.auroc, ill.intervals["auroc"]) == (ill_before.auroc, ill_before.intervals["auroc"])
    # Patients are decided by the mean of their images, from the same threshold on.
    assert found.per_patient is not None
    means = scores.reshape(60, 2).mean(axis=1)
    uniform = truth.reshape(60, 2)[:, 0] == truth.reshape(60, 2)[:, 1]
    sick = uniform & (truth[::2] == 1)
    expected = (means[sick] >= 0.3).mean()
    assert found.per_patient.per_class["ill"].sensitivity == pytest.approx(expected)


def test_what_every_decision_brings_about_is_told_of_those_that_count() -> None:
    rows = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.6, 0.4]] * 5)
    truth = np.array([0, 0, 1, 1] * 5)
    task = find_task("single-label")
    evidence = (rows, truth, CLASSES, [None] * 20, task)
    kept = evaluate(*evidence)
    assert "constant-prediction" in {note.code for note in kept.notes}
    locked = Locked(("ill",), 0.25, CHOICE, 20, "images", 20, None, None)
    codes = {note.code for note in decide_anew(kept, evidence, locked).notes}
    assert "constant-prediction" not in codes
    assert "all-alike" in codes
    assert DECIDED in codes


def test_a_run_is_shown_by_its_lock_and_kept_by_the_most_probable_class(trained: Trained) -> None:
    plain = find_run(trained.workspace, trained.run)
    assert load_decided(plain) == plain.load_evaluation()
    before = (plain.folder / "evaluation.json").read_text("utf-8")
    run, locked = lock_run(trained)
    found = load_decided(run)
    evidence = load_evidence(run)
    assert found is not None
    assert evidence is not None
    called = locked.decide(evidence[0], evidence[2])
    assert np.array(found.confusion).tolist() == confusion_matrix(evidence[1], called).tolist()
    (note,) = [note for note in found.notes if note.code == DECIDED]
    assert note.text.endswith(f"the locked threshold: {locked.name_point()}.")
    # Models are compared by the most probable class, as the list says where one is locked.
    summary = summarise(run)
    kept = run.load_evaluation()
    assert kept is not None
    assert summary.is_locked
    assert summary.figures is not None
    assert summary.figures["balanced_accuracy"] == kept.balanced_accuracy
    rows = list_decided_rows(run)
    assert [row["prediction"] for row in rows] == [evidence[2][c] for c in called]
    after = json.loads((run.folder / "evaluation.json").read_text("utf-8"))
    assert after["confusion"] == json.loads(before)["confusion"]
    unlock_point(run)
    assert load_decided(run) == run.load_evaluation()
    assert not summarise(run).is_locked


def test_who_is_locked_is_named_where_models_are_compared() -> None:
    assert note_compared([]) == []
    (note,) = note_compared(["probe", "tuned"])
    assert note.level == "info"
    assert note.text.startswith("probe, tuned decide by a locked threshold. Here every model")


def test_without_probabilities_the_figures_say_that_they_are_not_of_the_lock(
    trained: Trained,
) -> None:
    run, _ = lock_run(trained)
    find_predictions(run).unlink()
    found, kept = load_decided(run), run.load_evaluation()
    assert find_locked(run) is not None
    assert found is not None
    assert kept is not None
    assert found.confusion == kept.confusion
    (note,) = [note for note in found.notes if note.code == DECIDED]
    assert note.level == "caution"
    assert "those of the most probable class" in note.text
