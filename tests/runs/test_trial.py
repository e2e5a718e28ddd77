"""A run's heatmaps on trial: looked at once, kept by method, told as they go."""

from dataclasses import replace

import numpy as np
import pytest
from conftest import Trained

from medapp.errors import ExplanationError, RunError
from medapp.explanation.trials.words import judge_trial, state_finding, state_ground
from medapp.prediction.model import load_model
from medapp.runs.evaluate import find_split
from medapp.runs.judging import load_squares
from medapp.runs.making import create_run, find_run
from medapp.runs.results import TRIAL, discard_evaluation, load_trials
from medapp.runs.run import Run
from medapp.runs.sitting import Sitting
from medapp.runs.trial import build_shown, try_heatmaps
from medapp.training.recipe import build_settings


def count_looks(run: Run) -> int:
    return sum(event.kind == "test_read" for event in run.list_events())


def test_a_look_counts_once_and_what_was_asked_is_kept(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    before = count_looks(run)
    assert load_trials(run) == {}
    seen: list[str] = []
    found = try_heatmaps(
        trained.workspace, run, 3, on_progress=lambda title, *_: seen.append(title)
    )
    assert list(dict.fromkeys(seen)) == [
        "Drawing heatmaps",
        "Changing images a little",
        "Randomising the network",
        "Removing pixels",
        "Hiding regions",
    ]
    assert count_looks(run) == before + 1
    assert load_trials(run) == {"gradcam": found}
    assert try_heatmaps(trained.workspace, run, 3) == found
    assert count_looks(run) == before + 1
    other = try_heatmaps(trained.workspace, run, 3, "hirescam")
    assert list(load_trials(run)) == ["gradcam", "hirescam"]
    assert other.method == "hirescam"
    assert count_looks(run) == before + 2
    with run.lock():
        discard_evaluation(run)
    assert load_trials(run) == {}


def test_all_checks_have_their_images(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    found = try_heatmaps(trained.workspace, run, 0)
    assert (found.n, found.of, found.counted) == (4, 4, "patients")
    assert found.cascade[0].part == "head"
    assert found.cascade[-1].part == "stem"
    assert set(found.removal) == {"map", "random", "edges", "constant"}
    assert found.removal["map"].road.n == 4
    assert {(each.region, each.fill) for each in found.hiding} == {
        (region, fill)
        for region in ("corners", "borders")
        for fill in ("around", "mean", "blurred")
    }
    assert sum(of.n for of in found.hiding[0].of_class.values()) == 4
    assert found.placement == {}
    assert found.cover is None
    assert found.cells == (1, 1)
    assert found.model_sha256
    assert any(note.code for note in found.notes)


def test_the_same_seed_gives_the_same_trial(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    first = try_heatmaps(trained.workspace, run, 2).to_dict()
    (run.folder / TRIAL).write_text('{"trials": [')
    assert load_trials(run) == {}
    second = try_heatmaps(trained.workspace, run, 2).to_dict()
    for values in (first, second):
        del values["made"], values["notes"]
    assert first == second


def test_the_subject_lies_on_its_squares(trained: Trained) -> None:
    """An image that is 40 px high and 32 px wide fills 80% of a padded square's width."""
    run = find_run(trained.workspace, "probe")
    kept = load_model(run.model_path)
    padded = kept.recipe.preprocess.model_copy(update={"resize": "pad"})
    model = replace(kept, recipe=kept.recipe.model_copy(update={"preprocess": padded}))
    data_set, samples = find_split(trained.workspace, run, "test")
    pixels = load_squares(trained.workspace, model, data_set, samples).take()
    shown = build_shown(model, pixels, samples, seed=0)
    assert np.array_equal(shown.picks, shown.probabilities.argmax(axis=1))
    for sample, content, square in zip(samples, shown.contents, pixels, strict=True):
        width = 32 * sample.width / max(sample.width, sample.height)
        assert content.x1 - content.x0 == pytest.approx(width)
        outside = np.ones(32, bool)
        outside[int(content.x0) : int(np.ceil(content.x1))] = False
        assert (square[:, outside] == 0).all()


def test_one_image_is_tried_and_has_no_interval(trained: Trained) -> None:
    found = try_heatmaps(trained.workspace, find_run(trained.workspace, "probe"), 1)
    assert found.n == 1
    assert found.removal["edges"].gain is not None
    assert found.removal["edges"].gain.interval is None
    assert state_finding(found)


def test_regions_are_hidden_on_more_images_than_have_maps(trained: Trained) -> None:
    found = try_heatmaps(trained.workspace, find_run(trained.workspace, "probe"), 1)
    assert (found.n, found.hiding[0].of_all.n) == (1, 4)
    assert "Regions were hidden on 4 test images" in state_ground(found)
    assert all(note.text for note in judge_trial(found))


def test_regions_are_hidden_once_for_all_methods(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    first = try_heatmaps(trained.workspace, run, 2)
    told: list[str] = []
    other = try_heatmaps(
        trained.workspace, run, 3, "layercam", on_progress=lambda title, *_: told.append(title)
    )
    assert other.hiding == first.hiding
    assert "Hiding regions" not in told
    # Another seed moves the controls.
    again = try_heatmaps(trained.workspace, run, 2, "layercam", seed=1)
    assert again.hiding != first.hiding


def test_votes_have_no_heatmaps_to_try(trained: Trained) -> None:
    asked = {"data": "bands", "strategy": "nearest-neighbours", "image_size": 32, "threads": 1}
    run = create_run(trained.workspace, *build_settings(asked))
    with run.lock():
        assert Sitting(trained.workspace, run, lambda: False).do()
        run.set_state("done")
    before = count_looks(run)
    with pytest.raises(RunError, match="no heatmaps to try"):
        try_heatmaps(trained.workspace, run)
    assert count_looks(run) == before


def test_nonsense_is_refused(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    with pytest.raises(RunError, match="0 or more"):
        try_heatmaps(trained.workspace, run, -1)
    with pytest.raises(ExplanationError, match="no heatmap method"):
        try_heatmaps(trained.workspace, run, 2, "guess")
