"""The table of strategies: each row says all that follows from it."""

import pytest

from medapp.models.network import Network
from medapp.training.learner import cut_network
from medapp.training.recipe import build_recipe
from medapp.training.strategies import STRATEGIES, find_default_rates


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_row_is_enough_for_a_recipe(name: str) -> None:
    recipe = build_recipe({"data": "d", "strategy": name})
    assert recipe.find_strategy() is STRATEGIES[name]
    assert STRATEGIES[name].title
    assert STRATEGIES[name].help.endswith(".")


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_share_of_weights_that_learns_is_that_of_a_network(name: str) -> None:
    network = Network("resnet50", ("a", "b"))
    whole = sum(parameter.numel() for parameter in network.model.parameters())
    _, suffix = cut_network(network, STRATEGIES[name])
    learning = sum(parameter.numel() for parameter in suffix.parameters())
    assert STRATEGIES[name].weights_share == pytest.approx(learning / whole, abs=0.02)


def test_the_less_learns_the_less_it_costs() -> None:
    rows = [STRATEGIES[name] for name in ("linear-probe", "last-stage", "fine-tune")]
    for fact in ("training_passes", "weights_share", "maps_share"):
        values = [getattr(row, fact) for row in rows]
        assert values == sorted(values)
        assert len(set(values)) == 3
    assert [row.learns_backbone for row in rows] == [False, True, True]


@pytest.mark.parametrize(
    ("optimiser", "factor"), [("adamw", 1), ("adam", 1), ("lamb", 10), ("sgd", 20)]
)
def test_default_rates_are_those_of_the_row(optimiser: str, factor: int) -> None:
    assert find_default_rates("fine-tune", optimiser) == (pytest.approx(0.001 * factor), 0.5)
    assert find_default_rates("head-by-steps", optimiser) == (pytest.approx(0.01 * factor), 0.0)
