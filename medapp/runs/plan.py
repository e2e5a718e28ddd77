"""A run before it starts: whether it can work, and about how much time and memory it takes."""

import contextlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psutil

from medapp.data.catalog import Catalog
from medapp.data.facts import count_ct, load_facts
from medapp.data.importing.updating import note_stale
from medapp.data.notes import describe
from medapp.data.samples import SPLITS, UNLABELLED, DataSet
from medapp.errors import RecipeError, Remedy
from medapp.evaluation.familiarity import MOST_TRAINING
from medapp.imaging.preprocess import Preprocess
from medapp.imaging.windows import note_share
from medapp.models.architectures import Architecture, find_architecture
from medapp.models.sources import find_source
from medapp.notes import Note, sort_notes
from medapp.runs.caveats import note_earlier
from medapp.runs.choosing import choose_samples
from medapp.runs.further import SETTINGS, check_roles, count_further, note_further
from medapp.runs.making import settle_recipe
from medapp.runs.registry import find_registry
from medapp.runs.seen import list_seen
from medapp.runs.split_table import select
from medapp.store.plain import quote_word
from medapp.store.workspace import Workspace
from medapp.task import find_task
from medapp.training.machine.memory import estimate_bytes
from medapp.training.objectives.table import OBJECTIVES
from medapp.training.recipe import DataChoice, Machine, Recipe, build_recipe
from medapp.training.recipe.presets import PRESETS
from medapp.training.shares import count_shown, temper_shares

# Of two laptop cores, a second; the guess until this machine has been measured.
TYPICAL_GIGAFLOPS = 100.0
# The speed of a whole training step as a share of one convolution's; the guess until an earlier run
# tells.
EFFICIENCY = 0.6
# Notes on the data set's own split, which folds do not use.
OF_SPLIT = ("few-groups", "no-test", "no-validation", "patients-torn", "patient-sizes")
PROPOSED = ("balanced", "quick-look")  # the better first
PATIENT_SECONDS = 1200.0  # that a person who did not choose is asked to wait
START_SECONDS = 6.0  # for a process with torch, and the first pixels
# That a head's fit to kept features takes an image; the guess until an earlier run tells.
FIT_SECONDS = 0.005


@dataclass(frozen=True)
class Plan:
    """A run before it starts.

    Attributes:
        counts: images by split.
        seconds: estimated, from start to figures.
        shared_seconds: of these, for what another run on the same images, such as the next fold,
            finds done: features of a backbone that stays.
        is_measured: the estimate comes from an earlier run like this one, not from a rule of thumb.
        memory_bytes: what the run will take at its peak, within a fifth; on a graphics card, most
            of it is that card's memory.
        free_bytes: what is free of this machine's memory now.
        further: images of further data sets that are learned from.
        notes: what to know of the data set, and of what the source had seen of its test split,
            before the run; facts left out.
    """

    counts: dict[str, int]
    seconds: float
    is_measured: bool
    memory_bytes: int
    free_bytes: int
    notes: tuple[Note, ...] = ()
    shared_seconds: float = 0.0
    further: int = 0

    def estimate_folds(self, folds: int) -> float:
        """Seconds of so many runs like this one, a fold each; of one run where there are none."""
        return self.seconds + max(0, folds - 1) * (self.seconds - self.shared_seconds)


@dataclass(frozen=True)
class Advice:
    """A run that is proposed: by which preset, as which recipe, and what it will take."""

    preset: str
    recipe: Recipe
    plan: Plan


