"""Each optimiser is the one asked for, and weight decay means the same for all of them."""

import pytest
import torch

from medapp.training.lamb import LAMB
from medapp.training.optimisers import OPTIMISERS
from medapp.training.recipe.groups import Optimisation
from medapp.training.sgd import DecoupledSGD


def build_groups() -> list[dict[str, object]]:
    parameters = [torch.nn.Parameter(torch.ones(2))]
    return [{"params": parameters, "lr": 0.1, "peak": 0.1, "weight_decay": 0.0}]


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
    optimiser = OPTIMISERS[name].build(build_groups(), Optimisation())
    assert type(optimiser) is kind


@pytest.mark.parametrize("momentum", [0.0, 0.5])
def test_sgd_takes_its_momentum(momentum: float) -> None:
    asked = Optimisation(momentum=momentum)
    (group,) = OPTIMISERS["sgd"].build(build_groups(), asked).param_groups
    assert (group["momentum"], group["nesterov"]) == (momentum, momentum > 0)


def take_steps(name: str, gradients: list[float], **settings: float) -> float:
    """A weight of 2 after steps at the rate 0.1 with the decay 0.5."""
    weight = torch.nn.Parameter(torch.tensor([2.0]))
    groups = [{"params": [weight], "lr": 0.1, "peak": 0.1, "weight_decay": 0.5}]
    optimiser = OPTIMISERS[name].build(groups, Optimisation(**settings))
    for gradient in gradients:
        weight.grad = torch.tensor([gradient])
        optimiser.step()
    return weight.item()


@pytest.mark.parametrize("name", OPTIMISERS)
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


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [("sgd", torch.optim.SGD, 2 - 0.1 * 0.5 * 2), ("adam", torch.optim.Adam, 2 - 0.1)],
)
def test_a_checkpoint_of_an_earlier_version_goes_on_with_its_penalty(
    name: str, kind: type[torch.optim.Optimizer], expected: float
) -> None:
    weight = torch.nn.Parameter(torch.tensor([2.0]))
    groups = [{"params": [weight], "lr": 0.1, "peak": 0.1, "weight_decay": 0.5}]
    optimiser = OPTIMISERS[name].build(groups, Optimisation(momentum=0.0))
    optimiser.load_state_dict(kind(groups).state_dict())  # type: ignore[call-arg]
    weight.grad = torch.tensor([0.0])
    optimiser.step()
    assert weight.item() == pytest.approx(expected, rel=1e-5)
