"""The images of one step, and what they are mixed with."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


@dataclass(frozen=True)
class Mix:
    """What the images of a batch are mixed with: other images of the same batch.

    Mixup (Zhang et al. 2018, arXiv:1710.09412, eq. 1 and 2): an image x of label y becomes
    λx + (1 − λ)x′, and its loss λ·L(y) + (1 − λ)·L(y′). One λ is drawn for a whole batch from
    Beta(α, α), and the others x′ are the batch in another order, as in section 2; so the batch
    weighs as much as without. λ and 1 − λ are as likely, so that the larger is taken, and an image
    has the greater part in what is learned of it.

    Attributes:
        inputs, targets, seeds: (n, …) of the other images, as in `Batch`.
        share: λ, from 1/2 to 1.
    """

    inputs: Any
    targets: Tensor
    seeds: Tensor
    share: float

    def take(self, indices: NDArray[np.int64]) -> "Mix":
        """What some of the images are mixed with, by their indices."""
        rows = (self.inputs[indices], self.targets[indices], self.seeds[indices])
        return Mix(*rows, self.share)


@dataclass(frozen=True)
class Batch:
    """The images of one step, or one part of them, as one process computes them.

    Attributes:
        inputs: (n, …) as they are kept, or prepared for the network.
        targets: (m, …) of the labelled images alone, in their order; see `labelled`.
        domains: (n,) where the images come from, or None.
        seeds: (n,) int64; each image is augmented by its own.
        count: images of the whole batch, over all processes.
        whole_weight: what the summed loss of the whole batch is divided by.
        labelled: (m,) int64, the indices of the images that have a target; None where all have.
        mix: what the images are mixed with, or None.
    """

    inputs: Any
    targets: Tensor
    domains: Tensor | None
    seeds: Tensor
    count: int
    whole_weight: float
    labelled: Tensor | None = None
    mix: Mix | None = None

    def __len__(self) -> int:
        return len(self.seeds)

    def take(self, indices: NDArray[np.int64]) -> "Batch":
        """The batch with only some of its images, by their indices."""
        domains = None if self.domains is None else self.domains[indices]
        targets, labelled = self.targets, self.labelled
        if labelled is None:
            targets = targets[indices]
        else:
            rows = torch.full((len(self),), -1)
            rows[labelled.cpu()] = torch.arange(len(labelled))
            chosen = rows[indices]
            targets = targets[chosen[chosen >= 0]]
            labelled = torch.nonzero(chosen >= 0)[:, 0]
        return Batch(
            self.inputs[indices],
            targets,
            domains,
            self.seeds[indices],
            self.count,
            self.whole_weight,
            labelled,
            None if self.mix is None else self.mix.take(indices),
        )

    def bring(self, inputs: Any, device: torch.device) -> "Batch":
        """The batch with its inputs as the network takes them, the rest on a device."""
        return replace(
            self,
            inputs=inputs,
            targets=self.targets.to(device),
            domains=None if self.domains is None else self.domains.to(device),
            labelled=None if self.labelled is None else self.labelled.to(device),
            mix=self.mix and replace(self.mix, targets=self.mix.targets.to(device)),
        )

    def pick_labelled(self, values: Tensor) -> Tensor:
        """Of values (n, …), one an image, those (m, …) of the images that have a target."""
        return values if self.labelled is None else values[self.labelled]
