"""DAN: both hospitals' features made alike as distributions, by their maximum mean discrepancy.

Long, Cao, Wang & Jordan 2015, "Learning transferable features with deep adaptation networks" (arXiv
1502.02791): MMD² with a sum of Gaussian kernels (section 3), of the features before the head. The
kernels k(x, y) = exp(−‖x − y‖² / s) have s = c · m, where m is the median squared distance between
two images of the batch, of whichever hospitals (Gretton et al. 2012, JMLR 13, section 8), and c one
of `SCALES`. They count alike; the paper learns their weights.
"""

from typing import ClassVar

import torch
from torch import Tensor

from medapp.training.objectives.adapting import Adapting, Seen
from medapp.training.objectives.objective import Position

SCALES = (0.25, 0.5, 1.0, 2.0, 4.0)  # of the median, as powers of two around it


class Dan(Adapting):
    """The task's loss and the squared maximum mean discrepancy."""

    term: ClassVar[str] = "mmd"
    fewest: ClassVar[int] = 2

    def measure(self, seen: Seen, position: Position) -> Tensor:
        """See `compare_distributions`."""
        return compare_distributions(seen.source, seen.target)


def compare_distributions(source: Tensor, target: Tensor) -> Tensor:
    """The unbiased estimate of MMD² of features (n, F) and (m, F), at least two images each.

    Mean of k over pairs within the source, plus that within the target, less twice that between
    them (Gretton et al. 2012, equation 3); it can lie a little below 0.
    """
    both = torch.cat([source, target])
    squares = both.square().sum(1)
    # ‖x − y‖² as ‖x‖² + ‖y‖² − 2 x·y takes N² numbers, and not N² · F.
    distances = (squares[:, None] + squares[None] - 2 * both @ both.T).clamp_min(0)
    kernel = _average_kernels(distances, float(find_median(distances.detach())))
    n = len(source)
    within = _average_off_diagonal(kernel[:n, :n]) + _average_off_diagonal(kernel[n:, n:])
    return within - 2 * kernel[:n, n:].mean()


def find_median(distances: Tensor) -> Tensor:
    """The median of squared distances (N, N) between two different rows."""
    count = len(distances)
    rows, columns = torch.triu_indices(count, count, offset=1, device=distances.device)
    return distances[rows, columns].median()


def _average_kernels(distances: Tensor, median: float) -> Tensor:
    # Where most images are alike there is no scale; then any distance tells them apart.
    widths = [scale * max(median, 1e-12) for scale in SCALES]
    return torch.stack([(-distances / width).exp() for width in widths]).mean(0)


def _average_off_diagonal(kernel: Tensor) -> Tensor:
    n = len(kernel)
    return (kernel.sum() - kernel.diagonal().sum()) / (n * (n - 1))
