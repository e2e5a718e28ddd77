"""A run's model under ordinary faults: looked at once, kept, and as any image is judged."""

import json

import numpy as np
import pytest
from conftest import Trained
from runs.test_decided import lock_run

from medapp.errors import RunError
from medapp.imaging.faults import FAULTS
from medapp.runs.decided import DECIDED, load_decided, load_decided_stress
from medapp.runs.evaluate import evaluate_run
from medapp.runs.locking import unlock_point
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


def test_a_locked_model_is_stressed_by_its_answers(trained: Trained) -> None:
    workspace = trained.workspace
    plain = measure_stress(workspace, find_run(workspace, trained.run), 0)
    run, locked = lock_run(trained)
    # What was found by the most probable class says so.
    stale = load_decided_stress(run)
    assert stale is not None
    assert stale.plain == plain.plain
    (note,) = [note for note in stale.notes if note.code == DECIDED]
    assert note.level == "caution"
    assert note.text == (
        f"The model is now decided by the locked threshold ({locked.name_point()}); this stress"
        " test was by its most probable class."
    )
    before = count_looks(run)
    found = measure_stress(workspace, run, 0)
    assert count_looks(run) == before + 1
    decided = load_decided(run)
    assert decided is not None
    assert found.locked == locked
    assert found.plain.figure is not None
    assert found.plain.figure.value == decided.balanced_accuracy
    assert found.plain.figure.interval == decided.intervals["balanced_accuracy"]
    (note,) = [note for note in found.notes if note.code == DECIDED]
    assert note.text == f"Balanced accuracy is that of the locked threshold: {locked.name_point()}."
    assert load_decided_stress(run) == measure_stress(workspace, run, 0) == found
    assert count_looks(run) == before + 1
    unlock_point(run)
    again = load_decided_stress(run)
    assert again is not None
    (note,) = [note for note in again.notes if note.code == DECIDED]
    assert note.text.startswith("The model is now decided by its most probable class; this")


def test_figures_from_before_a_lock_was_kept_with_them_are_asked_again(trained: Trained) -> None:
    run, locked = lock_run(trained)
    measure_stress(trained.workspace, run, 3)
    path = run.folder / STRESS
    values = json.loads(path.read_text("utf-8"))
    del values["locked"]
    path.write_text(json.dumps(values), "utf-8")
    before = count_looks(run)
    assert measure_stress(trained.workspace, run, 3).locked == locked
    assert count_looks(run) == before + 1
