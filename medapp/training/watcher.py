"""What a training tells whoever watches it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Step:
    """A step that was taken.

    Attributes:
        epoch: the epoch that the step belongs to, from 1.
        step: its number in the whole run, from 1.
        loss: mean over the images of its batch.
        rate: the head's learning rate.
    """

    epoch: int
    step: int
    loss: float
    rate: float
    images_per_second: float


@dataclass(frozen=True)
class Epoch:
    """An epoch that was finished.

    Attributes:
        train_loss, train_accuracy: over the images as they were augmented.
        validation: the validation loss and figures by name; empty without validation images.
        seconds: of training, over all sittings.
        is_best: the epoch is the best so far, and its weights are kept.
        terms: what the training loss is the sum of, by name.
    """

    epoch: int
    train_loss: float
    train_accuracy: float
    validation: dict[str, float]
    seconds: float
    is_best: bool
    terms: Mapping[str, float] = field(default_factory=dict)

    def flatten(self) -> dict[str, float]:
        """The epoch as one row of numbers."""
        apart = ("validation", "terms")
        row = {name: value for name, value in vars(self).items() if name not in apart}
        return {**row, **self.validation}


@dataclass(frozen=True)
class Penalty:
    """A penalty that a fit was tried with.

    Attributes:
        number, count: which of how many, from 1; weaker ones may be left untried.
        penalty: on half the sum of the squared weights, beside the mean loss.
        held_out_loss: mean over images that the fits had not seen.
    """

    number: int
    count: int
    penalty: float
    held_out_loss: float


@dataclass(frozen=True)
class NeighbourCount:
    """A number of neighbours that votes were tried with.

    Attributes:
        number, count: which of how many, from 1.
        held_out_loss: mean over images, each judged by those of others.
    """

    number: int
    count: int
    neighbours: int
    held_out_loss: float


class Watcher(Protocol):
    """Who is told of a training, and may ask for its end."""

    def on_step(self, step: Step) -> None:
        """Take note of a step; called after each."""

    def on_epoch(self, epoch: Epoch) -> None:
        """Take note of an epoch; called after each."""

    def on_shortened(self, epochs: int) -> None:
        """Take note that the training ends early, after so many epochs."""

    def on_penalty(self, penalty: Penalty) -> None:
        """Take note of a penalty; called after each."""

    def on_neighbours(self, tried: NeighbourCount) -> None:
        """Take note of a number of neighbours; called for each."""

    def say(self, text: str) -> None:
        """Take a sentence for the person who waits."""

    def should_stop(self) -> bool:
        """Whether the training is to stop; asked before each step."""
