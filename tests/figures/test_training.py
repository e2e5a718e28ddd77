"""Curves of a run, from its events."""

from typing import Any

import numpy as np
import pytest

from medapp.figures import draw_loss, draw_metrics


def tell_run(
    epochs: int = 3, steps: int = 4, best: tuple[int, ...] = (1, 2)
) -> list[dict[str, Any]]:
    """Events of a run.

    Loss falls by one a step from 100, validation loss is ten times the epoch.
    """
    events: list[dict[str, Any]] = [{"kind": "plan", "steps_per_epoch": steps, "validation": 459}]
    for epoch in range(1, epochs + 1):
        for step in range((epoch - 1) * steps + 1, epoch * steps + 1):
            events.append({"kind": "step", "epoch": epoch, "step": step, "loss": 100.0 - step})
        events.append(
            {
                "kind": "epoch",
                "epoch": epoch,
                "train_loss": 1.0 * epoch,
                "validation_loss": 10.0 * epoch,
                "accuracy": 0.5,
                "balanced_accuracy": 0.6 + epoch / 100,
                "macro_auroc": 0.7,
                "is_best": epoch in best,
            }
        )
    return events


def test_steps_and_epochs_share_one_axis() -> None:
    steps, train, validation = draw_loss(tell_run()).data
    assert list(steps.x) == pytest.approx(np.arange(1, 13) / 4)
    assert list(steps.y) == [100.0 - i for i in range(1, 13)]
    assert list(train.x) == list(validation.x) == [1, 2, 3]
    assert list(validation.y) == [10, 20, 30]


def test_without_a_plan_the_steps_tell_how_long_an_epoch_is() -> None:
    steps = draw_loss(tell_run()[1:]).data[0]
    assert steps.x[-1] == pytest.approx(3)


def test_many_steps_become_means_that_keep_the_whole() -> None:
    figure = draw_loss(tell_run(epochs=3, steps=1000))
    steps = figure.data[0]
    assert len(steps.x) == 500
    assert steps.name == "train, mean of 6 steps"
    assert np.mean(steps.y) == pytest.approx(100 - np.arange(1, 3001).mean())


def test_the_last_best_epoch_is_marked_and_named() -> None:
    loss, metrics = draw_loss(tell_run()), draw_metrics(tell_run())
    assert loss.layout.shapes[0].x0 == metrics.layout.shapes[0].x0 == 2
    assert loss.layout.title.text.startswith("Validation loss is lowest after epoch 2: 20.000")
    assert metrics.layout.title.text.startswith("Balanced accuracy 0.620 at the best epoch, 2")
    assert metrics.layout.yaxis.title.text == "validation, n = 459"


def test_training_accuracy_is_drawn_where_it_was_kept() -> None:
    epochs = [
        {**event, "train_accuracy": 0.9} if event["kind"] == "epoch" else event
        for event in tell_run()
    ]
    names = [line.name for line in draw_metrics(epochs).data]
    assert names == ["train accuracy", *[line.name for line in draw_metrics(tell_run()).data]]
    assert list(draw_metrics(epochs).data[0].y) == [0.9] * 3


def test_a_run_without_validation_shows_its_training() -> None:
    events = [{"kind": "epoch", "epoch": 1, "train_loss": 0.5, "is_best": True}]
    assert [line.name for line in draw_loss(events).data] == ["train, epoch"]
    assert draw_loss(events).layout.title.text.startswith("1 epoch")
    assert len(draw_metrics(events).data) == 0


def test_a_run_that_has_not_begun_says_so() -> None:
    assert (
        draw_loss([]).layout.title.text
        == draw_metrics([]).layout.title.text
        == "No epoch was finished"
    )
