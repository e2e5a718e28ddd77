"""A run's model under ordinary faults: looked at once, kept, and as any image is judged."""

import numpy as np
import pytest
from conftest import Trained

from medapp.errors import RunError
from medapp.imaging.faults import FAULTS
from medapp.runs.evaluate import evaluate_run
from medapp.runs.making import create_run, find_run
from medapp.runs.results import STRESS, discard_evaluation, load_stress
from medapp.runs.run import Run
from medapp.runs.sitting import Sitting
from medapp.runs.stress import measure_stress
from medapp.training.recipe import build_settings


def count_looks(run: Run) -> int:
    return sum(event.kind == "test_read" for event in run.list_events())


def test_without_a_change_the_figure_is_that_of_the_evaluation(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    evaluation = evaluate_run(trained.workspace, run)
    found = measure_stress(trained.workspace, run, images=0)
    assert found.n == found.of == evaluation.n
    assert found.plain.figure is not None
    assert found.plain.figure.value == evaluation.balanced_accuracy
    assert found.plain.figure.interval == evaluation.intervals["balanced_accuracy"]
    assert found.plain.flipped.value == 0
    assert {name: len(levels) for name, levels in found.faults.items()} == dict.fromkeys(FAULTS, 5)
    for levels in found.faults.values():
        for level in levels:
            assert level.figure is not None
            assert level.drop is not None
            assert level.drop.value == pytest.approx(found.plain.figure.value - level.figure.value)


def test_a_look_counts_once_and_what_was_asked_is_kept(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    before = count_looks(run)
    assert load_stress(run) is None
    seen: list[tuple[int, int]] = []
    found = measure_stress(
        trained.workspace, run, 3, on_progress=lambda _, *done: seen.append(done)
    )
    total = found.n * (1 + 5 * len(FAULTS))
    assert seen[0] == (0, total)
    assert seen[-1] == (total, total)
    assert count_looks(run) == before + 1
    assert load_stress(run) == found
    assert measure_stress(trained.workspace, run, 3) == found
    assert count_looks(run) == before + 1
    assert measure_stress(trained.workspace, run, 2).asked == 2
    assert count_looks(run) == before + 2
    with run.lock():
        discard_evaluation(run)
    assert load_stress(run) is None


def test_the_same_seed_gives_the_same_figures(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    found = measure_stress(trained.workspace, run)
    (run.folder / STRESS).write_text('{"levels": [')
    assert load_stress(run) is None
    again = measure_stress(trained.workspace, run)
    assert again.faults == found.faults


def test_a_model_no_better_than_guessing_has_nothing_to_lose(trained: Trained) -> None:
    """The interval of four images reaches down to chance."""
    found = measure_stress(trained.workspace, find_run(trained.workspace, "probe"))
    assert found.plain.figure is not None
    is_unsure = found.plain.figure.interval[0] <= 0.5
    assert ("nothing-to-lose" in {note.code for note in found.notes}) == is_unsure


def test_votes_of_neighbours_are_stressed_too(trained: Trained) -> None:
    asked = {"data": "bands", "strategy": "nearest-neighbours", "image_size": 32, "threads": 1}
    run = create_run(trained.workspace, *build_settings(asked))
    with run.lock():
        assert Sitting(trained.workspace, run, lambda: False).do()
        run.set_state("done")
    found = measure_stress(trained.workspace, run, 2)
    assert np.isfinite([level.flipped.value for level in found.faults["noise"]]).all()


def test_nonsense_is_refused(trained: Trained) -> None:
    with pytest.raises(RunError, match="0 or more"):
        measure_stress(trained.workspace, find_run(trained.workspace, "probe"), images=-1)
