"""Deep CORAL: the formula, by hand and by numpy, and where its optimum lies."""

import numpy as np
import pytest
import torch

from medapp.training.objectives.coral import compare_covariances


def test_by_hand() -> None:
    source = torch.tensor([[1.0, 0.0], [-1.0, 0.0]])  # covariance [[2, 0], [0, 0]]
    target = torch.tensor([[5.0, 3.0], [5.0, 7.0]])  # covariance [[0, 0], [0, 8]]
    assert compare_covariances(source, target).item() == pytest.approx((4 + 64) / (4 * 2**2))


def test_is_the_papers_formula_in_numpy() -> None:
    generator = np.random.default_rng(0)
    source = generator.normal(size=(30, 5))
    target = generator.normal(size=(20, 5)) @ generator.normal(size=(5, 5)) + 3
    difference = np.cov(source, rowvar=False) - np.cov(target, rowvar=False)
    wanted = np.linalg.norm(difference, "fro") ** 2 / (4 * 5**2)
    found = compare_covariances(torch.from_numpy(source), torch.from_numpy(target))
    assert found.item() == pytest.approx(wanted)


def test_going_down_it_finds_the_scale_of_a_shifted_gaussian() -> None:
    # The target's axes are 3 and 0.5 times as long, so that factors of 3 and 0.5 undo the shift.
    generator = torch.Generator().manual_seed(0)
    source = torch.randn(4000, 2, generator=generator)
    target = torch.randn(4000, 2, generator=generator) * torch.tensor([3.0, 0.5]) + 7
    factors = torch.ones(2, requires_grad=True)
    optimiser = torch.optim.Adam([factors], lr=0.05)
    for _ in range(300):
        optimiser.zero_grad()
        compare_covariances(source * factors, target).backward()
        optimiser.step()
    assert factors.detach().abs().numpy() == pytest.approx([3.0, 0.5], rel=0.05)
