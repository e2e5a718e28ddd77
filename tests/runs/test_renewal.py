"""Intervals of an older method are made anew from the kept predictions."""

import json

import pytest
from conftest import Trained

from medapp.evaluation.intervals import METHOD, OLDER_METHOD
from medapp.runs.evaluate import evaluate_run
from medapp.runs.events import TestRead as SplitRead
from medapp.runs.making import find_run
from medapp.runs.renewal import renew_figures
from medapp.runs.run import Run


def age(run: Run, **changes: object) -> None:
    """Write the figures as the method before did."""
    path = run.folder / "evaluation.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    for name in ("method", "positive", "per_patient"):
        del values[name]
    values["resampled"] = values.pop("counted")
    values["intervals"] = {name: [1.0, 1.0] for name in values["intervals"]}
    values["notes"] = ["There are only 4 patients: the intervals tend to be too narrow."]
    path.write_text(json.dumps(values | changes), encoding="utf-8")


def count_reads(run: Run) -> int:
    return sum(isinstance(event, SplitRead) for event in run.list_events())


def test_older_intervals_are_renewed_without_a_look_at_the_test_split(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    wanted = run.load_evaluation()
    age(run)
    old = run.load_evaluation()
    assert old is not None
    assert wanted is not None
    assert (old.method, old.intervals["accuracy"]) == (OLDER_METHOD, (1.0, 1.0))
    reads = count_reads(run)
    renewed = evaluate_run(trained.workspace, run)
    assert renewed == run.load_evaluation()
    assert (renewed.method, renewed.dataset, renewed.split) == (METHOD, "bands", "test")
    assert renewed.intervals["accuracy"] == pytest.approx(wanted.intervals["accuracy"])
    assert not {"note", "older-intervals"} & {note.code for note in renewed.notes}
    assert count_reads(run) == reads


def test_figures_without_their_predictions_stay_and_are_marked(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    age(run, confusion=[[1, 0], [0, 1]])
    kept = run.load_evaluation()
    assert kept is not None
    assert renew_figures(run, kept) == kept
    (run.folder / "predictions.parquet").unlink()
    assert renew_figures(run, kept) == kept
    assert "older-intervals" in {note.code for note in kept.notes}
