"""The curves of a run, from its events."""

from collections.abc import Sequence

import numpy as np
import pytest

from medapp.figures.curves import TRAIN, VALIDATION, Chart, build_charts, lay_over
from medapp.runs.events import (
    EpochFinished,
    Event,
    NeighboursTried,
    PenaltyTried,
    PlanMade,
    StepTaken,
)
from medapp.runs.progress import Record


def tell_run(
    epochs: int = 3,
    steps: int = 4,
    best: Sequence[int] = (1, 2),
    train_accuracy: float | None = None,
) -> list[Event]:
    """Events of a run: loss falls by one a step from 100; on validation, ten times the epoch."""
    events: list[Event] = [
        PlanMade(epochs=epochs, steps_per_epoch=steps, classes=["a", "b"], validation=1459)
    ]
    for epoch in range(1, epochs + 1):
        for step in range((epoch - 1) * steps + 1, epoch * steps + 1):
            loss = 100.0 - step
            events.append(
                StepTaken(epoch=epoch, step=step, loss=loss, rate=0.1, images_per_second=1.0)
            )
        events.append(
            EpochFinished(
                epoch=epoch,
                is_best=epoch in best,
                train_loss=1.0 * epoch,
                train_accuracy=train_accuracy,
                validation_loss=10.0 * epoch,
                accuracy=0.5,
                balanced_accuracy=0.6 + epoch / 100,
                macro_auroc=0.7,
            )
        )
    return events


def build(events: Sequence[Event], state: str = "done") -> tuple[Chart, Chart]:
    record = Record()
    for event in events:
        record.add(event)
    loss, quality = build_charts(record.summarise(), state)
    return loss, quality


def test_steps_and_epochs_share_one_axis() -> None:
    steps, train, validation = build(tell_run())[0].series
    assert list(steps.x) == pytest.approx(np.arange(1, 13) / 4)
    assert list(steps.y) == [100.0 - i for i in range(1, 13)]
    assert list(train.x) == list(validation.x) == [1, 2, 3]
    assert list(validation.y) == [10, 20, 30]


def test_the_last_best_epoch_is_marked_and_named() -> None:
    loss, quality = build(tell_run())
    assert loss.mark == quality.mark == (2, "best")
    assert loss.title == "Validation loss is lowest at epoch 2: 20.000"
    assert quality.title == ("Validation (n = 1,459): balanced accuracy 0.620 at the best epoch")


def test_once_a_run_has_ended_its_legends_tell_the_epoch_that_is_kept() -> None:
    assert [chart.at for chart in build(tell_run(best=(1, 2)))] == [2, 2]
    assert [chart.at for chart in build(tell_run(best=(1, 2)), "training")] == [None, None]
    assert [chart.at for chart in build([], "stopped")] == [None, None]


def test_overfitting_is_the_title() -> None:
    losses = [(0.6, 0.5), (0.4, 0.9), (0.2, 1.0)]
    events = [
        EpochFinished(epoch=i + 1, train_loss=a, validation_loss=b, is_best=i == 0)
        for i, (a, b) in enumerate(losses)
    ]
    assert build(events)[0].title == (
        "Overfitting after epoch 1: validation loss rose from 0.500 to 1.000 while training loss"
        " fell"
    )


def test_what_the_loss_is_the_sum_of_is_drawn_by_name() -> None:
    terms = [{"hands": 0.4, "feet": 0.2}, {"hands": 0.3, "feet": 0.1}]
    events = [
        EpochFinished(epoch=i + 1, train_loss=sum(each.values()), is_best=True, terms=each)
        for i, each in enumerate(terms)
    ]
    lines = {line.name: line for line in build(events)[0].series}
    assert lines["hands, part of train"].y == [0.4, 0.3]
    assert lines["feet, part of train"].y == [0.2, 0.1]
    assert lines["hands, part of train"].colour != lines["feet, part of train"].colour
    assert lines["hands, part of train"].is_thin


