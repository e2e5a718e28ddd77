"""A fit of a head: alike whether its loss comes whole or in parts, and ended by an error."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from medapp.training.logistic import FINE, build_blank_head, fit_head


def draw() -> tuple[Tensor, Tensor]:
    random = np.random.default_rng(0)
    targets = torch.from_numpy(np.arange(90) % 3)
    inputs = torch.from_numpy(random.normal(size=(90, 4))) + targets[:, None]
    return inputs, targets


def test_a_loss_in_parts_leads_to_the_same_head() -> None:
    inputs, targets = draw()
    whole, parted = build_blank_head(4, 3), build_blank_head(4, 3)
    loss = fit_head(whole, lambda: [cross_entropy(whole(inputs), targets)], 0.01, FINE)

    def compute() -> Iterator[Tensor]:
        for rows in (slice(0, 20), slice(20, 90)):
            yield cross_entropy(parted(inputs[rows]), targets[rows], reduction="sum") / 90

    assert fit_head(parted, compute, 0.01, FINE) == pytest.approx(loss, abs=1e-9)
    torch.testing.assert_close(parted.weight, whole.weight, atol=1e-5, rtol=0)
    assert loss < np.log(3) - 0.1


def test_an_error_of_the_loss_ends_the_fit_at_that_look() -> None:
    inputs, targets = draw()
    head = build_blank_head(4, 3)
    looks = 0

    def compute() -> Iterator[Tensor]:
        nonlocal looks
        looks += 1
        if looks == 3:
            raise KeyboardInterrupt
        yield cross_entropy(head(inputs), targets)

    with pytest.raises(KeyboardInterrupt):
        fit_head(head, compute, 1e-6, 0.0)
    assert looks == 3
