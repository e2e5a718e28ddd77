"""Batches for training: which images a step sees is drawn from (seed, epoch) alone.

A run that goes on from a checkpoint sees the very batches it would have seen. Where several
processes train, each is fed its share of every batch.
"""

import hashlib
import queue
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from medapp.task.task import Targets
from medapp.training.features import BATCH, to_tensor

T = TypeVar("T")
AHEAD = 2  # batches that are read before they are asked for


def seed_of(*words: object) -> int:
    """A seed of 63 bits from words, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(repr(words).encode(), digest_size=8).digest()) >> 1


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
class Examples:
    """Inputs and targets of the N images of one split.

    Attributes:
        domains: (N,) where the images come from, or None.
        groups: (N,) whose images these are: a patient, or the image itself where none is known.
            Empty where nobody asks.
    """

    inputs: Inputs
    targets: Targets
    domains: NDArray[np.int64] | None = None
    groups: Sequence[str] = ()

    def __len__(self) -> int:
        return len(self.targets)


@dataclass(frozen=True)
class Batch:
    """The images of one step, or one part of them, as one process computes them.

    Attributes:
        inputs: (n, …) as they are kept, or prepared for the network.
        targets: (n, …).
        domains: (n,) where the images come from, or None.
        seeds: (n,) int64; each image is augmented by its own.
        count: images of the whole batch, over all processes.
        whole_weight: what the summed loss of the whole batch is divided by.
    """

    inputs: Any
    targets: Tensor
    domains: Tensor | None
    seeds: Tensor
    count: int
    whole_weight: float

    def __len__(self) -> int:
        return len(self.targets)

    def take(self, indices: NDArray[np.int64]) -> "Batch":
        """The batch with only some of its images, by their indices."""
        domains = None if self.domains is None else self.domains[indices]
        return Batch(
            self.inputs[indices],
            self.targets[indices],
            domains,
            self.seeds[indices],
            self.count,
            self.whole_weight,
        )


class Feed:
    """The training images in batches.

    Args:
        seed: of the order and of each image's augmentation.
        rank, ranks: which of how many processes this is.
        reads_ahead: a thread reads the next batches while the device computes.
    """

    def __init__(
        self,
        examples: Examples,
        batch_size: int,
        seed: int,
        rank: int = 0,
        ranks: int = 1,
        reads_ahead: bool = False,
    ) -> None:
        self.examples = examples
        self.seed = seed
        self.rank = rank
        self.ranks = ranks
        self.reads_ahead = reads_ahead
        self.steps_per_epoch = -(-len(examples) // batch_size)

    def __len__(self) -> int:
        return len(self.examples)

    def batches(self, epoch: int, first: int, count_weight: Any) -> Iterator[Batch]:
        """The batches of an epoch (from 0) from step `first` on.

        Args:
            count_weight: targets of a whole batch to what its summed loss is divided by.
        """
        read = self._read(epoch, first, count_weight)
        return read_ahead(read) if self.reads_ahead else read

    def _read(self, epoch: int, first: int, count_weight: Any) -> Iterator[Batch]:
        generator = torch.Generator().manual_seed(seed_of(self.seed, epoch))
        order = torch.randperm(len(self.examples), generator=generator).numpy()
        seeds = torch.randint(2**32, (len(order),), generator=generator)
        # Sizes differ by one at most, so that no last batch is tiny.
        for indices in np.array_split(order, self.steps_per_epoch)[first:]:
            whole = np.sort(indices)
            own = np.array_split(whole, self.ranks)[self.rank]
            domains = self.examples.domains
            yield Batch(
                self.examples.inputs.take(own),
                torch.from_numpy(self.examples.targets[own]),
                None if domains is None else torch.from_numpy(domains[own]),
                seeds[own],
                len(whole),
                count_weight(self.examples.targets[whole]),
            )


def read_ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items, the next ones made in a thread while the last one is used.

    What the items raise is raised where the item is asked for. Left early, the thread ends.
    """
    waiting: queue.Queue[tuple[bool, Any]] = queue.Queue(AHEAD)
    is_left = threading.Event()

    def put(entry: tuple[bool, Any]) -> bool:
        while not is_left.is_set():
            try:
                waiting.put(entry, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False

    def read() -> None:
        try:
            for item in items:
                if not put((True, item)):
                    return
            put((False, None))
        except BaseException as error:  # noqa: BLE001 - raised again where the item is asked for
            put((False, error))

    threading.Thread(target=read, name="read-ahead", daemon=True).start()
    try:
        while True:
            is_item, item = waiting.get()
            if is_item:
                yield item
            elif item is None:
                return
            else:
                raise item
    finally:
        is_left.set()
