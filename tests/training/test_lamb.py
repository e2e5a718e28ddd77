"""LAMB by hand: how far a layer moves, and what its scale has to do with that."""

import io
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from medapp.training.lamb import LAMB


def take_lamb_steps(
    start: list[list[float]], gradients: list[list[list[float]]], decay: float = 0.0
) -> torch.Tensor:
    """A matrix after steps at the rate 0.1, one for each of its gradients."""
    weight = torch.nn.Parameter(torch.tensor(start))
    groups = [{"params": [weight], "lr": 0.1, "peak": 0.1, "weight_decay": decay}]
    optimiser = LAMB(groups)
    for gradient in gradients:
        weight.grad = torch.tensor(gradient)
        optimiser.step()
    return weight.detach()


def test_a_layer_moves_by_its_own_size() -> None:
    """By hand: Adam's first step is (1, −1), of length √2; that of the weights is 5."""
    moved = take_lamb_steps([[3.0, 4.0]], [[[7.0, -0.01]]])
    share = 0.1 * 5 / math.sqrt(2)
    assert moved.tolist()[0] == pytest.approx([3 - share, 4 + share], rel=1e-4)
    # The decay is taken first, and the size is that of what it leaves.
    share *= 0.95
    moved = take_lamb_steps([[3.0, 4.0]], [[[7.0, -0.01]]], decay=0.5)
    assert moved.tolist()[0] == pytest.approx([3 * 0.95 - share, 4 * 0.95 + share], rel=1e-4)


def test_a_layer_moves_along_the_mean_of_its_gradients() -> None:
    """By hand, after gradients (1, 1) and (−1, 1).

    The second step's m̂ is (.9 · .1 − .1)/(1 − .9²) = −1/19 and 1, v̂ is 1 for both.
    """
    first = 4 - 0.1 * math.sqrt(32) / math.sqrt(2)
    ratio = math.sqrt(2) * first / math.sqrt(1 + 1 / 19**2)
    expected = [first + 0.1 * ratio / 19, first - 0.1 * ratio]
    moved = take_lamb_steps([[4.0, 4.0]], [[[1.0, 1.0]], [[-1.0, 1.0]]])
    assert moved.tolist()[0] == pytest.approx(expected, rel=1e-4)


def test_a_layer_that_is_zero_takes_the_plain_step() -> None:
    assert take_lamb_steps([[0.0, 0.0]], [[[5.0, -5.0]]]).tolist()[0] == pytest.approx([-0.1, 0.1])
    assert take_lamb_steps([[3.0, 4.0]], [[[0.0, 0.0]]]).tolist() == [[3.0, 4.0]]


@given(st.floats(0.01, 100.0), st.integers(0, 1000))
def test_the_scale_of_a_layer_changes_nothing_but_its_scale(scale: float, seed: int) -> None:
    """A layer before a norm: weights s times as large have gradients of 1/s and the same path."""
    generator = torch.Generator().manual_seed(seed)
    start, *gradients = torch.randn(4, 3, 5, generator=generator)
    # Far above ε, which is not scaled.
    gradients = [gradient + 0.5 * gradient.sign() for gradient in gradients]
    plain = take_lamb_steps(start.tolist(), [g.tolist() for g in gradients])
    scaled = take_lamb_steps((scale * start).tolist(), [(g / scale).tolist() for g in gradients])
    assert torch.allclose(scaled / scale, plain, rtol=1e-3, atol=1e-4)


def test_steps_of_biases_and_norms_are_those_of_adam() -> None:
    """By hand: Adam's first step is the rate, whatever the gradient."""
    weight = torch.nn.Parameter(torch.tensor([2.0, 300.0]))
    weight.grad = torch.tensor([7.0, -0.1])
    LAMB([{"params": [weight], "lr": 0.1, "peak": 0.1, "weight_decay": 0.0}]).step()
    assert weight.tolist() == pytest.approx([1.9, 300.1])


def test_lamb_goes_on_from_its_state_as_if_it_had_not_stopped() -> None:
    gradients = torch.randn(4, 3, 2, generator=torch.Generator().manual_seed(0))
    straight = torch.nn.Parameter(torch.ones(3, 2))
    resumed = torch.nn.Parameter(torch.ones(3, 2))
    settings = {"lr": 0.1, "peak": 0.1, "weight_decay": 0.1}
    one = LAMB([{"params": [straight], **settings}])
    other = LAMB([{"params": [resumed], **settings}])
    for step, gradient in enumerate(gradients):
        if step == 2:
            kept = io.BytesIO()
            torch.save(other.state_dict(), kept)
            other = LAMB([{"params": [resumed], **settings}])
            other.load_state_dict(torch.load(io.BytesIO(kept.getvalue()), weights_only=True))
        for weight, optimiser in ((straight, one), (resumed, other)):
            weight.grad = gradient.clone()
            optimiser.step()
    assert torch.equal(straight, resumed)
