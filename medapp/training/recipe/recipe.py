"""A recipe is everything that was asked of a run: complete, immutable, the same in JSON and back.

Nothing that was asked is rewritten: where a setting can be left to another (the source to the
strategy), its default is "auto" or 0, and `find_source` and `find_augmentation` say what that comes
to; settings that contradict each other are refused. The machine's settings stand apart.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import Field, ValidationError, model_validator

from medapp.errors import RecipeError
from medapp.imaging.preprocess import Preprocess
from medapp.settings import Group, explain, setting
from medapp.training.augmentation import AUGMENTATIONS, Augmentation
from medapp.training.objectives.table import OBJECTIVES
from medapp.training.recipe.groups import (
    AUTO,
    AugmentationChoice,
    Budget,
    Data,
    Objective,
    Optimisation,
    Start,
    StrategyChoice,
)
from medapp.training.recipe.machine import Machine
from medapp.training.recipe.names import arrange, list_settings
from medapp.training.strategies import STRATEGIES, Strategy, find_idle

DEFAULT_AUGMENTATION = "light"

G = TypeVar("G", bound=Group)


class Recipe(Group):
    """What a run is asked to do. Only the data set has no default."""

    data: Data = Field(title="Data", description="Which images, and what is said of each.")
    preprocess: Preprocess = Field(
        default=Preprocess(),
        title="Preprocess",
        description="From file to square; travels with the model.",
    )
    start: Start = Field(
        default=Start(), title="Start", description="What the network knows before it learns."
    )
    strategy: StrategyChoice = Field(
        default=StrategyChoice(), title="Strategy", description="What learns."
    )
    objective: Objective = Field(
        default=Objective(), title="Objective", description="What a step makes smaller."
    )
    optimisation: Optimisation = Field(
        default=Optimisation(), title="Optimisation", description="How steps are taken."
    )
    augmentation: AugmentationChoice = Field(
        default=AugmentationChoice(), title="Augmentation", description="How images vary."
    )
    budget: Budget = Field(default=Budget(), title="Budget", description="How long it may learn.")
    seed: int = setting(
        0, "Seed", "Of everything random in the run.", low=0, high=2**31 - 1, is_expert=True
    )

    @model_validator(mode="after")
    def _check_together(self) -> "Recipe":
        strategy = self.find_strategy()
        source = self.start.source
        if not any(choice.role == "train" for choice in self.data.choices):
            raise RecipeError("The recipe lacks data to train on.", remedy="Name a data set.")
        if strategy.is_from_random and source not in ("none", AUTO):
            raise RecipeError(
                f"{strategy.title!r} {strategy.lacks_source}, so the source {source!r} would be"
                " ignored.",
                remedy="Leave the source out, or choose fine-tune.",
                setting="source",
            )
        if strategy.must_keep_features and self.augmentation.name not in ("none", AUTO):
            raise RecipeError(
                f"{strategy.title!r} computes the backbone's features once, so images cannot vary,"
                f" and the augmentation {self.augmentation.name!r} would be ignored.",
                remedy="Leave the augmentation out, or choose last-stage.",
                setting="augmentation",
            )
        self._check_mixup()
        if self.objective.class_weights and self.objective.balanced_sampling:
            raise RecipeError(
                "Balanced sampling and class weights would count rare classes twice.",
                remedy="Choose one of the two.",
                setting="balanced_sampling",
            )
        if self.strategy.norms == "keep" and self.find_source() == "none":
            raise RecipeError(
                "Random weights have no statistics that BatchNorm could keep.",
                remedy="Start from a backbone, or let BatchNorm take each batch's statistics.",
                setting="norms",
            )
        row = OBJECTIVES[self.objective.name]
        if row.changes_images and strategy.learning_stages is not None:
            raise RecipeError(
                f"The objective {row.title!r} changes images by what the whole network makes of"
                f" them, and {strategy.title!r} keeps a part of it frozen.",
                remedy="Choose fine-tune, probe-then-fine-tune or scratch.",
                setting="objective",
            )
        if self.objective.anchor and self.find_source() == "none":
            raise RecipeError(
                "Random weights have no features worth holding to.",
                remedy="Start from a backbone, or leave the anchor out.",
                setting="anchor",
            )
        return self

    def _check_mixup(self) -> None:
        strategy = self.find_strategy()
        if self.augmentation.mixup and strategy.must_keep_features:
            raise RecipeError(
                f"{strategy.title!r} computes the backbone's features once, so images cannot be"
                " mixed.",
                remedy="Leave mixup at 0, or choose last-stage.",
                setting="mixup",
            )
        objective = OBJECTIVES[self.objective.name]
        if self.augmentation.mixup and not objective.mixes:
            raise RecipeError(
                f"{objective.title!r} cannot learn from mixed images.",
                remedy="Leave mixup at 0.",
                setting="mixup",
            )

    def find_variation(self) -> Augmentation:
        """How training images vary: the row of `find_augmentation`, and whether they are mixed."""
        return replace(AUGMENTATIONS[self.find_augmentation()], mixup=self.augmentation.mixup)

    def find_strategy(self) -> Strategy:
        """The row of the strategy."""
        return STRATEGIES[self.strategy.name]

    def find_source(self) -> str:
        """What the network starts from: the source asked for, or what the strategy leaves it to."""
        source: str = self.start.source
        if source != AUTO:
            return source
        return "none" if self.find_strategy().is_from_random else "bundled"

    def find_architecture(self) -> str:
        """The network where the source names none: the strategy's own, or the one asked for."""
        asked: str = self.start.architecture
        return self.find_strategy().architecture or asked

    def find_augmentation(self) -> str:
        """A key of `AUGMENTATIONS`: the one asked for, or what the strategy leaves it to."""
        name: str = self.augmentation.name
        if name != AUTO:
            return name
        return "none" if self.find_strategy().must_keep_features else DEFAULT_AUGMENTATION

    def find_norms(self) -> str:
        """One of `NORMS`: the one asked for, or what the strategy leaves it to.

        A head that was fitted on features under the source's statistics is worth nothing under
        those of a batch.
        """
        name: str = self.strategy.norms
        if name != AUTO:
            return name
        return "keep" if self.find_strategy().starts_from_probe else "learn"

    def find_strategy_choice(self) -> StrategyChoice:
        """What learns, with nothing left open."""
        return self.strategy.model_copy(update={"norms": self.find_norms()})

    def count_passes(self) -> float:
        """What a training image costs in an epoch, in forward passes."""
        own = OBJECTIVES[self.objective.name].count_passes(self.objective)
        if self.objective.anchor and self.find_strategy().learns_backbone:
            own += 1.0  # of the network as it was
        return self.find_strategy().training_passes + own

    def count_epochs(self) -> int:
        """How many epochs the run has at most: one, where the strategy is fitted in one go."""
        epochs: int = self.budget.epochs
        return 1 if self.find_strategy().is_fitted else epochs

    def list_idle(self) -> list[str]:
        """The settings that were asked for and have no effect beside the others, by their name.

        A setting that is as it is by default counts as not asked for. An augmentation that has no
        effect is refused, so none is listed.
        """
        asked = {
            setting.short: (getattr(getattr(self, setting.group), setting.name), setting.field)
            for setting in list_settings(type(self))
            if setting.group and setting.group != "augmentation"
        }
        idle = find_idle({name: value for name, (value, _) in asked.items()})
        return [n for n, (value, field) in asked.items() if n in idle and value != field.default]


def build_settings(values: Mapping[str, Any]) -> tuple[Recipe, Machine]:
    """A recipe and the machine's settings from values by name.

    Args:
        values: settings by their own name (`epochs=3`), by group and name
            (`{"budget": {"epochs": 3}}` or `{"budget.epochs": 3}`); `data` is a data set's name.

    Raises:
        RecipeError: an unknown setting (with the nearest known one), no data set, an invalid
            value, or settings that contradict each other.
    """
    recipe_values, machine_values = arrange(values, Recipe, Machine)
    return build_group(Recipe, recipe_values), build_group(Machine, machine_values)


def build_recipe(values: Mapping[str, Any]) -> Recipe:
    """A recipe from values by name, see `build_settings`; those of the machine are left out."""
    return build_settings(values)[0]


def build_group(kind: type[G], values: Mapping[str, Any]) -> G:
    """A group from nested values; what is wrong is said in words.

    Raises:
        RecipeError: see `build_settings`.
    """
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise explain(error, kind) from error
