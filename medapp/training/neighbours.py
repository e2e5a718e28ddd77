"""k-nearest neighbours: a head that is the training images' features themselves.

How many neighbours vote is chosen over the training and validation images: each is judged by those
of other patients. The head then keeps the training images alone, so that figures on the validation
split are of images that it does not hold. Nothing is drawn at random.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from medapp.models.neighbours import NeighboursHead
from medapp.task import Task
from medapp.task.task import Targets
from medapp.training.features import measure_scale
from medapp.training.fit import ROWS, Fit
from medapp.training.watcher import NeighbourCount

COUNTS = (1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100)
FALLBACK = 20  # where there is one patient alone, as Wu et al. 2018 take beside their 200


@dataclass(frozen=True)
class _HeldOut:
    """What images of other patients say of each image, for one number of neighbours."""

    count: int
    probabilities: NDArray[np.float32]


class Neighbours(Fit):
    """The fit of a `NeighboursHead`.

    The training loss and accuracy are those of the training images as others judge them, since each
    would find itself.
    """

    def fit_head(self) -> tuple[float, float] | None:
        """Choose how many neighbours vote, and keep the training images."""
        task = self.learner.network.task
        train, validation = (self.load_features(e) for e in (self.train, self.validation))
        scale = measure_scale(train)
        targets = np.concatenate([self.train.targets, self.validation.targets])
        whole = self._build_head(torch.cat([train, validation]), targets, scale)
        best = self._choose_count(whole, targets)
        if best is None:
            return None
        head = self._build_head(train, self.train.targets, scale)
        head.count.fill_(best.count)
        kept = self.learner.network.head
        kept.take_over(head.to(self.learner.fabric.device))
        own = best.probabilities[: len(self.train)]
        if not len(own):
            return float("nan"), float("nan")
        return _judge(task, own, self.train.targets)

    def _build_head(
        self, features: Tensor, targets: Targets, scale: tuple[Tensor, Tensor]
    ) -> NeighboursHead:
        network = self.learner.network
        rows, width = features.shape
        head = NeighboursHead(width, rows, len(network.classes), network.task)
        head.mean.copy_(scale[0])
        head.spread.copy_(scale[1])
        head.rows.copy_(head.scale(features))
        shown = torch.from_numpy(_mark_classes(targets, len(network.classes)))
        head.shown.copy_(shown == 1)
        head.known.copy_(~shown.isnan())
        return head

    def _choose_count(self, head: NeighboursHead, targets: Targets) -> _HeldOut | None:
        """The number of neighbours with the lowest loss, each image judged by other patients'.

        None if asked to stop.
        """
        task = self.learner.network.task
        _, groups = np.unique([*self.train.groups, *self.validation.groups], return_inverse=True)
        most = min(len(self.train), len(groups) - int(np.bincount(groups).max()))
        if most < 1:
            count = min(FALLBACK, len(self.train))
            self.watcher.say(
                f"All images are of one patient, so the number of neighbours could not be chosen:"
                f" it is {count}."
            )
            return _HeldOut(count, np.zeros((0, head.shown.shape[1]), np.float32))
        tried = [_HeldOut(k, np.zeros(head.shown.shape, np.float32)) for k in COUNTS if k <= most]
        own = torch.from_numpy(groups)
        for start in range(0, len(groups), ROWS):
            if self.is_stopped():
                return None
            part = slice(start, start + ROWS)
            likeness = head.rows[part] @ head.rows.T
            likeness[own[part, None] == own] = -torch.inf
            nearest = likeness.topk(tried[-1].count).indices
            for each in tried:
                each.probabilities[part] = head.vote(nearest[:, : each.count]).numpy()
        losses = [_judge(task, each.probabilities, targets)[0] for each in tried]
        for number, (each, loss) in enumerate(zip(tried, losses, strict=True), 1):
            self.watcher.on_neighbours(NeighbourCount(number, len(tried), each.count, loss))
        best = tried[int(np.argmin(losses))]
        self.watcher.say(
            f"Of {len(tried)} numbers of neighbours up to {tried[-1].count}, {best.count} has the"
            f" lowest loss, {min(losses):.3f}: each of the training and validation images judged by"
            " those of others (other patients, where patients are known). The model keeps features"
            " of the training images, and whoever has its file has them."
        )
        return best


def _judge(task: Task, probabilities: NDArray[np.float32], targets: Targets) -> tuple[float, float]:
    """The mean loss of images of which something is known, and the share decided rightly."""
    losses = task.measure_losses(probabilities, targets)
    wrong = task.mark_wrong(task.decide(probabilities), targets)
    return float(np.nanmean(losses)), 1 - float(wrong.mean())


def _mark_classes(targets: Targets, count: int) -> NDArray[np.float32]:
    """1 where an image (N) shows a class (K), 0 where not, NaN where that is unknown."""
    if targets.ndim > 1:
        return targets.astype(np.float32)
    return np.eye(count, dtype=np.float32)[targets]
