"""Which samples a run takes, each in the split that it has for this run."""

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from medapp.data.samples import DataSet, Sample
from medapp.data.splits.dealing import Group
from medapp.data.splits.split import find_groups
from medapp.errors import RecipeError
from medapp.runs.split_table import select
from medapp.task import find_task
from medapp.training.folds import draw_folds
from medapp.training.recipe import Recipe


def choose_samples(recipe: Recipe, data_set: DataSet, samples: Sequence[Sample]) -> list[Sample]:
    """The samples of a data set that a run takes, in the data set's split or in that of its fold.

    Where the run learns from a share of the training patients, the others are left out.

    Args:
        samples: of the data set, all of them.

    Raises:
        RecipeError: there are fewer folds than two, or the fold is none of them.
    """
    chosen = select(samples, recipe.data.train.only)
    if recipe.data.folds:
        _check(recipe)
        chosen = deal_folds(chosen, data_set, recipe.data.folds, recipe.data.fold, recipe.seed)
    return take_share(chosen, recipe.data.share, recipe.seed)


def take_share(samples: Sequence[Sample], share: float, seed: int) -> list[Sample]:
    """The samples without some of those that train: whole patients, evenly over the labels.

    A larger share holds all that a smaller one with the same seed does. Of each label at least one
    patient is left.

    Args:
        share: of the training patients and lone images, above 0 and at most 1.
    """
    if share >= 1:
        return list(samples)
    groups = find_groups(
        [row for row, sample in enumerate(samples) if sample.split == "train"],
        [(sample.label,) for sample in samples],
        [sample.copy_group for sample in samples],
        [sample.patient for sample in samples],
    )
    # A patient counts to the label that the fewest patients have.
    holders = Counter(label for group in groups for label in group.classes)
    queues: dict[str, list[tuple[str, Group]]] = {}
    for group in groups:
        name = min(samples[row].content_hash for row in group.rows)
        turn = hashlib.sha256(f"share {seed} {name}".encode()).hexdigest()
        rarest = min(group.classes, key=lambda label: (holders[label], label))
        queues.setdefault(rarest, []).append((turn, group))
    left_out: set[int] = set()
    for queue in queues.values():
        queue.sort(key=lambda item: item[0])
        kept = max(1, math.floor(share * len(queue) + 0.5))
        left_out.update(row for _, group in queue[kept:] for row in group.rows)
    return [sample for row, sample in enumerate(samples) if row not in left_out]


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
