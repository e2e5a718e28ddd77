"""What the loop asks of an objective, and what an objective is given."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor, nn

from medapp.models.network import Network
from medapp.task import Task
from medapp.task.task import Targets
from medapp.training.batch import Batch


@dataclass(frozen=True)
class Position:
    """Where in a training a step lies.

    Attributes:
        epoch: from 0.
        step: in the epoch, from 0.
        share: of the whole training that is done, 0 to 1.
    """

    epoch: int
    step: int
    share: float


@dataclass(frozen=True)
class Loss:
    """A loss as a batch's mean.

    Attributes:
        terms: what the total is the sum of, by name.
        right: how many images of the first domain were decided as labelled, for the training
            accuracy, which stands beside that of validation.
    """

    total: Tensor
    terms: dict[str, float]
    right: int


@dataclass(frozen=True)
class Domain:
    """One of the data sets that a run learns from; its number is its place, the train one's is 0.

    Attributes:
        name: of the data set.
        classes: in the order of its targets; empty where it gives images without labels.
        images: how many of its images are learned from.
        class_weights: (K,) of its classes, one on average over its images; or None.
    """

    name: str
    classes: tuple[str, ...]
    images: int
    class_weights: Tensor | None = None


@dataclass(frozen=True)
class Attack:
    """What an objective that changes images for the worse needs to know.

    Attributes:
        network: as it is, without what a device or several processes wrap around it.
        strength: the most that a pixel may change, in 0 to 1.
        steps: of the attack.
        channels: of the images, 1 where all are grey.
        autocast: opens the precision of the training.
    """

    network: Network
    strength: float
    steps: int
    channels: int = 3
    autocast: Callable[[], AbstractContextManager[object]] = nullcontext


@dataclass(frozen=True)
class Setting:
    """What an objective is built from: the task, the recipe's group, and the classes' weights.

    Attributes:
        class_weights: (K,) of the first domain's classes, or None.
        domains: all data sets that are learned from.
        features: how many features the network's head takes.
        attack: for an objective that changes the images; None where a part of the network is
            frozen.
        weight: what the objective's own term counts beside the task's loss.
        seed: of what is drawn beside the network.
    """

    task: Task
    class_weights: Tensor | None
    label_smoothing: float
    domains: tuple[Domain, ...] = ()
    features: int = 0
    attack: Attack | None = None
    weight: float = 0.0
    seed: int = 0


class Objective(Protocol):
    """What a step makes smaller.

    A batch may be computed in parts, in one process or in several: `loss` is called for each part,
    and the losses of all parts add up to the loss of the whole batch.

    Attributes:
        extra: what learns beside the network, at the head's rate, such as a classifier of domains;
            an empty module where nothing does. It is in the checkpoint and not in the model.
    """

    extra: nn.Module

    def count_weight(self, targets: Targets) -> float:
        """What the summed loss of a whole batch's targets is divided by.

        Images without labels have no target, and count for nothing.
        """

    def loss(self, network: nn.Module, batch: Batch, position: Position) -> Loss:
        """The loss of one part of a batch, as its share of the whole batch's mean."""

    def prepare_evaluation(self, network: nn.Module) -> None:
        """A hook before the network is judged, such as recomputing statistics."""
