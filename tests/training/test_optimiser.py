"""The optimiser is the one asked for, and its rate goes as the recipe says."""

import io
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from medapp.training.optimiser import LAMB, DecoupledSGD, Rate, build_optimiser
from medapp.training.recipe.groups import Optimisation


def build_groups(*peaks: float) -> list[dict[str, object]]:
    return [
        {
            "params": [torch.nn.Parameter(torch.ones(2))],
            "lr": peak,
            "peak": peak,
            "weight_decay": 0.0,
        }
        for peak in peaks
    ]


def build_rate(steps: int, *peaks: float, **settings: object) -> Rate:
    asked = Optimisation(**settings)
    return Rate(build_optimiser(build_groups(*peaks), asked), asked, steps)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("adamw", torch.optim.AdamW),
        ("adam", torch.optim.Adam),
        ("sgd", DecoupledSGD),
        ("lamb", LAMB),
    ],
)
def test_the_optimiser_is_the_one_asked_for(name: str, kind: type) -> None:
    optimiser = build_optimiser(build_groups(0.1), Optimisation(optimiser=name))
    assert type(optimiser) is kind


@pytest.mark.parametrize("momentum", [0.0, 0.5])
def test_sgd_takes_its_momentum(momentum: float) -> None:
    asked = Optimisation(optimiser="sgd", momentum=momentum)
    (group,) = build_optimiser(build_groups(0.1), asked).param_groups
    assert (group["momentum"], group["nesterov"]) == (momentum, momentum > 0)


def take_steps(name: str, gradients: list[float], **settings: float) -> float:
    """A weight of 2 after steps at the rate 0.1 with the decay 0.5."""
    weight = torch.nn.Parameter(torch.tensor([2.0]))
    groups = [{"params": [weight], "lr": 0.1, "peak": 0.1, "weight_decay": 0.5}]
    optimiser = build_optimiser(groups, Optimisation(optimiser=name, **settings))
    for gradient in gradients:
        weight.grad = torch.tensor([gradient])
        optimiser.step()
    return weight.item()


@pytest.mark.parametrize("name", ["adamw", "adam", "sgd", "lamb"])
def test_decay_is_the_same_share_of_the_weight_for_every_optimiser(name: str) -> None:
    """Without a gradient only 1 − 0.1 · 0.5 of the weight is left, after two steps its square."""
    assert take_steps(name, [0.0]) == pytest.approx(2 * 0.95)
    assert take_steps(name, [0.0, 0.0]) == pytest.approx(2 * 0.95**2)


def test_decay_stays_out_of_the_gradient() -> None:
    """By hand. Adam's first step is the rate, whatever the gradient; SGD's the rate times it."""
    assert take_steps("adamw", [7.0]) == pytest.approx(2 * 0.95 - 0.1)
    assert take_steps("adam", [7.0]) == pytest.approx(2 * 0.95 - 0.1)
    assert take_steps("sgd", [7.0], momentum=0.0) == pytest.approx(2 * 0.95 - 0.1 * 7)
    # Nesterov: g + 0.9 · g in the first step; the decay is in no momentum.
    assert take_steps("sgd", [7.0], momentum=0.9) == pytest.approx(2 * 0.95 - 0.1 * 7 * 1.9)


def take_lamb_steps(
    start: list[list[float]], gradients: list[list[list[float]]], decay: float = 0.0
) -> torch.Tensor:
    """A matrix after steps at the rate 0.1, one for each of its gradients."""
    weight = torch.nn.Parameter(torch.tensor(start))
    groups = [{"params": [weight], "lr": 0.1, "peak": 0.1, "weight_decay": decay}]
    optimiser = build_optimiser(groups, Optimisation(optimiser="lamb"))
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
    assert take_steps("lamb", [7.0, 7.0]) == pytest.approx(take_steps("adamw", [7.0, 7.0]))


def test_lamb_goes_on_from_its_state_as_if_it_had_not_stopped() -> None:
    gradients = torch.randn(4, 3, 2, generator=torch.Generator().manual_seed(0))
    asked = Optimisation(optimiser="lamb")
    straight = torch.nn.Parameter(torch.ones(3, 2))
    resumed = torch.nn.Parameter(torch.ones(3, 2))
    settings = {"lr": 0.1, "peak": 0.1, "weight_decay": 0.1}
    one = build_optimiser([{"params": [straight], **settings}], asked)
    other = build_optimiser([{"params": [resumed], **settings}], asked)
    for step, gradient in enumerate(gradients):
        if step == 2:
            kept = io.BytesIO()
            torch.save(other.state_dict(), kept)
            other = build_optimiser([{"params": [resumed], **settings}], asked)
            other.load_state_dict(torch.load(io.BytesIO(kept.getvalue()), weights_only=True))
        for weight, optimiser in ((straight, one), (resumed, other)):
            weight.grad = gradient.clone()
            optimiser.step()
    assert torch.equal(straight, resumed)


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [("sgd", torch.optim.SGD, 2 - 0.1 * 0.5 * 2), ("adam", torch.optim.Adam, 2 - 0.1)],
)
def test_a_checkpoint_of_an_earlier_version_goes_on_with_its_penalty(
    name: str, kind: type[torch.optim.Optimizer], expected: float
) -> None:
    weight = torch.nn.Parameter(torch.tensor([2.0]))
    groups = [{"params": [weight], "lr": 0.1, "peak": 0.1, "weight_decay": 0.5}]
    optimiser = build_optimiser(groups, Optimisation(optimiser=name, momentum=0.0))
    optimiser.load_state_dict(kind(groups).state_dict())  # type: ignore[call-arg]
    weight.grad = torch.tensor([0.0])
    optimiser.step()
    assert weight.item() == pytest.approx(expected, rel=1e-5)


def test_rate_warms_up_and_falls_along_a_cosine() -> None:
    rate = build_rate(50, 1.0, warmup=0.2)
    rates = [rate.set(step) for step in range(50)]
    assert rates[:10] == pytest.approx([0.1 * i for i in range(1, 11)])
    assert rates[10] == pytest.approx(1.0)
    assert rates[30] == pytest.approx(0.5)
    assert rates[49] == pytest.approx(0.5 * (1 + math.cos(math.pi * 39 / 40)))


def test_a_constant_rate_stays_after_the_warm_up() -> None:
    rate = build_rate(10, 1.0, warmup=0.2, schedule="constant")
    assert [rate.find_share(step) for step in range(10)] == [0.5, *[1.0] * 9]


def test_each_group_goes_as_a_share_of_its_own_peak() -> None:
    rate = build_rate(20, 1.0, 0.25, warmup=0.0)
    for step in range(20):
        head = rate.set(step)
        assert [group["lr"] for group in rate.optimiser.param_groups] == [head, head / 4]


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_a_run_of_hardly_a_step_has_a_rate(steps: int) -> None:
    assert build_rate(steps, 1.0).set(0) == 1.0
