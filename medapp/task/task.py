"""What a task has to answer. To add one, write a class and a row of `TASKS`.

Methods that take tensors import torch themselves, so that a page that only shows a data set does
without.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

Targets = NDArray[Any]
Floats = NDArray[np.floating]
WORST = "worst_sensitivity"
LEAST = 1e-12  # the probability that a loss takes 0 to be, so that it stays finite


class Task(ABC):
    """What is predicted of an image.

    `figures` names the figures that say how good a model of this task is, the headline first; each
    is an attribute of `medapp.evaluation.evaluation.Evaluation`. `shown` names those that a reader
    sees first, where they are others; `WORST` stands for the sensitivity of the class that is told
    worst. With fewer classes than
    `min_classes` there is nothing to predict. Where `has_several`, each class is asked for by
    itself: an image may show several or none, or it may not be known; each class then has a
    threshold. Where `has_order`, the classes go from the lowest to the highest. `noun` and `nouns`
    are what people call one class and several.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    help: ClassVar[str]
    figures: ClassVar[tuple[str, ...]]
    shown: ClassVar[tuple[str, ...]] = ()
    min_classes: ClassVar[int] = 1
    has_several: ClassVar[bool] = False
    has_order: ClassVar[bool] = False
    noun: ClassVar[str] = "class"
    nouns: ClassVar[str] = "classes"

    def order_classes(self, names: Collection[str]) -> tuple[str, ...]:
        """The classes in the order of a model's probabilities: by name, where none is given.

        Raises:
            DataError: the order matters, and the names do not tell it.
        """
        return tuple(sorted(names))

    def count_outputs(self, classes: Sequence[str]) -> int:
        """How many logits a network of this task gives."""
        return len(classes)

    @abstractmethod
    def encode(self, labels: Sequence[str], classes: Sequence[str]) -> Targets:
        """Labels as a catalog holds them to targets (N, …).

        Raises:
            DataError: a label is not among the classes.
        """

    @abstractmethod
    def list_labels(self, label: str) -> tuple[str, ...]:
        """The classes that one image's label, as a catalog holds it, says are there."""

    def say_label(self, label: str) -> str:
        """One image's label, as a catalog holds it, in words."""
        return label

    def list_strata(self, label: str) -> tuple[str, ...]:
        """What a split should deal evenly of one image: its classes, and what else matters."""
        return self.list_labels(label)

    @abstractmethod
    def weigh_classes(self, targets: Targets, count: int) -> "Tensor":
        """Weights (K,) float32 that make rare classes count as much as common ones."""

    @abstractmethod
    def count_weight(self, targets: Targets, class_weights: "Tensor | None") -> float:
        """What the summed loss of these images is divided by to give their mean loss."""

    @abstractmethod
    def loss(
        self,
        logits: "Tensor",
        targets: "Tensor",
        class_weights: "Tensor | None" = None,
        label_smoothing: float = 0.0,
    ) -> "Tensor":
        """The loss of logits (N, K) against targets, summed over the images."""

    @abstractmethod
    def count_right(self, logits: "Tensor", targets: "Tensor") -> int:
        """How many images are decided as their targets say."""

    def score(self, logits: "Tensor") -> "Tensor":
        """Logits as the network gives them to a score a class (N, K), which heatmaps explain."""
        return logits

    @abstractmethod
    def normalise(self, scores: "Tensor") -> "Tensor":
        """Scores (N, K) to probabilities (N, K), a column a class."""

    def activate(self, logits: "Tensor") -> "Tensor":
        """Logits (N, …) to probabilities (N, K), a column a class."""
        return self.normalise(self.score(logits))

    def find_logits(self, probabilities: "Tensor") -> "Tensor":
        """Logits that `activate` turns into these probabilities (N, K), each above 0."""
        return probabilities.log()

    def pick(self, probabilities: Floats, thresholds: Floats | None = None) -> Targets:
        """The class (N,) that speaks for what is decided of each image: its heatmap is shown."""
        picked: Targets = probabilities.argmax(axis=1)
        return picked

    @abstractmethod
    def decide(self, probabilities: Floats, thresholds: Floats | None = None) -> Targets:
        """Probabilities (N, K) to decisions, shaped like targets.

        Args:
            thresholds: (K,) probabilities from which a class counts as found, where the task asks
                of each class whether it is there; 0.5 each where none are given.
        """

    @abstractmethod
    def measure_losses(self, probabilities: Floats, targets: Targets) -> Floats:
        """How much probabilities (N, K) are at odds with their targets: (N,) from 0, in nats.

        The loss without class weights and smoothing. Probabilities count as at least `LEAST`; NaN
        where nothing is known of an image.
        """

    @abstractmethod
    def mark_wrong(self, decisions: Targets, targets: Targets) -> NDArray[np.bool_]:
        """Which images (N,) are decided otherwise than their targets say; unknown is not wrong."""

    @abstractmethod
    def describe(self, decision: Any, classes: Sequence[str]) -> str:
        """One image's decision in the words of its classes."""
