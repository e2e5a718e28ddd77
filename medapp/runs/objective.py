"""What a run makes smaller, built from its recipe and the data sets it learns from."""

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from medapp.evaluation.robustness.record import LEVELS
from medapp.runs.learned import Learned
from medapp.task import find_task
from medapp.training.examples import Examples
from medapp.training.learner import Learner
from medapp.training.objectives.objective import Attack, Domain, Objective, Setting
from medapp.training.objectives.table import OBJECTIVES
from medapp.training.recipe import Recipe


def build_objective(
    recipe: Recipe,
    name: str,
    learner: Learner,
    learned: Sequence[Learned],
    train: Sequence[Examples],
) -> Objective:
    """The objective of a name, with what the recipe says of it.

    Args:
        name: a key of `OBJECTIVES`.
        learned, train: the data sets, the run's own first, and the images of each to learn from.
    """
    settings = recipe.objective
    network = learner.network
    domains = tuple(
        Domain(
            one.data_set.name,
            one.data_set.classes,
            len(examples),
            weigh_classes(recipe, one.data_set.classes, examples, learner),
        )
        for one, examples in zip(learned, train, strict=True)
    )
    built: Objective = OBJECTIVES[name].build(
        Setting(
            network.task,
            domains[0].class_weights,
            settings.label_smoothing,
            domains,
            network.head.in_features,
            _build_attack(recipe, learner, train[0]),
            settings.find_weight(),
            recipe.seed,
        )
    )
    return built


def _build_attack(recipe: Recipe, learner: Learner, train: Examples) -> Attack | None:
    """What changes images against the network; None where a part of it computes features once."""
    if learner.prefix is not None:
        return None
    settings = recipe.objective
    strength = settings.attack_strength / LEVELS
    channels = train.inputs.take(np.arange(1)).shape[-1]
    autocast = learner.fabric.autocast
    return Attack(learner.network, strength, settings.attack_steps, channels, autocast)


def weigh_classes(
    recipe: Recipe, classes: Sequence[str], examples: Examples, learner: Learner
) -> Tensor | None:
    """The weights of a data set's classes, where they are asked for and it has labels."""
    if not recipe.objective.class_weights or not len(examples.targets):
        return None
    weights = find_task(recipe.data.task).weigh_classes(examples.targets, len(classes))
    return weights.to(learner.fabric.device)
