"""The table of objectives: what a step makes smaller. No torch here; a row says what builds it.

To add an objective, write a class like `supervised.Supervised` and a row of `OBJECTIVES`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from medapp.errors import RecipeError


@dataclass(frozen=True)
class Row:
    """One objective.

    Attributes:
        build: takes a `Setting` of `objective` and gives an `Objective`.
        takes: the role of the further data sets that it learns from, "source" or "target"; empty
            where it learns from one data set alone.
        changes_images: the whole network has to learn, as its gradient leads back to the images.
        count_passes: from the recipe's group to what its own part costs a training image, in
            forward passes beside those of the step.
        temper: how much more often a step sees a further data set the larger it is, see
            `shares.temper_shares`.
        weight: what the term that it adds to the task's loss counts, where the recipe does not say.
        tasks: keys of `medapp.task.TASKS` that it can; empty for all.
        mixes: it knows what to do with images that are mixed, see `feed.Mix`.
        has_heads: what learns beside the network are the heads of the further data sets, so that
            each of them has a model too.
    """

    title: str
    help: str
    build: Callable[[Any], Any]
    takes: str = ""
    changes_images: bool = False
    temper: float = 0.0
    mixes: bool = False
    count_passes: Callable[[Any], float] = lambda _: 0.0
    weight: float = 0.0
    tasks: tuple[str, ...] = ()
    has_heads: bool = False


def _build_supervised(setting: Any) -> Any:
    from medapp.training.objectives.supervised import Supervised

    return Supervised(setting.task, setting.class_weights, setting.label_smoothing)


def _build_adversarial(setting: Any) -> Any:
    from medapp.training.objectives.adversarial import Adversarial

    built = Adversarial(setting.task, setting.class_weights, setting.label_smoothing)
    return built.attack(setting.attack)


def _build_coral(setting: Any) -> Any:
    from medapp.training.objectives.coral import DeepCoral

    return DeepCoral(setting)


def _build_dan(setting: Any) -> Any:
    from medapp.training.objectives.mmd import Dan

    return Dan(setting)


def _build_dann(setting: Any) -> Any:
    from medapp.training.objectives.dann import Dann

    return Dann(setting)


def _build_mcc(setting: Any) -> Any:
    from medapp.training.objectives.mcc import Mcc

    return Mcc(setting)


def _build_several_tasks(setting: Any) -> Any:
    from medapp.training.objectives.several_tasks import SeveralTasks, Taught

    tasks = [Taught(d.name, setting.task, d.classes, d.class_weights) for d in setting.domains]
    return SeveralTasks(tasks, setting.features, setting.label_smoothing, setting.seed)


DEFAULT = "supervised"
OBJECTIVES: dict[str, Row] = {
    "supervised": Row(
        "Supervised", "The task's own loss on labelled images.", _build_supervised, mixes=True
    ),
    "adversarial": Row(
        "Adversarial",
        "The task's loss on images that are changed a little for the worse before each step (Madry"
        " et al. 2018): more robust to small worst-case changes, usually worse on plain images."
        " That it helps transfer in medicine is unproven.",
        _build_adversarial,
        changes_images=True,
        # Forward, and back to the images.
        count_passes=lambda group: 2.0 * group.attack_steps,
    ),
    "deep-coral": Row(
        "Deep CORAL",
        "Features of both hospitals get the same covariance (Sun & Saenko 2016).",
        _build_coral,
        takes="target",
        weight=1.0,
    ),
    "dan": Row(
        "DAN",
        "Features of both hospitals get the same distribution, by MMD (Long et al. 2015).",
        _build_dan,
        takes="target",
        weight=1.0,
    ),
    "dann": Row(
        "DANN",
        "A classifier learns to tell the hospitals apart by the features, and the network learns to"
        " mislead it (Ganin et al. 2016).",
        _build_dann,
        takes="target",
        weight=1.0,
    ),
    "mcc": Row(
        "MCC",
        "Predictions on the other hospital's images do not waver between classes (Jin et al."
        " 2020).",
        _build_mcc,
        takes="target",
        weight=1.0,
        tasks=("single-label",),
    ),
    "several-tasks": Row(
        "Several tasks",
        "One backbone learns from several labelled data sets, each with a head and classes of its"
        " own; small sets are seen more often than their size says.",
        _build_several_tasks,
        takes="source",
        temper=0.5,
        has_heads=True,
    ),
}


def list_adaptations() -> dict[str, Row]:
    """The objectives that learn from another hospital's images without their labels."""
    return {name: row for name, row in OBJECTIVES.items() if row.takes == "target"}


def find_adaptation(name: str) -> str:
    """The key of a method of adaptation.

    Raises:
        RecipeError: there is none of that name; names those there are.
    """
    known = list_adaptations()
    if name not in known:
        raise RecipeError(
            f"There is no method of adaptation {name!r}.",
            remedy=f"There are {', '.join(known)}.",
            setting="adaptation",
        )
    return name
