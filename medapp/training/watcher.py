"""What a training tells whoever watches it."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Step:
    """A step that was taken.

    Attributes:
        epoch: the epoch it belongs to, from 1. step: over the whole run, from 1.
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
        is_best: its weights are kept.
    """

    epoch: int
    train_loss: float
    train_accuracy: float
    validation: dict[str, float]
    seconds: float
    is_best: bool


class Watcher(Protocol):
    """Who is told, and who may ask for an end."""

    def on_step(self, step: Step) -> None:
        """After each step."""

    def on_epoch(self, epoch: Epoch) -> None:
        """After each epoch."""

    def say(self, text: str) -> None:
        """A sentence for the person who waits."""

    def should_stop(self) -> bool:
        """Asked before each step."""
