"""Attacks by hand on a linear model, and bounds that no attack leaves."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from medapp.evaluation.robustness.ascent import (
    climb,
    differentiate,
    draw_start,
    find_step_size,
    project,
)
from medapp.models.normalisation import Normalisation
from medapp.task import find_task

TASK = find_task("single-label")
NORMALISATION = Normalisation((0.5, 0.25, 0.0), (0.5, 0.25, 1.0))
# The difference of the logits of class 1 and class 0 is w · x, for red and two pixels.
W = torch.tensor([[2.0, -3.0]])


def answer(x: Tensor) -> Tensor:
    score = (x[:, 0, 0] * W).sum(1)
    return torch.stack([torch.zeros_like(score), score], 1)


def draw(n: int, channels: int = 3) -> Tensor:
    return torch.rand(n, channels, 1, 2, generator=torch.Generator().manual_seed(0))


def test_one_step_on_a_linear_model_is_as_by_hand() -> None:
    """The loss of class 1 rises where the score falls: red against the sign of w, by a strength."""
    images = torch.full((2, 3, 1, 2), 0.5)
    targets = torch.tensor([1, 0])
    logits, gradient = differentiate(answer, NORMALISATION, TASK, images, targets)
    assert torch.allclose(logits, torch.zeros(2, 2))
    # Half of the probability is wrong; a unit of a pixel is 1 / .5 of what the model sees.
    expected = torch.tensor([[-0.5, 0.5], [0.5, -0.5]])[:, None] * W.abs() / 0.5
    assert torch.allclose(gradient[:, 0], expected)
    attacked = climb(images, gradient, 0.1, images, 0.1)
    assert torch.allclose(attacked[0, 0], torch.tensor([[0.4, 0.6]]))
    assert torch.allclose(attacked[1, 0], torch.tensor([[0.6, 0.4]]))
    # What the model does not look at stays.
    assert torch.equal(attacked[:, 1:], images[:, 1:])
    # The score falls by strength / .5 · |w| summed: no other change within the bound does more.
    assert answer((attacked[:1] - 0.5) / 0.5)[0, 1] == pytest.approx(-0.2 * 5)


def test_a_grey_image_stays_grey_and_its_gradient_is_that_of_all_channels() -> None:
    def sum_colours(x: Tensor) -> Tensor:
        score = x[:, 0, 0, 0] - 3 * x[:, 1, 0, 0]
        return torch.stack([torch.zeros_like(score), score], 1)

    images = torch.full((1, 1, 1, 2), 0.5)
    _, gradient = differentiate(sum_colours, NORMALISATION, TASK, images, torch.tensor([1]))
    assert gradient.shape == images.shape
    # Of red 1 / .5, of green -3 / .25: together -10 a unit of grey.
    logits, _ = differentiate(sum_colours, NORMALISATION, TASK, images, torch.tensor([1]))
    wrong = 1 - logits.softmax(1)[0, 1]
    assert float(gradient[0, 0, 0, 0]) == pytest.approx(float(wrong) * 10, rel=1e-5)
    assert float(gradient[0, 0, 0, 1]) == 0


def test_no_parameter_gets_a_gradient() -> None:
    layer = torch.nn.Linear(6, 2)
    images = draw(3)
    targets = torch.tensor([0, 1, 1])
    differentiate(lambda x: layer(x.flatten(1)), NORMALISATION, TASK, images, targets)
    assert layer.weight.grad is None
    assert not images.requires_grad


@given(st.floats(0, 1), st.floats(0, 3), st.integers(0, 10**6))
def test_no_step_leaves_the_bound_or_the_range(strength: float, size: float, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    around = torch.rand(2, 3, 4, 4, generator=generator)
    there = draw_start(around, strength, [seed, seed + 1])
    for _ in range(2):
        assert float((there - around).abs().max()) <= strength + 1e-6
        assert float(there.min()) >= 0
        assert float(there.max()) <= 1
        gradient = torch.randn(2, 3, 4, 4, generator=generator)
        there = climb(there, gradient, size, around, strength)
    assert torch.equal(project(around, around, strength), around)


def test_a_start_is_of_each_image_s_own_seed() -> None:
    images = torch.full((3, 3, 4, 4), 0.5)
    whole = draw_start(images, 0.1, [5, 6, 7])
    assert torch.equal(whole[1:2], draw_start(images[1:2], 0.1, [6]))
    assert not torch.equal(whole[0], whole[1])
    assert float((whole - 0.5).abs().max()) > 0.09


@pytest.mark.parametrize(("steps", "size"), [(1, 1.25), (2, 1.25), (5, 0.5), (10, 0.25)])
def test_steps_reach_every_end_of_the_bound(steps: int, size: float) -> None:
    assert find_step_size(0.1, steps) == pytest.approx(0.1 * size)
