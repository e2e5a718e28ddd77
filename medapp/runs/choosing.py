"""Which samples a run takes, each in the split that it has for this run."""

from collections.abc import Sequence
from dataclasses import replace

from medapp.data.samples import DataSet, Sample
from medapp.data.splits.split import find_groups
from medapp.errors import RecipeError
from medapp.runs.split_table import select
from medapp.task import find_task
from medapp.training.folds import draw_folds
from medapp.training.recipe import Recipe


def choose_samples(recipe: Recipe, data_set: DataSet, samples: Sequence[Sample]) -> list[Sample]:
    """The samples of a data set that a run takes, in the data set's split or in that of its fold.

    Args:
        samples: of the data set, all of them.

    Raises:
        RecipeError: there are fewer folds than two, or the fold is none of them.
    """
    chosen = select(samples, recipe.data.train.only)
    if not recipe.data.folds:
        return chosen
    _check(recipe)
    return deal_folds(chosen, data_set, recipe.data.folds, recipe.data.fold, recipe.seed)


def deal_folds(
    samples: Sequence[Sample], data_set: DataSet, folds: int, fold: int, seed: int
) -> list[Sample]:
    """The samples with `fold` (1 … folds) as their test split and the next fold for validation.

    Images of a patient, and copies of an image, are in one fold; classes are spread evenly. All
    runs with the same seed share the folds, so that each image is judged once.

    Raises:
        RecipeError: fewer patients, or images where patients are unknown, than folds.
    """
    groups = find_groups(
        range(len(samples)),
        [(sample.label,) for sample in samples],
        [sample.copy_group for sample in samples],
        [sample.patient for sample in samples],
    )
    if len(groups) < folds:
        raise RecipeError(
            f"{data_set.name} has {len(groups)} patients, and no {folds} folds of them.",
            remedy=f"Take at most {len(groups)} folds.",
            setting="folds",
        )
    # The name of a group must not depend on the order of the samples.
    names = [""] * len(samples)
    for group in groups:
        name = min(samples[row].content_hash for row in group.rows)
        for row in group.rows:
            names[row] = name
    targets = find_task(data_set.task).encode([s.label for s in samples], data_set.classes)
    dealt = draw_folds(names, targets, folds, seed)
    places = {fold - 1: "test", fold % folds: "validation"}
    return [
        replace(sample, split=places.get(int(number), "train"))
        for sample, number in zip(samples, dealt, strict=True)
    ]


def _check(recipe: Recipe) -> None:
    folds = recipe.data.folds
    if folds < 3:
        raise RecipeError(
            f"{folds} folds leave none to learn from: one judges, one chooses the epoch.",
            remedy="Take 3 folds or more; 5 are usual.",
            setting="folds",
        )
    if recipe.data.fold > folds:
        raise RecipeError(
            f"There is no fold {recipe.data.fold} of {folds}.",
            remedy=f"Take 1 to {folds}.",
            setting="fold",
        )