def plan_run(workspace: Workspace, recipe: Recipe, machine: Machine | None = None) -> Plan:
    """Check that a recipe can work on its data set, and estimate its time and memory.

    Raises:
        RecipeError: the recipe cannot work; says why and what to change.
        DataError: there is no such data set.
        WeightsError: what the recipe starts from is not on this machine.
    """
    machine = machine or Machine()
    recipe = settle_recipe(workspace, recipe)
    check_roles(recipe)
    catalog = Catalog(workspace)
    choice = recipe.data.train
    data_set = catalog.find_chosen(choice.id, choice.name)
    counts, learned = _count_images(catalog, data_set, recipe)
    _check_classes(data_set, counts["train"], learned)
    _check_sampling(data_set, recipe)
    for other in recipe.data.learned[1:]:
        if other.role == "source":
            source = catalog.find_chosen(other.id, other.name)
            _check_source(catalog, data_set, source, other.only)
    sizes = [counts["train"], *count_further(catalog, data_set, recipe)]
    _check_batches(recipe, machine, counts["train"])
    network = find_network(workspace, recipe)
    rate, head, is_measured = _find_rates(workspace, recipe, machine, network)
    strategy = recipe.find_strategy()
    epochs = recipe.count_epochs()
    looks = epochs * counts["validation"] if strategy.learns_backbone else 0
    temper = OBJECTIVES[recipe.objective.name].temper
    shown = count_shown(recipe.optimisation.batch_size, sizes, temper)
    steps = epochs * shown * recipe.count_passes()
    # A head that is fitted first needs the features of all that it learns and is judged from.
    first = counts["train"] + counts["validation"] if strategy.starts_from_probe else 0
    # What the model learns of its own answers in the end, see `runs.finishing`.
    finishing = min(MOST_TRAINING, counts["train"]) + counts["validation"]
    passes = sum(counts.values()) + looks + steps + first + finishing
    keeps_features = not (strategy.learns_backbone or strategy.training_passes)
    learned_from = epochs * (counts["train"] + counts["validation"])
    learning = head * learned_from if keeps_features else 0.0
    shared = sum(counts.values()) / rate if keeps_features else 0.0
    # Until the worker has probed the machine the precision is not known; float32 takes more.
    precision = "bfloat16" if machine.precision == "bfloat16" else "float32"
    further = sum(temper_shares(recipe.optimisation.batch_size, sizes, temper))
    memory = machine.devices * estimate_bytes(recipe, machine, network, precision, further=further)
    free = psutil.virtual_memory().available
    notes = _find_notes(workspace, recipe, catalog, data_set)
    seconds = START_SECONDS + passes / rate + learning
    others = sum(sizes[1:])
    return Plan(counts, seconds, is_measured, memory, free, notes, shared, others)


def _find_notes(
    workspace: Workspace, recipe: Recipe, catalog: Catalog, data_set: DataSet
) -> tuple[Note, ...]:
    notes = [*describe(data_set, catalog), *note_stale(catalog, data_set)]
    if recipe.data.folds:
        notes = [note for note in notes if note.code not in OF_SPLIT]
    if windows := recipe.preprocess.windows:
        images = load_facts(catalog, data_set).images
        notes += note_share(windows, count_ct(catalog, data_set), images)
    source = recipe.find_source()
    if source.startswith("run:"):
        chosen = choose_samples(recipe, data_set, catalog.load_samples(data_set))
        tests = [sample for sample in chosen if sample.split == "test"]
        notes += note_earlier(tests, data_set, list_seen(workspace, source))
    notes += note_further(catalog, recipe)
    return sort_notes(note for note in notes if note.level != "info")


def plan_preset(
    workspace: Workspace, data_set: DataSet, preprocess: Preprocess | None = None
) -> Advice:
    """The run to propose to a person who does not choose: the best preset that ends soon here.

    Fine-tuning everything was better than a linear probe wherever it was measured
    (docs/results.md); where it would take longer than `PATIENT_SECONDS`, the probe is proposed.

    Args:
        preprocess: from file to square, where the defaults are not wanted.

    Raises:
        RecipeError: the data set cannot be trained on; says why and what to change.
    """
    choice = DataChoice(id=data_set.uid, name=data_set.name)
    for preset in PROPOSED:
        values = {**PRESETS[preset].values, "data": {"choices": (choice,)}}
        recipe = build_recipe({**values, "preprocess": preprocess or Preprocess()})
        plan = plan_run(workspace, recipe)
        if plan.seconds <= PATIENT_SECONDS:
            break
    return Advice(preset, recipe, plan)


def _count_images(
    catalog: Catalog, data_set: DataSet, recipe: Recipe
) -> tuple[dict[str, int], Mapping[str, int]]:
    """Images by split, and those of training by class, of those that the run takes."""
    takes_part = recipe.data.train.only or recipe.data.folds or recipe.data.share < 1
    if not takes_part:
        return catalog.count_splits(data_set), catalog.count_classes(data_set)["train"]
    task = find_task(data_set.task)
    chosen = choose_samples(recipe, data_set, catalog.load_samples(data_set))
    splits = Counter(sample.split for sample in chosen)
    taught = [task.list_labels(sample.label) for sample in chosen if sample.split == "train"]
    learned = Counter(name for names in taught for name in names)
    return {split: splits[split] for split in SPLITS}, learned


def _check_source(
    catalog: Catalog, home: DataSet, data_set: DataSet, only: Mapping[str, Sequence[str]]
) -> None:
    """Raise RecipeError where a further labelled data set can teach nothing, or not this way."""
    for task in (find_task(home.task), find_task(data_set.task)):
        if task.name != "single-label":
            raise RecipeError(
                f"{data_set.name} can be learned beside {home.name} only where both have one label"
                f" an image, and one of them asks for {task.title.lower()}.",
                remedy="Train on one after the other: start the second run from the first.",
                setting="sources",
            )
    samples = select(catalog.load_samples(data_set), only)
    learned = Counter(sample.label for sample in samples if sample.split == "train")
    if not learned and UNLABELLED not in data_set.classes:
        raise RecipeError(
            f"{data_set.name} has no training images, so nothing can be learned from it.",
            remedy="Leave it out, or draw its split anew.",
            setting=SETTINGS["source"],
        )
    _check_classes(data_set, sum(learned.values()), learned, SETTINGS["source"])


