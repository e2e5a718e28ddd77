"""Minimum class confusion: by hand, and where its optimum lies."""

import math

import pytest
import torch

from medapp.training.objectives.mcc import TEMPERATURE, measure_confusion


def test_by_hand() -> None:
    # At this temperature the probabilities are (.8, .2) and (.5, .5).
    logits = TEMPERATURE * torch.tensor([[math.log(4.0), 0.0], [0.0, 0.0]])
    entropies = [-0.8 * math.log(0.8) - 0.2 * math.log(0.2), math.log(2)]
    weights = [1 + math.exp(-entropy) for entropy in entropies]
    one, two = (2 * weight / sum(weights) for weight in weights)
    diagonal = (one * 0.64 + two * 0.25, one * 0.04 + two * 0.25)
    between = one * 0.16 + two * 0.25
    wanted = sum(between / (between + own) for own in diagonal) / 2
    assert measure_confusion(logits).item() == pytest.approx(wanted)


def test_sure_predictions_are_not_confused_and_even_ones_are_most() -> None:
    sure = 100 * torch.eye(3)[[0, 1, 2, 0]]
    assert measure_confusion(sure).item() == pytest.approx(0, abs=1e-6)
    assert measure_confusion(torch.zeros(4, 3)).item() == pytest.approx(1 - 1 / 3)


def test_no_gradient_flows_through_the_weights() -> None:
    # Of one image the weight is 1 whatever its probabilities p: the rows of C = p pᵀ become p, so
    # that the confusion is (K − 1) / K for all p, and its gradient is 0.
    logits = torch.tensor([[1.0, -1.0, 0.5]], requires_grad=True)
    found = measure_confusion(logits)
    found.backward()
    assert found.item() == pytest.approx(2 / 3)
    assert logits.grad is not None
    assert logits.grad.abs().max() < 1e-6
