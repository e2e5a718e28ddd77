"""What a training takes of images: their rows, their targets, and where they come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from medapp.task.task import Targets
from medapp.training.features import BATCH, to_tensor


@dataclass(frozen=True)
class Inputs:
    """What a training takes of N images.

    Attributes:
        rows: (M, …) pixels or features, on disk or on a device; may hold those of more images.
        numbers: (N,) the row of each image.
    """

    rows: NDArray[Any] | Tensor
    numbers: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.numbers)

    def take(self, indices: NDArray[np.int64] | slice) -> NDArray[Any] | Tensor:
        """The rows of some of the N images, by their indices 0 … N − 1."""
        taken: NDArray[Any] | Tensor = self.rows[self.numbers[indices]]
        return taken

    def move_to(self, device: torch.device, room_bytes: int) -> "Inputs":
        """The inputs on a device, or as they are where they take more than `room_bytes`."""
        row_bytes = int(np.prod(self.rows.shape[1:])) * self.rows.dtype.itemsize
        if isinstance(self.rows, Tensor) or len(self) * row_bytes > room_bytes:
            return self
        kind = to_tensor(self.rows[:0]).dtype
        there = torch.empty((len(self), *self.rows.shape[1:]), dtype=kind, device=device)
        # Piece by piece, so that the host need not hold all rows.
        for start in range(0, len(self), BATCH):
            there[start : start + BATCH] = to_tensor(self.take(slice(start, start + BATCH)))
        return Inputs(there, np.arange(len(self)))


@dataclass(frozen=True)
class JoinedInputs:
    """What a training takes of N images whose rows are kept apart, one part after the other."""

    parts: tuple[Inputs, ...]

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    def take(self, indices: NDArray[np.int64] | slice) -> Tensor:
        """The rows of some of the N images, by their indices 0 … N − 1."""
        wanted = np.arange(len(self))[indices]
        ends = np.cumsum([len(part) for part in self.parts])
        homes = np.searchsorted(ends, wanted, side="right")
        found = [
            to_tensor(part.take(wanted[homes == number] - (end - len(part))))
            for number, (part, end) in enumerate(zip(self.parts, ends, strict=True))
        ]
        # Where each of the rows that are wanted stands among those that were found.
        places = np.argsort(np.argsort(homes, kind="stable"), kind="stable")
        return torch.cat(found)[torch.from_numpy(places)]

    def move_to(self, device: torch.device, room_bytes: int) -> "JoinedInputs":
        """The inputs on a device, or as they are where they take more than `room_bytes`."""
        moved = tuple(
            part.move_to(device, room_bytes * len(part) // max(1, len(self))) for part in self.parts
        )
        is_there = all(isinstance(part.rows, Tensor) for part in moved)
        return JoinedInputs(moved) if is_there else self


@dataclass(frozen=True)
class Examples:
    """Inputs and targets of N images.

    Attributes:
        targets: (L, …) of the first L images. The others have no target: there is no value that a
            loss could take for one. L is N where all images are labelled.
        domains: (N,) which of the run's data sets the images come from, from 0, ascending; None
            where there is one.
        groups: (N,) whose images these are: a patient, or the image itself where none is known.
            Empty where nobody asks.
    """

    inputs: Inputs | JoinedInputs
    targets: Targets
    domains: NDArray[np.int64] | None = None
    groups: Sequence[str] = ()

    def __len__(self) -> int:
        return len(self.inputs)


def join_examples(parts: Sequence[Examples]) -> Examples:
    """Several data sets' examples as one, each a domain by its place; one alone stays as it is.

    Args:
        parts: labelled ones before those without targets; targets of one kind.

    Raises:
        ValueError: a labelled part comes after one without targets.
    """
    if len(parts) == 1:
        return parts[0]
    is_labelled = [len(part.targets) == len(part) for part in parts]
    if sorted(is_labelled, reverse=True) != is_labelled:
        raise ValueError("labelled data sets must come before those without targets")
    targets = [part.targets for part in parts if len(part.targets)]
    rows = [part.inputs for part in parts]
    return Examples(
        JoinedInputs(tuple(part for part in rows if isinstance(part, Inputs))),
        np.concatenate(targets),
        np.repeat(np.arange(len(parts)), [len(part) for part in parts]),
        [group for part in parts for group in part.groups],
    )
