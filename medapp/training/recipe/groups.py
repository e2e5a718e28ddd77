"""The groups of a recipe. What they do not know: torch, images."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from medapp.models import architectures
from medapp.models.normalisation import NORMALISATIONS
from medapp.settings import Group, choice_of, setting
from medapp.task import TASKS
from medapp.training.augmentation import AUGMENTATIONS
from medapp.training.objectives.table import OBJECTIVES
from medapp.training.optimisers import OPTIMISERS
from medapp.training.strategies import STRATEGIES

AUTO = architectures.AUTO
ATTRIBUTES = ("label", "patient", "site")  # of a sample, by which a run may choose
ROLES = ("train", "source", "target", "external")
NORMS = ("learn", "measure", "keep")
SCHEDULES = ("cosine", "constant")
OFF = {"0": "off"}

AttributeName: Any = choice_of(lambda: ATTRIBUTES)
Role: Any = choice_of(lambda: ROLES)
TaskName: Any = choice_of(lambda: TASKS)
StrategyName: Any = choice_of(lambda: STRATEGIES)
ObjectiveName: Any = choice_of(lambda: OBJECTIVES)
AugmentationName: Any = choice_of(lambda: (AUTO, *AUGMENTATIONS))
NormalisationName: Any = choice_of(lambda: (AUTO, *NORMALISATIONS))
OptimiserName: Any = choice_of(lambda: OPTIMISERS)
NormsName: Any = choice_of(lambda: (AUTO, *NORMS))
ScheduleName: Any = choice_of(lambda: SCHEDULES)


class DataChoice(Group):
    """A data set and what a run does with it.

    `id` stays when the data set is renamed; it is empty in recipes from before there were ids, and
    then the name finds the data set. `only` keeps the samples whose attribute (label, patient or
    site) has one of the values given.
    """

    primary: ClassVar[str] = "name"
    id: str = setting("", "Id", "What the data set is found by.")
    name: str = setting("", "Name", "What the data set was called when the run was asked for.")
    role: Role = setting("train", "Role", "What the run does with the data set.")
    only: dict[AttributeName, Annotated[tuple[str, ...], Field(strict=False)]] = Field(
        default_factory=dict,
        title="Only",
        description="Attribute and the values that are wanted.",
    )


class Data(Group):
    """Which images are learned from, and what is to be said of each."""

    primary: ClassVar[str] = "choices"
    choices: tuple[DataChoice, ...] = Field(
        default=(), title="Data sets", description="Each with its role.", strict=False
    )
    task: TaskName = setting(
        "single-label", "Task", "What is predicted of an image; the data set says.", is_expert=True
    )
    folds: int = setting(
        0,
        "Folds",
        "Off: the data set's split. Else all images are dealt into so many folds, patients and"
        " copies whole; each fold is judged by a run that learned from the others.",
        low=0,
        high=20,
        words=OFF,
    )
    fold: int = setting(
        1, "Fold", "Which of the folds the run is judged on.", low=1, high=20, is_expert=True
    )
    share: float = setting(
        1.0,
        "Share learned from",
        "Of the training patients (images, where patients are not known); the others stand aside."
        " How much is lost says what more images are worth.",
        low=0.01,
        high=1.0,
        is_expert=True,
        words={"1": "all"},
    )

    @property
    def train(self) -> DataChoice:
        """The data set that the network learns from."""
        return next(choice for choice in self.choices if choice.role == "train")

    @property
    def learned(self) -> tuple[DataChoice, ...]:
        """All data sets that the network learns from, the train one first, the labelled ones next.

        The place of each is the number of its domain.
        """
        roles = ("train", "source", "target")
        return tuple(c for role in roles for c in self.choices if c.role == role)


class Start(Group):
    """What the network knows before it learns."""

    primary: ClassVar[str] = "source"
    source: str = setting(
        AUTO,
        "Start from",
        "auto, bundled, a backbone's name, a weights file, run:NAME for an earlier run, or none"
        " for random weights.",
    )
    architecture: str = setting(
        AUTO,
        "Architecture",
        "The network where the source does not name one. auto: of a weights file the one that it"
        " fits, of random weights resnet18.",
        is_expert=True,
        words={AUTO: "the one that the source fits, else resnet18"},
    )
    normalisation: NormalisationName = setting(
        AUTO,
        "Normalisation",
        "How images are normalised for the network. auto: as what it starts from says. A weights"
        " file of others may not say it; RadImageNet's takes minus-one-to-one.",
        is_expert=True,
        words={AUTO: "as the source says"},
    )


class StrategyChoice(Group):
    """What learns and what stays as it was."""

    primary: ClassVar[str] = "name"
    name: StrategyName = setting("fine-tune", "Strategy", "What learns and what stays as it was.")
    unfreezing: float = setting(
        0.0,
        "Gradual unfreezing",
        "Share of the steps in which the backbone's stages join one after the other, the last one"
        " first; the head learns from the start. 0 is off.",
        low=0.0,
        high=0.9,
        is_expert=True,
        words=OFF,
    )
    norms: NormsName = setting(
        AUTO,
        "BatchNorm statistics",
        "Those of each batch while learning, and their moving average when judged; the"
        " same, but measured anew over the training images before each judging; or the source's"
        " throughout. Scale and shift learn in all. auto: the source's where a head was fitted on"
        " them first, else of the last batches.",
        is_expert=True,
        words={
            AUTO: "as the strategy needs",
            "learn": "of the last batches",
            "measure": "measured before judging",
            "keep": "the source's",
        },
    )


class Objective(Group):
    """What is made small."""

    primary: ClassVar[str] = "name"
    name: ObjectiveName = setting(
        "supervised", "Objective", "What a step makes smaller.", is_expert=True
    )
    class_weights: bool = setting(
        False,
        "Class weights",
        "Weigh the loss so that rare classes count as much as common ones.",
        is_expert=True,
    )
    balanced_sampling: bool = setting(
        False,
        "Balanced sampling",
        "Each class is seen equally often, rare ones again and again; an epoch has as many steps as"
        " ever. Predicted probabilities are then those of equally common classes.",
        is_expert=True,
    )
    label_smoothing: float = setting(
        0.0,
        "Label smoothing",
        "Share of the target spread over all classes.",
        low=0.0,
        high=0.5,
        is_expert=True,
        words=OFF,
    )
    attack_strength: float = setting(
        2.0,
        "Attack's strength",
        "How far each pixel may be changed before a step, in grey levels of 255.",
        unit="levels",
        low=0.1,
        high=64.0,
        is_expert=True,
    )
    attack_steps: int = setting(
        1,
        "Attack's steps",
        "One is FGSM from a random start; each takes about two thirds of a step more time.",
        unit="steps",
        low=1,
        high=50,
        is_expert=True,
    )
    adaptation_weight: float = setting(
        0.0,
        "Adaptation weight",
        "What a method of adaptation counts beside the task's loss. 0 takes the method's default.",
        low=0.0,
        high=1000.0,
        is_expert=True,
        words={"0": "the method's default"},
    )

    def find_weight(self) -> float:
        """The weight of the objective's own term: the one asked for, or the objective's."""
        asked: float = self.adaptation_weight
        return asked or OBJECTIVES[self.name].weight

    anchor: float = setting(
        0.0,
        "Anchor",
        "How strongly the backbone's features are held to those it began with, against forgetting"
        " (less-forgetful learning, Jung et al. 2018); 1 is a start. Costs a forward pass. 0 is"
        " off.",
        low=0.0,
        high=1000.0,
        is_expert=True,
        words=OFF,
    )


class Optimisation(Group):
    """How steps are taken."""

    primary: ClassVar[str] = "optimiser"
    batch_size: int = setting(32, "Batch", "Images per step.", unit="images", low=1, high=4096)
    optimiser: OptimiserName = setting(
        "adamw",
        "Optimiser",
        "How steps are taken.",
        is_expert=True,
    )
    learning_rate: float = setting(
        0.0,
        "Learning rate",
        "Of the head, at its peak. 0 takes the strategy's measured default.",
        low=0.0,
        high=10.0,
        step=0.0001,
        is_expert=True,
        words={"0": "the strategy's default"},
    )
    backbone_rate: float = setting(
        0.0,
        "Backbone rate",
        "The backbone's rate as a share of the head's. 0 takes the strategy's default.",
        low=0.0,
        high=1.0,
        is_expert=True,
        words={"0": "the strategy's default"},
    )
    stage_rate: float = setting(
        1.0,
        "Stage rate",
        "The rate of each of the backbone's stages as a share of the next one's, so that early ones"
        " change least; the last has the backbone's.",
        low=0.01,
        high=1.0,
        is_expert=True,
        words={"1": "all stages alike"},
    )
    weight_decay: float = setting(
        0.01,
        "Weight decay",
        "Share of the weights, times the rate, that each step takes away, whatever the optimiser."
        " Not on biases and norms.",
        low=0.0,
        high=1.0,
        is_expert=True,
        words=OFF,
    )
    momentum: float = setting(0.9, "Momentum", "For SGD.", low=0.0, high=0.999, is_expert=True)
    schedule: ScheduleName = setting("cosine", "Schedule", "How the rate falls.", is_expert=True)
    warmup: float = setting(
        0.05,
        "Warm-up",
        "Share of the steps in which the rate rises.",
        low=0.0,
        high=0.5,
        is_expert=True,
        words=OFF,
    )
    clipping: float = setting(
        0.0,
        "Gradient clipping",
        "The longest that a step's gradient may be; a longer one is shortened. 0 is off.",
        low=0.0,
        high=1000.0,
        is_expert=True,
        words=OFF,
    )
    averaging: float = setting(
        0.0,
        "Averaging",
        "Decay a step of a moving average of the weights, such as 0.99; the average is judged and"
        " kept. 1 averages over the last steps, the more of them the longer the run. 0 is off.",
        low=0.0,
        high=1.0,
        step=0.001,
        is_expert=True,
        words={**OFF, "1": "over the last steps, in proportion"},
    )


class AugmentationChoice(Group):
    """How training images vary."""

    primary: ClassVar[str] = "name"
    name: AugmentationName = setting(
        AUTO,
        "Augmentation",
        "Random changes to training images: they pay in long runs and slow short ones down. auto"
        " is light, and none where images cannot vary.",
    )
    mixup: float = setting(
        0.0,
        "Mixup",
        "Each training image is mixed with another one, and so are their labels, the more evenly"
        " the higher this is; 0.2 is usual. Against learning by heart. 0 is off.",
        low=0.0,
        high=2.0,
        step=0.1,
        is_expert=True,
        words=OFF,
    )


class Budget(Group):
    """How long a run may learn."""

    primary: ClassVar[str] = "epochs"
    epochs: int = setting(
        10, "Epochs", "Passes over the training images.", unit="epochs", low=1, high=1000
    )
    early_stopping: int = setting(
        0,
        "Early stopping",
        "After so many epochs in which the smoothed validation loss is no lower, let the rate fall"
        " to nothing over a few more epochs, and stop. 0 is off.",
        unit="epochs",
        low=0,
        high=1000,
        words=OFF,
    )
