"""Deep CORAL: the covariance of both hospitals' features made alike while the network learns.

Sun & Saenko 2016, "Deep CORAL: correlation alignment for deep domain adaptation" (arXiv
1607.01719), equation 1: ‖C_S − C_T‖²_F / (4 d²), with d features and the covariances of the batch.
The paper takes the logits' covariances; here they are of the features before the head, which do not
depend on how many classes there are.
"""

from typing import ClassVar

from torch import Tensor

from medapp.training.objectives.adapting import Adapting, Seen
from medapp.training.objectives.objective import Position


class DeepCoral(Adapting):
    """The task's loss and the distance of the covariances."""

    term: ClassVar[str] = "coral"
    fewest: ClassVar[int] = 2

    def measure(self, seen: Seen, position: Position) -> Tensor:
        """See `compare_covariances`."""
        return compare_covariances(seen.source, seen.target)


def compare_covariances(source: Tensor, target: Tensor) -> Tensor:
    """‖C_S − C_T‖²_F / (4 d²) of features (n, d) and (m, d), at least two images each."""
    width = source.shape[1]
    difference = _estimate_covariance(source) - _estimate_covariance(target)
    return difference.square().sum() / (4 * width**2)


def _estimate_covariance(features: Tensor) -> Tensor:
    """The unbiased covariance (d, d) of features (n, d)."""
    centred = features - features.mean(0)
    return centred.T @ centred / (len(features) - 1)
