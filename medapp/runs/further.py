"""Further data sets that a run learns from, before it starts: whether it can, and how many images.

Labels of a target are not looked at here either: what is refused, is refused by its images.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from medapp.data.catalog import Catalog
from medapp.data.facts import count_ct
from medapp.data.importing.updating import note_stale
from medapp.data.notes import count, describe
from medapp.data.samples import DataSet, Sample
from medapp.errors import ImageError, RecipeError
from medapp.imaging.image import is_colour, load_image
from medapp.imaging.windows import note_share
from medapp.notes import Note
from medapp.runs.learned import take_samples
from medapp.runs.split_table import MOST
from medapp.task import TASKS
from medapp.training.objectives.table import OBJECTIVES, Row, list_adaptations
from medapp.training.recipe import Recipe

FEWEST = 20  # images of a target; the covariance of fewer is chance
SETTINGS = {"source": "sources", "target": "target"}  # by which a data set is asked for, by role
# What is said once, of the data set that is trained on.
OF_PATIENTS = ("patients-unknown", "patients-partly-unknown")
LOOKED_AT = 8  # images, to tell colour from grey that is stored as colour
LEAST_SPREAD = 0.02  # between channels on average, of the brightest value


def check_roles(recipe: Recipe) -> None:
    """Check that the objective learns from the data sets that a recipe names, in their roles.

    Raises:
        RecipeError: it does not; says why and what to change.
    """
    row = OBJECTIVES[recipe.objective.name]
    further = [choice for choice in recipe.data.choices if choice.role != "train"]
    if len(further) + 1 != len(recipe.data.choices):
        raise RecipeError(
            "A run has one data set to train on.",
            remedy="Name one, and the others as sources or target.",
            setting="data",
        )
    for choice in further:
        if choice.role != row.takes:
            raise RecipeError(
                f"{row.title!r} does not learn from {choice.name} as {choice.role}.",
                remedy=_suggest(choice.role),
                setting="objective",
            )
    if row.takes and not further:
        raise RecipeError(
            f"{row.title!r} lacks a {row.takes}: a further data set to learn from.",
            remedy=f"Name one as {row.takes}, or leave {row.title} out.",
            setting="objective",
        )
    if row.takes == "target" and len(further) > 1:
        raise RecipeError(
            f"A run is adapted to one target, and not to {len(further)}.",
            remedy="Name one, or join them to one data set.",
            setting="data",
        )
    if further:
        _check_learning(recipe, row)
    if len(further) >= MOST:
        raise RecipeError(f"A run learns from {MOST} data sets at most.", remedy="Name fewer.")


def _suggest(role: str) -> str:
    if role != "target":
        return "Choose an objective that does, or leave that data set out."
    return f"Choose a method of adaptation: {', '.join(list_adaptations())}."


def _check_learning(recipe: Recipe, row: Row) -> None:
    strategy = recipe.find_strategy()
    if not strategy.learns_backbone:
        raise RecipeError(
            f"In {strategy.title!r} the backbone does not learn, and it is the backbone that learns"
            " from several data sets.",
            remedy="Choose fine-tune or last-stage.",
            setting="strategy",
        )
    if row.tasks and recipe.data.task not in row.tasks:
        able = ", ".join(
            name
            for name, other in list_adaptations().items()
            if not other.tasks or recipe.data.task in other.tasks
        )
        wanted = " or ".join(TASKS[name].title.lower() for name in row.tasks)
        raise RecipeError(
            f"{row.title!r} is for {wanted} an image, and {recipe.data.train.name} has the task"
            f" {TASKS[recipe.data.task].title.lower()!r}.",
            remedy=f"Choose another method, such as {able}.",
            setting="objective",
        )


def count_further(catalog: Catalog, home: DataSet, recipe: Recipe) -> list[int]:
    """How many images the run learns from of each further data set.

    Args:
        home: the data set that the run trains on.

    Raises:
        RecipeError: a data set cannot be learned from beside that one.
    """
    counts: list[int] = []
    names = {home.uid}
    for choice in recipe.data.learned[1:]:
        data_set = catalog.find_chosen(choice.id, choice.name)
        if data_set.uid in names:
            raise RecipeError(
                f"{data_set.name} is named twice.",
                remedy=f"Name another data set as {choice.role}, or leave it out.",
                setting=SETTINGS[choice.role],
            )
        names.add(data_set.uid)
        taken = take_samples(recipe, choice, data_set, catalog.load_samples(data_set))
        used = [sample for sample in taken if sample.split == "train"]
        _check_count(data_set, choice.role, len(used))
        _check_colours(home, catalog.load_samples(home), data_set, used, SETTINGS[choice.role])
        counts.append(len(used))
    return counts


def _check_count(data_set: DataSet, role: str, images: int) -> None:
    fewest = FEWEST if role == "target" else 1
    if images < fewest:
        has = count(images, "image", "images") if images else "no images"
        raise RecipeError(
            f"{data_set.name} has {has} to learn from, and as a {role} at least {fewest} are"
            " needed.",
            remedy="Add images"
            + ("; they need no labels." if role == "target" else " to its training split."),
            setting=SETTINGS[role],
        )


def note_further(catalog: Catalog, recipe: Recipe) -> Iterator[Note]:
    """What to know of further labelled data sets before a run; facts are left out.

    What concerns a data set that is trained on, concerns one that is learned from besides: its head
    is judged on its own test split.
    """
    for choice in recipe.data.learned[1:]:
        if choice.role != "source":
            continue
        data_set = catalog.find_chosen(choice.id, choice.name)
        images = catalog.count_splits(data_set)["train"]
        if images < FEWEST:
            learns = count(images, "image", "images")
            text = (
                f"{data_set.name} has {learns} to learn from: they are seen again and again, help"
                " the others little, and what its head says of new images is mostly chance."
            )
            yield Note("scarce-source", text, remedy="Add images, or leave it out.")
        notes = [*describe(data_set, catalog), *note_stale(catalog, data_set)]
        if recipe.preprocess.windows:
            of_ct = count_ct(catalog, data_set)
            notes += note_share(recipe.preprocess.windows, of_ct, catalog.count_samples(data_set))
        for note in notes:
            if note.level != "info" and note.code not in OF_PATIENTS:
                yield replace(note, text=f"{data_set.name}: {note.text}")


def _check_colours(
    home: DataSet,
    own: Sequence[Sample],
    data_set: DataSet,
    others: Sequence[Sample],
    setting: str,
) -> None:
    """Refuse data sets of which one is all in colour and the other all grey."""
    sides = ((home, own), (data_set, others))
    stored = [{is_colour(sample.mode) for sample in samples} for _, samples in sides]
    if not (stored[0] and stored[1]) or stored[0] & stored[1]:
        return
    (coloured, images), (grey, _) = sides if True in stored[0] else sides[::-1]
    # Grey images are often stored as RGB.
    if all(_shows_colour(sample) for sample in images[:: -(-len(images) // LOOKED_AT)]):
        raise RecipeError(
            f"The images of {coloured.name} are in colour and those of {grey.name} are grey: there"
            " are no channels that both have.",
            remedy="Choose data sets of one kind of images.",
            setting=setting,
        )


def _shows_colour(sample: Sample) -> bool:
    """Whether the channels of an image differ; an image that cannot be read does not count."""
    try:
        pixels = load_image(sample.path) if sample.frame is None else None
    except (ImageError, OSError):
        return False
    if pixels is None or pixels.ndim != 3:
        return False
    values = pixels.astype(np.float64)
    spread = float((values.max(2) - values.min(2)).mean())
    return spread > LEAST_SPREAD * max(float(values.max()), 1.0)
