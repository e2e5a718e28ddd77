"""The task's loss on labelled images, and a term that brings another hospital's images nearer.

The term is of images alone: those of the target have no label here, see `feed.Examples`.
"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn

from medapp.training.batch import Batch
from medapp.training.objectives.features import compute_with_features
from medapp.training.objectives.objective import Loss, Position, Setting
from medapp.training.objectives.supervised import Supervised


@dataclass(frozen=True)
class Seen:
    """What a network makes of some images of the source and of the target.

    Attributes:
        source, target: features (n, F) and (m, F).
        target_logits: (m, …).
    """

    source: Tensor
    target: Tensor
    target_logits: Tensor


class Adapting(Supervised):
    """The task's loss, plus `weight` times a term of both hospitals' images.

    A batch that is computed in parts has the mean of its parts' terms, each by its images: what
    compares two sets of images, compares those of a part.
    """

    term: ClassVar[str]
    fewest: ClassVar[int] = 1  # images of each hospital, with fewer of which a part has no term

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting.task, setting.class_weights, setting.label_smoothing)
        self.weight = setting.weight

    @abstractmethod
    def measure(self, seen: Seen, position: Position) -> Tensor:
        """The term, a mean over the images."""

    def loss(self, network: nn.Module, batch: Batch, position: Position) -> Loss:
        """The part's share of the task's mean loss, and of the weighted term."""
        assert batch.domains is not None
        logits, features = compute_with_features(network, batch.inputs)
        own = self.judge(logits, batch)
        is_target = batch.domains > 0
        seen = Seen(features[~is_target], features[is_target], logits[is_target].float())
        if min(len(seen.source), len(seen.target)) < self.fewest:
            # Every process has a gradient for every weight, be it 0.
            return Loss(own.total + 0 * features.sum(), {**own.terms, self.term: 0.0}, own.right)
        share = len(batch) / batch.count
        term = self.weight * share * self.measure(seen, position)
        return Loss(own.total + term, {**own.terms, self.term: float(term.detach())}, own.right)
