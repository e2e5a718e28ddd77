"""MMD with Gaussian kernels: by hand, by numpy, and against what is known of Gaussians."""

import math

import numpy as np
import pytest
import torch

from medapp.training.objectives import mmd
from medapp.training.objectives.mmd import SCALES, compare_distributions, find_median


def test_by_hand() -> None:
    # Points 0 and 1 against 0 and 1: the squared distances of pairs are 1, 0, 1, 1, 0, 1.
    points = torch.tensor([[0.0], [1.0]])
    near = sum(math.exp(-1 / scale) for scale in SCALES) / len(SCALES)
    wanted = near + near - 2 * (2 + 2 * near) / 4
    assert compare_distributions(points, points).item() == pytest.approx(wanted)


def test_the_median_is_of_pairs_of_different_images() -> None:
    distances = torch.tensor([[0.0, 1, 4], [1, 0, 9], [4, 9, 0]])
    assert find_median(distances).item() == 4


def test_is_the_formula_in_numpy() -> None:
    generator = np.random.default_rng(0)
    source = generator.normal(size=(12, 3))
    target = generator.normal(size=(9, 3)) + 1
    both = np.concatenate([source, target])
    squares = np.square(both[:, None] - both[None]).sum(-1)
    pairs = np.sort(squares[np.triu_indices(21, 1)])
    median = pairs[(len(pairs) - 1) // 2]  # of an even number, torch takes the lower one
    kernel = np.mean([np.exp(-squares / (scale * median)) for scale in SCALES], axis=0)
    own = kernel[:12, :12][~np.eye(12, dtype=bool)].mean()
    other = kernel[12:, 12:][~np.eye(9, dtype=bool)].mean()
    wanted = own + other - 2 * kernel[:12, 12:].mean()
    found = compare_distributions(torch.from_numpy(source), torch.from_numpy(target))
    assert found.item() == pytest.approx(wanted, rel=1e-6)


def test_is_that_of_two_gaussians(monkeypatch: pytest.MonkeyPatch) -> None:
    # With k = exp(-(x - y)² / s), and x - y of variance 2: E k = exp(-d² / (s + 4)) / √(1 + 4 / s)
    # for means that are d apart.
    monkeypatch.setattr(mmd, "SCALES", (1.0,))
    monkeypatch.setattr(mmd, "find_median", lambda distances: torch.tensor(2.0))
    generator = torch.Generator().manual_seed(0)
    source, target = torch.randn(2, 3000, 1, generator=generator).double()
    apart = 1.5
    scale = 1 / math.sqrt(1 + 4 / 2)
    wanted = 2 * scale * (1 - math.exp(-(apart**2) / 6))
    assert compare_distributions(source, target + apart).item() == pytest.approx(wanted, abs=0.02)
    assert compare_distributions(source, target).item() == pytest.approx(0, abs=0.005)


def test_going_down_it_finds_the_shift() -> None:
    generator = torch.Generator().manual_seed(0)
    source, target = torch.randn(2, 500, 2, generator=generator)
    target = target - target.mean(0) + source.mean(0) + torch.tensor([2.0, -1.0])
    shift = torch.zeros(2, requires_grad=True)
    optimiser = torch.optim.Adam([shift], lr=0.1)
    for _ in range(150):
        optimiser.zero_grad()
        compare_distributions(source + shift, target).backward()
        optimiser.step()
    assert shift.detach().numpy() == pytest.approx([2.0, -1.0], abs=0.1)


def test_images_that_are_all_alike_give_a_number() -> None:
    same = torch.ones(4, 3, requires_grad=True)
    found = compare_distributions(same, torch.ones(4, 3))
    found.backward()
    assert found.item() == pytest.approx(0)
    assert same.grad is not None
    assert torch.isfinite(same.grad).all()
