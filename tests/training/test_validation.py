"""Figures of logits, by hand."""

import numpy as np
import pytest
import torch

from medapp.models.network import Network
from medapp.training.validation import judge_logits


def test_loss_and_figures_are_those_of_the_logits() -> None:
    network = Network("resnet18", ("a", "b"))
    logits = torch.log(torch.tensor([[0.8, 0.2], [0.6, 0.4], [0.1, 0.9], [0.3, 0.7]]))
    found = judge_logits(logits, np.array([0, 0, 1, 0]), network)
    loss = -np.log([0.8, 0.6, 0.9, 0.3]).mean()
    assert found == pytest.approx(
        {
            "validation_loss": loss,
            "accuracy": 3 / 4,
            "balanced_accuracy": (2 / 3 + 1) / 2,
            "macro_auroc": 1.0,
        }
    )


def test_without_images_there_are_no_figures() -> None:
    empty = torch.zeros(0, 2)
    assert judge_logits(empty, np.zeros(0, np.int64), Network("resnet18", ("a", "b"))) == {}
