"""The data sets that a run learns from, each with the images that its first sitting took.

Later changes of a data set are not the run's: what was taken stands in a table a data set, see
`split_table`.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from medapp.data.catalog import Catalog
from medapp.data.samples import DataSet, Sample
from medapp.data.splits.halving import divide_validation
from medapp.runs.choosing import choose_samples
from medapp.runs.run import Run
from medapp.runs.split_table import load_classes, match_split, name_table, save_split, select
from medapp.task import find_task
from medapp.training.recipe import DataChoice, Recipe


@dataclass(frozen=True)
class Learned:
    """One data set as a run learns from it.

    Attributes:
        data_set: with the classes that the run learns; without any where labels are not read.
        role: of `recipe.groups.ROLES`.
        samples: with the split that each has in this run; without labels in the role "target".
    """

    data_set: DataSet
    role: str
    samples: list[Sample]

    def list_split(self, split: str) -> list[Sample]:
        """The samples of one split, in their order."""
        return self._by_split.get(split, [])

    @functools.cached_property
    def choosing(self) -> list[Sample]:
        """The validation images that choose the epoch, see `divide_validation`."""
        return self._divided[0]

    @functools.cached_property
    def calibrating(self) -> list[Sample]:
        """The validation images that nothing is chosen on; none where there are too few."""
        return self._divided[1]

    @functools.cached_property
    def _divided(self) -> tuple[list[Sample], list[Sample]]:
        return divide_validation(self.list_split("validation"), find_task(self.data_set.task))

    @functools.cached_property
    def _by_split(self) -> dict[str, list[Sample]]:
        found: dict[str, list[Sample]] = {}
        for sample in self.samples:
            found.setdefault(sample.split, []).append(sample)
        return found


def take_samples(
    recipe: Recipe, choice: DataChoice, data_set: DataSet, samples: Sequence[Sample]
) -> list[Sample]:
    """The samples of one of a recipe's data sets that a run takes, each with its split there.

    Of a target all images are learned from but those of its test split, which are left to judge on;
    of one that is all test split, every image. Their labels are taken off here, so that nothing
    behind can read them.

    Args:
        samples: of the data set, all of them.

    Raises:
        RecipeError: see `choose_samples`.
    """
    if choice.role == "train":
        return choose_samples(recipe, data_set, samples)
    chosen = select(samples, choice.only)
    if choice.role != "target":
        return chosen
    seen = [sample for sample in chosen if sample.split != "test"] or chosen
    return [replace(sample, split="train", label="", boxes=()) for sample in seen]


def save_samples(run: Run, catalog: Catalog) -> None:
    """Write down which images the run takes, a table a data set; the first one's comes last."""
    recipe = run.recipe
    tables = list(enumerate(recipe.data.learned))
    # The run counts as begun once the table of its first data set is there.
    for domain, choice in reversed(tables):
        data_set = catalog.find_chosen(choice.id, choice.name)
        chosen = take_samples(recipe, choice, data_set, catalog.load_samples(data_set))
        classes = () if choice.role == "target" else data_set.classes
        save_split(run.folder / name_table(domain), chosen, classes)


def load_samples(run: Run, catalog: Catalog) -> list[Learned]:
    """What `save_samples` wrote, with the images as they are now; an edit since changes no label.

    Raises:
        RunError: a table is damaged, or an image it names has left its data set or changed.
        DataError: a data set is gone.
    """
    loaded = []
    for domain, choice in enumerate(run.recipe.data.learned):
        path = run.folder / name_table(domain)
        data_set = catalog.find_chosen(choice.id, choice.name)
        present = catalog.load_samples(data_set, with_left_out=True)
        samples = match_split(path, present, run.name)
        is_target = choice.role == "target"
        classes = () if is_target else load_classes(path, data_set)
        if is_target:
            samples = [replace(sample, boxes=()) for sample in samples]
        loaded.append(Learned(replace(data_set, classes=classes), choice.role, samples))
    return loaded