def test_a_role_has_one_colour_in_both_charts() -> None:
    charts = build(tell_run(train_accuracy=0.9))
    lines = {line.name: line.colour for chart in charts for line in chart.series}
    assert {colour for name, colour in lines.items() if "train" in name} == {TRAIN}
    assert lines["validation"] == lines["balanced accuracy"] == VALIDATION
    assert len({lines["accuracy"], lines["AUROC"], TRAIN, VALIDATION}) == 4


def test_training_accuracy_is_drawn_where_it_was_kept() -> None:
    without, having = build(tell_run())[1], build(tell_run(train_accuracy=0.9))[1]
    assert [line.name for line in having.series] == [
        "train accuracy",
        *(line.name for line in without.series),
    ]
    assert having.series[0].y == [0.9] * 3


def test_a_figure_that_the_task_does_not_have_is_not_in_the_legend() -> None:
    quality = build(tell_run())[1]
    assert [line.name for line in quality.series] == ["AUROC", "accuracy", "balanced accuracy"]


def test_a_run_without_validation_shows_its_training() -> None:
    loss, quality = build([EpochFinished(epoch=1, train_loss=0.5, is_best=True)])
    assert [line.y for line in loss.series[1:]] == [[0.5], [None]]
    assert (loss.title, quality.title) == ("Loss", "Validation")


@pytest.mark.parametrize(
    ("state", "first", "later"),
    [
        ("preparing", "Begins when the images are ready.", "Appears after the first epoch."),
        ("training", "The first step is under way.", "Appears after the first epoch."),
        ("failed", "No step was finished.", "No epoch was finished."),
    ],
)
def test_a_run_without_points_says_why(state: str, first: str, later: str) -> None:
    loss, quality = build([], state)
    assert (loss.empty, quality.empty) == (first, later)


def test_a_fit_shows_its_penalties_in_place_of_epochs() -> None:
    losses = {10.0: 0.69, 1.0: 0.5, 0.1: 0.41, 0.01: 0.8}
    events: list[Event] = [
        PenaltyTried(number=i + 1, count=13, penalty=penalty, held_out_loss=loss)
        for i, (penalty, loss) in enumerate(losses.items())
    ]
    record = Record()
    for event in [*events, EpochFinished(epoch=1, train_loss=0.3, is_best=True)]:
        record.add(event)
    (chart,) = build_charts(record.summarise(), "done")
    assert list(chart.series[0].x) == pytest.approx([-2, -1, 0, 1])
    assert list(chart.series[0].y) == [0.8, 0.41, 0.5, 0.69]
    assert chart.mark == (-1, "best")
    assert chart.title == "Held-out loss is lowest at the penalty 0.1: 0.410"


def test_votes_show_their_numbers_of_neighbours_in_place_of_epochs() -> None:
    losses = {1: 0.9, 5: 0.5, 20: 0.6}
    record = Record()
    for i, (neighbours, loss) in enumerate(losses.items()):
        facts = {"number": i + 1, "count": 3, "neighbours": neighbours}
        record.add(NeighboursTried(**facts, held_out_loss=loss))
    (chart,) = build_charts(record.summarise(), "done")
    assert list(chart.series[0].x) == [1, 5, 20]
    assert list(chart.series[0].y) == [0.9, 0.5, 0.6]
    assert chart.mark == (5, "best")
    assert chart.title == "Held-out loss is lowest with 5 neighbours: 0.500"


def test_runs_lie_over_each_other_and_the_title_names_the_best() -> None:
    """Validation loss is ten times the epoch: both are lowest at the first; the first is named."""
    records = {name: Record() for name in ("long", "short", "none yet")}
    for event in tell_run(epochs=3):
        records["long"].add(event)
    for event in tell_run(epochs=2):
        records["short"].add(event)
    loss, *_ = lay_over({name: record.summarise() for name, record in records.items()})
    assert [(series.name, list(series.x)) for series in loss.series] == [
        ("long", [1, 2, 3]),
        ("short", [1, 2]),
    ]
    assert len({series.colour for series in loss.series}) == 2
    assert loss.title == "Validation loss: lowest with long, 10.000 at epoch 1"
    assert lay_over({"none yet": records["none yet"].summarise()}) == []
