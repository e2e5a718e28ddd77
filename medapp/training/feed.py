"""Batches for training: which images a step sees is drawn from (seed, epoch) alone.

A run that goes on from a checkpoint sees the very batches it would have seen. Where several
processes train, each is fed its share of every batch. Images may come from several data sets, the
domains: each batch then holds some of each.
"""

import queue
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from medapp.training.batch import Batch, Mix
from medapp.training.examples import Examples
from medapp.training.seeds import seed_of

T = TypeVar("T")
AHEAD = 2  # batches that are read before they are asked for


@dataclass(frozen=True)
class _Drawn:
    """What one step takes of a domain: indices (n,) among all images, and a seed for each."""

    indices: NDArray[np.int64]
    seeds: Tensor


class Feed:
    """The training images in batches.

    An epoch shows each image of the first domain once or, balanced, as many images, of each class
    equally many. The images of each further domain are drawn in passes of their own, which go on
    from epoch to epoch.

    Args:
        batch_size: images of the first domain a step.
        seed: of the order and of each image's augmentation.
        rank, ranks: which of how many processes this is.
        reads_ahead: a thread reads the next batches while the device computes.
        further: images a step of each further domain, beside those of the first.
        mixup: how evenly images are mixed, the α of `Mix`; 0 for not. All have targets then.
        is_balanced: the targets are class indices, and each class is seen equally often.
    """

    def __init__(
        self,
        examples: Examples,
        batch_size: int,
        seed: int,
        rank: int = 0,
        ranks: int = 1,
        reads_ahead: bool = False,
        further: Sequence[int] = (),
        mixup: float = 0.0,
        is_balanced: bool = False,
    ) -> None:
        self.examples = examples
        self.seed = seed
        self.rank = rank
        self.ranks = ranks
        self.reads_ahead = reads_ahead
        self.further = tuple(further)
        self.mixup = mixup
        self.is_balanced = is_balanced
        domains = examples.domains
        if domains is None:
            domains = np.zeros(len(examples), np.int64)
        self._sizes = np.bincount(domains, minlength=1 + len(further))
        self._starts = np.cumsum(self._sizes) - self._sizes
        if len(self._sizes) != 1 + len(further) or (self._sizes[1:] == 0).any():
            raise ValueError(f"{len(self._sizes)} domains need a share of the batch each")
        self.steps_per_epoch = -(-int(self._sizes[0]) // batch_size)

    def count_images(self) -> int:
        """How many images an epoch shows."""
        return int(self._sizes[0]) + self.steps_per_epoch * sum(self.further)

    def count_own(self) -> int:
        """How many labelled images of the first domain an epoch shows."""
        return min(int(self._sizes[0]), len(self.examples.targets))

    def batches(self, epoch: int, first: int, count_weight: Any) -> Iterator[Batch]:
        """The batches of an epoch (from 0) from step `first` on.

        Args:
            count_weight: the targets of a whole batch to what its summed loss is divided by.
        """
        read = self._read(epoch, first, count_weight)
        return read_ahead(read) if self.reads_ahead else read

    def _read(self, epoch: int, first: int, count_weight: Any) -> Iterator[Batch]:
        streams = [self._draw_balanced(epoch) if self.is_balanced else self._split_first(epoch)]
        streams += [self._draw_further(domain, epoch) for domain in range(1, len(self._sizes))]
        steps = enumerate(zip(*streams, strict=True))
        for step, drawn in islice(steps, first, None):
            yield self._build_batch(_mix(drawn), count_weight, epoch, step)

    def _split_first(self, epoch: int) -> Iterator[_Drawn]:
        """The images of the first domain, each once, a step's after the other's."""
        generator = torch.Generator().manual_seed(seed_of(self.seed, epoch))
        order = torch.randperm(int(self._sizes[0]), generator=generator).numpy()
        seeds = torch.randint(2**32, (len(order),), generator=generator)
        # Sizes differ by one at most, so that no last batch is tiny.
        for indices in np.array_split(order, self.steps_per_epoch):
            whole = np.sort(indices)
            yield _Drawn(whole, seeds[whole])

    def _draw_balanced(self, epoch: int) -> Iterator[_Drawn]:
        """As many images as the first domain has, of each class equally many.

        The images of a class come in passes: none again before each was there.
        """
        labels = self.examples.targets[: int(self._sizes[0])]
        random = np.random.default_rng(seed_of(self.seed, "balanced", epoch))
        classes = random.permutation(np.unique(labels))
        drawn = []
        for place, label in enumerate(classes):
            own = np.flatnonzero(labels == label)
            # Where the classes do not divide the images evenly, some are seen once more.
            wanted = len(labels) // len(classes) + (place < len(labels) % len(classes))
            passes = [random.permutation(own) for _ in range(-(-wanted // len(own)))]
            drawn.append(np.concatenate(passes)[:wanted])
        order = random.permutation(np.concatenate(drawn))
        # An image that comes twice is augmented in two ways.
        seeds = torch.from_numpy(random.integers(2**32, size=len(order)))
        for places in np.array_split(np.arange(len(order)), self.steps_per_epoch):
            places = places[np.argsort(order[places], kind="stable")]
            yield _Drawn(order[places], seeds[places])

    def _draw_further(self, domain: int, epoch: int) -> Iterator[_Drawn]:
        """The images of a further domain: as many for each step, pass after pass."""
        size = int(self._sizes[domain])
        share = self.further[domain - 1]
        count = share * self.steps_per_epoch
        generator = torch.Generator().manual_seed(seed_of(self.seed, "domain", domain, epoch))
        seeds = torch.randint(2**32, (count,), generator=generator)
        before = epoch * count
        passes = range(before // size, (before + count - 1) // size + 1)
        orders = np.concatenate([self._draw_pass(domain, number) for number in passes])
        rows = orders[before % size :]
        for start in range(0, count, share):
            chosen = slice(start, start + share)
            yield _Drawn(self._starts[domain] + rows[chosen], seeds[chosen])

    def _draw_pass(self, domain: int, number: int) -> NDArray[np.int64]:
        """The order of a further domain's images in one pass over them."""
        seed = seed_of(self.seed, "domain", domain, "pass", number)
        generator = torch.Generator().manual_seed(seed)
        order = torch.randperm(int(self._sizes[domain]), generator=generator)
        return np.asarray(order, np.int64)

    def _draw_mix(self, drawn: _Drawn, own: NDArray[np.intp], epoch: int, step: int) -> Mix | None:
        """What this process's share of a step's images is mixed with."""
        if not self.mixup:
            return None
        random = np.random.default_rng(seed_of(self.seed, "mixup", epoch, step))
        share = random.beta(self.mixup, self.mixup)
        others = random.permutation(len(drawn.indices))[own]
        indices = drawn.indices[others]
        return Mix(
            self.examples.inputs.take(indices),
            torch.from_numpy(self.examples.targets[indices]),
            drawn.seeds[others],
            max(share, 1 - share),
        )

    def _build_batch(self, drawn: _Drawn, count_weight: Any, epoch: int, step: int) -> Batch:
        """This process's share of a step's images."""
        whole = drawn.indices
        own = np.array_split(np.arange(len(whole)), self.ranks)[self.rank]
        indices = whole[own]
        targets = self.examples.targets
        has_target = indices < len(targets)
        domains = self.examples.domains
        return Batch(
            self.examples.inputs.take(indices),
            torch.from_numpy(targets[indices[has_target]]),
            None if domains is None else torch.from_numpy(domains[indices]),
            drawn.seeds[own],
            len(whole),
            count_weight(targets[whole[whole < len(targets)]]),
            None if has_target.all() else torch.from_numpy(np.flatnonzero(has_target)),
            self._draw_mix(drawn, own, epoch, step),
        )


def _mix(drawn: Sequence[_Drawn]) -> _Drawn:
    """A step's images of all domains, so mixed that any stretch of them has each domain's share."""
    places = [(np.arange(len(one.indices)) + 0.5) / max(1, len(one.indices)) for one in drawn]
    order = np.argsort(np.concatenate(places), kind="stable")
    indices = np.concatenate([one.indices for one in drawn])[order]
    return _Drawn(indices, torch.cat([one.seeds for one in drawn])[torch.from_numpy(order)])


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
