"""A moving average of weights, against values worked out by hand."""

import pytest
import torch
from torch import nn

from medapp.training.averaging import WeightAverage


def build_layer() -> nn.Linear:
    layer = nn.Linear(1, 1, bias=False)
    return set_weight(layer, 0.0)


def set_weight(layer: nn.Linear, value: float) -> nn.Linear:
    with torch.no_grad():
        layer.weight.fill_(value)
    return layer


@pytest.mark.parametrize(
    ("decay", "expected"),
    [
        # The decay rises: 2/11 after the second step, 3/12 after the third.
        (0.9, 0.25 * (2 / 11 * 1 + 9 / 11 * 3) + 0.75 * 7),
        # It is as high as it gets from the third step on.
        (0.2, 0.2 * (2 / 11 * 1 + 9 / 11 * 3) + 0.8 * 7),
    ],
)
def test_an_average_of_three_steps(decay: float, expected: float) -> None:
    layer = build_layer()
    average = WeightAverage(layer, decay)
    for value in (1.0, 3.0, 7.0):
        set_weight(layer, value)
        average.update()
    with average.shown():
        assert layer.weight.item() == pytest.approx(expected)
    assert layer.weight.item() == 7.0


@pytest.mark.parametrize("steps", [100, 1000])
def test_a_decay_of_one_averages_over_a_share_of_all_steps(steps: int) -> None:
    """The weight is the number of the step; the average is then a tenth of all steps behind."""
    layer = build_layer()
    average = WeightAverage(layer, 1.0)
    for step in range(1, steps + 1):
        set_weight(layer, float(step))
        average.update()
    with average.shown():
        assert layer.weight.item() == pytest.approx(0.9 * steps, rel=0.01)


def test_statistics_of_norms_are_averaged_and_counts_taken_over() -> None:
    norm = nn.BatchNorm1d(1)
    average = WeightAverage(norm, 0.9)
    for mean in (1.0, 3.0):
        norm.running_mean.fill_(mean)  # type: ignore[union-attr, operator]
        norm.num_batches_tracked.add_(1)  # type: ignore[union-attr, operator]
        average.update()
    with average.shown():
        assert norm.running_mean.item() == pytest.approx(2 / 11 + 27 / 11)  # type: ignore[union-attr, operator]
        assert norm.num_batches_tracked.item() == 2  # type: ignore[union-attr, operator]


@pytest.mark.parametrize("steps", [0, 2])
def test_without_decay_or_steps_the_weights_are_shown_as_they_are(steps: int) -> None:
    layer = set_weight(build_layer(), 5.0)
    average = WeightAverage(layer, 0.0 if steps else 0.9)
    for _ in range(steps):
        average.update()
    with average.shown():
        assert layer.weight.item() == 5.0


def test_the_weights_come_back_after_an_error() -> None:
    layer = set_weight(build_layer(), 1.0)
    average = WeightAverage(layer, 0.9)
    average.update()
    set_weight(layer, 2.0)

    def fail() -> None:
        with average.shown():
            assert layer.weight.item() == 1.0
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert layer.weight.item() == 2.0
