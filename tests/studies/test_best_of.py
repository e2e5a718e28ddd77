"""What of the best run's figure is luck, in words and below the list of models."""

import shutil

import numpy as np
import pytest
from conftest import Trained

from medapp.errors import RunError
from medapp.evaluation.best_of import BestOf
from medapp.evaluation.estimates import Estimate
from medapp.runs.run import Run
from medapp.session import Session
from medapp.studies.best_of import BestRun, find_best, judge_luck
from medapp.studies.comparison import compare_runs

ESTIMATE = Estimate(0.9, (0.8, 0.95), np.zeros(3))


def estimate(value: float, seed: int) -> Estimate:
    shifts = np.random.default_rng(seed).normal(size=50) / 200
    return Estimate(value, (value - 0.06, value + 0.05), shifts)


def test_the_words_say_what_is_taken_off() -> None:
    luck = BestOf(6, 2, 0.9, 0.03, 0.03, 0.87, (0.77, 0.93))
    assert BestRun("probe", "balanced_accuracy", ESTIMATE, luck, 150).text == (
        "Were these 6 models equally good, the best would still say 0.030 more than it is worth on"
        " these 150 test images, by chance alone. They spread no wider than chance makes them, so"
        " all of that is taken off: balanced accuracy 0.900 [0.800, 0.950] of probe becomes"
        " 0.870 [0.770, 0.930]."
    )
    less = BestOf(6, 2, 0.9, 0.03, 0.01, 0.89, (0.78, 0.95))
    text = BestRun("probe", "balanced_accuracy", ESTIMATE, less, 150).text
    assert "spread wider than chance makes them on average, so 0.010 is taken off" in text


def test_the_best_is_named_where_more_is_better() -> None:
    estimates = [estimate(0.8, 0), estimate(0.84, 1), estimate(0.79, 2)]
    found = find_best(("a", "b", "c"), "balanced_accuracy", estimates, 50)
    assert found is not None
    assert (found.name, found.found.k) == ("b", 3)
    assert found.to_dict()["corrected"] < 0.84
    assert find_best(("a", "b"), "mean_absolute_error", estimates[:2], 50) is None
    assert find_best(("a",), "balanced_accuracy", estimates[:1], 50) is None
    # Kappa may be below 0.
    low = [Estimate(-0.9, (-1.0, -0.7), each.shifts) for each in estimates]
    kappa = find_best(("a", "b", "c"), "quadratic_kappa", low, 50)
    assert kappa is not None
    assert -1 <= kappa.found.interval[0] < -0.9


@pytest.fixture
def runs(trained: Trained) -> list[Run]:
    """The trained run and two copies of it."""
    run = Session(trained.workspace).find_run(trained.run)
    found = [run]
    for number in (777, 778):
        twin = run.folder.parent / f"{run.id[:-3]}{number}"
        shutil.copytree(run.folder, twin)
        (twin / "name.txt").write_text(f"twin {number}")
        found.append(Run(twin))
    return found


def test_three_runs_that_are_compared_say_it(runs: list[Run]) -> None:
    assert compare_runs(runs[:2]).best is None
    best = compare_runs(runs).best
    assert best is not None
    assert best.found.k == 3
    # The three say the same.
    assert best.found.corrected == pytest.approx(best.estimate.value, abs=0.01)


def test_runs_without_predictions_are_left_out_by_name(runs: list[Run]) -> None:
    (runs[2].folder / "predictions.parquet").unlink()
    found = judge_luck(runs)
    assert found.left_out == ("twin 778",)
    assert found.best is not None
    assert found.best.found.k == 2
    assert judge_luck(runs[1:]).best is None
    path = runs[1].folder / "evaluation.json"
    path.write_text(path.read_text().replace('"single-label"', '"ordinal"'))
    with pytest.raises(RunError, match="their figures say different things"):
        judge_luck(runs)
