"""The rows of the tables of models."""

from dataclasses import replace
from typing import Any

import numpy as np

from medapp.evaluation.evaluate import evaluate
from medapp.notes import Note
from medapp.runs.learning import Learning
from medapp.runs.summary import Summary
from medapp.ui.models.table import describe_model, sort_models

JUDGED = evaluate(np.eye(2)[[0] * 8 + [1] * 12], [0] * 10 + [1] * 10, ("a", "b"))


def tell_run(name: str, validation: float | None, test: float | None = None) -> Summary:
    figures: dict[str, Any] | None = None
    if test is not None:
        figures = {**JUDGED.to_dict(), "balanced_accuracy": test}
    known = {} if validation is None else {"balanced_accuracy": validation}
    nothing: dict[str, Any] = dict.fromkeys(("data_set_id", "data_set", "optimiser"), "")
    return Summary(
        id=name,
        name=name,
        state="done",
        has_model=True,
        source="bundled",
        strategy="linear-probe",
        image_size=128,
        batch_size=32,
        seed=0,
        devices=1,
        classes=("a", "b"),
        figures=figures,
        test_reads=1,
        forwards_per_second=None,
        damage=None,
        learning=Learning(1.8e9, 190.0, 12, 30, 4, 150, known),
        **nothing,
    )


def test_validation_gives_the_order_and_never_the_test_figure() -> None:
    runs = [
        tell_run("unknown", None, 0.99),
        tell_run("lucky on test", 0.80, 0.95),
        tell_run("better", 0.85, 0.82),
        tell_run("same", 0.85, 0.90),
    ]
    assert [run.name for run in sort_models(runs)] == ["better", "same", "lucky on test", "unknown"]


def test_figures_stand_with_their_number_and_words() -> None:
    row = describe_model(tell_run("mine", 0.85, 0.9))
    low, high = JUDGED.intervals["balanced_accuracy"] or (0, 0)
    assert row["Validation"] == 0.85
    assert row["n"] == 150
    assert row["Test, 95% interval"] == f"0.900 [{low:.3f}, {high:.3f}]"
    assert row["n of test"] == 20
    assert (row["Best epoch"], row["Duration"]) == ("4 of 12", "3 min 10 s")
    assert (row["Strategy"], row["Start from"]) == ("Linear probe", "ResNet-18 (bundled)")


def test_the_gravest_note_marks_the_model() -> None:
    run = tell_run("mine", 0.85, 0.9)
    notes = [Note("a", "A fact.", "info").to_dict(), Note("b", "A leak.", "grave").to_dict()]
    assert describe_model(replace(run, figures={**run.figures, "notes": notes}))["Notes"] == (
        "not to be trusted"
    )
    assert describe_model(replace(run, figures={**run.figures, "notes": notes[:1]}))["Notes"] == ""


def test_a_run_under_way_is_no_model() -> None:
    run = tell_run("mine", 0.85)
    assert run.is_trained
    assert not replace(run, state="training").is_trained
    assert replace(run, state="queued").is_under_way
    assert replace(run, state="stopped").is_trained
    assert not replace(run, state="stopped", has_model=False).is_trained