def _check_classes(
    data_set: DataSet, train: int, learned: Mapping[str, int], setting: str = "data"
) -> None:
    """Raise RecipeError where nothing can be learned from the classes of a data set.

    Args:
        setting: by which it is asked for.
    """
    task = find_task(data_set.task)
    if UNLABELLED in data_set.classes:
        raise RecipeError(
            f"{data_set.name} has images without labels, of which nothing can be learned.",
            remedy=Remedy(
                "Label them or leave them out: select them among the data set's images.",
                "Label them or leave them out: medapp data edit"
                f" {quote_word(data_set.name)} IMAGE …",
            ),
            setting=setting,
        )
    if not train:
        raise RecipeError(
            f"{data_set.name} has no training images: it is a data set to evaluate on.",
            remedy=Remedy(
                "Train on another one, then judge that model here, under Another data set on the"
                " model's page.",
                "Train on another one, then judge that model here:"
                f" medapp evaluate RUN --data {quote_word(data_set.name)}",
            ),
            setting=setting,
        )
    if len(data_set.classes) < task.min_classes:
        raise RecipeError(
            f"{data_set.name} has {f'one {task.noun}, ' if data_set.classes else f'no {task.noun}'}"
            f"{', '.join(data_set.classes)}; there is nothing to tell apart.",
            remedy=f"Add images of {'a second' if data_set.classes else 'a'} {task.noun}.",
            setting=setting,
        )
    empty = [name for name in data_set.classes if not learned.get(name)]
    if empty:
        raise RecipeError(
            f"The training split of {data_set.name} has no image of {empty[0]}.",
            remedy=f"Add images of that {task.noun}, or derive a data set without it.",
            setting=setting,
        )


def _check_sampling(data_set: DataSet, recipe: Recipe) -> None:
    if recipe.objective.balanced_sampling and find_task(data_set.task).has_several:
        raise RecipeError(
            f"An image of {data_set.name} may show several findings, so none can be seen as often"
            " as every other.",
            remedy="Leave balanced sampling out; class weights weigh each finding by itself.",
            setting="balanced_sampling",
        )


def _check_batches(recipe: Recipe, machine: Machine, train: int) -> None:
    batch_size = recipe.optimisation.batch_size
    takes_statistics = recipe.find_strategy().learns_backbone and recipe.find_norms() != "keep"
    if takes_statistics and min(batch_size, train) < 2:
        raise RecipeError(
            "A batch of one image cannot train BatchNorm.",
            remedy="Set the batch to 2 or more, choose the linear probe, or keep the source's"
            " statistics (norms).",
            setting="batch_size",
        )
    batches = -(-train // batch_size)
    images_in_smallest = train // batches
    if images_in_smallest < machine.devices:
        raise RecipeError(
            f"{machine.devices} devices cannot share a batch of {batch_size}.",
            remedy="Set the batch higher or devices lower.",
            setting="devices",
        )


def find_network(workspace: Workspace, recipe: Recipe) -> Architecture:
    """The architecture that a recipe asks for, with its costs.

    Raises:
        WeightsError: what the recipe starts from is not on this machine, or there is no such
            architecture.
    """
    name, _ = find_source(recipe.find_source(), recipe.find_architecture(), workspace)
    return find_architecture(name)


def _find_rates(
    workspace: Workspace, recipe: Recipe, machine: Machine, network: Architecture
) -> tuple[float, float, bool]:
    """Forward passes a second, what a head's learning takes an image and epoch in seconds, and
    whether an earlier run like this one measured the passes.
    """
    size = recipe.preprocess.image_size
    registry = find_registry(workspace)
    name = recipe.strategy.name
    guess = FIT_SECONDS if recipe.find_strategy().is_fitted else 0.0
    rate, head = registry.find_speed(recipe.find_source(), name, size, machine.devices)
    if rate is not None:
        return rate, head or guess, True
    gigaflops = TYPICAL_GIGAFLOPS
    damage = (OSError, ValueError, IndexError, TypeError, AttributeError)
    # A file that is missing or damaged leaves the guess.
    with contextlib.suppress(*damage):
        known = json.loads((workspace.root / "machine.json").read_text(encoding="utf-8"))
        gigaflops = max(list(known.values())[-1].values())
    return EFFICIENCY * gigaflops / (network.gigaflops * (size / 224) ** 2), head or guess, False
