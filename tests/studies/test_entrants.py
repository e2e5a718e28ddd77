"""A strategy in a recipe: the control keeps the architecture and leaves the weights."""

import pytest
from conftest import Trained

from medapp.runs.making import find_run
from medapp.store.workspace import Workspace
from medapp.studies.entrants import take_strategy
from medapp.training.recipe import Recipe, build_recipe
from medapp.training.recipe.groups import AugmentationChoice
from medapp.training.strategies import STRATEGIES


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ("auto", "auto")),
        ({"source": "none", "architecture": "resnet50"}, ("none", "resnet50")),
        ({"source": "bundled"}, ("auto", "resnet18")),
    ],
)
def test_from_scratch_starts_from_random_weights_of_the_same_architecture(
    workspace: Workspace, asked: dict[str, str], expected: tuple[str, str]
) -> None:
    recipe = build_recipe({"data": "x", **asked})
    taken = take_strategy(workspace, recipe, "scratch")
    assert (taken.start.source, taken.start.architecture) == expected
    assert taken.find_source() == "none"
    assert Recipe.model_validate(taken.model_dump()) == taken  # it contradicts itself nowhere


def test_a_strategy_that_transfers_keeps_the_source(trained: Trained) -> None:
    source = f"run:{find_run(trained.workspace, trained.run).id}"
    recipe = build_recipe({"data": "x", "source": source})
    taken = take_strategy(trained.workspace, recipe, "last-stage")
    assert taken.find_source() == source
    assert take_strategy(trained.workspace, recipe, "scratch").find_source() == "none"


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_strategy_leaves_what_it_cannot_take_of_how_images_vary(
    workspace: Workspace, strategy: str
) -> None:
    recipe = build_recipe({"data": "x", "augmentation": "standard", "mixup": 0.2})
    taken = take_strategy(workspace, recipe, strategy)
    assert Recipe.model_validate(taken.model_dump()) == taken  # it contradicts itself nowhere
    keeps = STRATEGIES[strategy].must_keep_features
    assert taken.find_variation().varies != keeps
    assert taken.augmentation == (AugmentationChoice() if keeps else recipe.augmentation)
