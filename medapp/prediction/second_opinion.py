"""A second opinion: what a model says of copies that no reader would judge otherwise."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from medapp.evaluation.words import write_probability
from medapp.models.network import to_input
from medapp.prediction.model import Model
from medapp.training.augment import augment
from medapp.training.augmentation import Augmentation

CHANGES = Augmentation(rotate=3, shift=0.02, zoom=0.03, brightness=0.03, contrast=0.06)
TIMES = 12  # copies, each changed by a seed of its own: the same ones for the same image
STABLE = 11  # copies that have to be decided alike


@dataclass(frozen=True)
class SecondOpinion:
    """What came of asking again.

    Attributes:
        label: what is decided of the image as it is.
        same: copies of which the same is decided.
        times: copies.
        lowest, highest: of the probability of the class that speaks for the decision, in them.
    """

    label: str
    same: int
    times: int
    lowest: float
    highest: float

    @property
    def is_stable(self) -> bool:
        """Whether the decision hardly depends on what should not matter."""
        return self.same >= STABLE

    def describe(self) -> str:
        """In a sentence."""
        span = f"{write_probability(self.lowest)} to {write_probability(self.highest)}"
        say = "says" if self.same == 1 else "say"
        found = f"{self.same} of {self.times} {say} {self.label} too, with a probability of {span}"
        if self.is_stable:
            return f"Asked again about slightly changed copies: {found}."
        return f"Not stable: of slightly changed copies only {found}."


def ask_again(model: Model, pixels: NDArray[np.uint8]) -> SecondOpinion:
    """Ask about copies that are turned by up to 3°, shifted, enlarged, brighter or darker a little.

    Args:
        pixels: (S, S) or (S, S, C): the square that the network saw.
    """
    square = torch.from_numpy(np.array(pixels if pixels.ndim == 3 else pixels[..., None]))
    copies = square.expand(TIMES, *square.shape).to(model.device)
    seeds = torch.arange(TIMES)

    def change(images: torch.Tensor) -> torch.Tensor:
        return augment(images, CHANGES, seeds)

    plain = model.answer(model.prepare(square.numpy()[None]))
    changed = model.answer(to_input(copies, model.network.normalisation, change))
    label = model.describe(plain[0])
    same = sum(model.describe(row) == label for row in changed)
    spoken = int(model.pick(plain)[0])
    span = changed[:, spoken]
    return SecondOpinion(label, same, TIMES, float(span.min()), float(span.max()))
