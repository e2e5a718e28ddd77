"""DeLong's test of two AUROCs of the same images (DeLong, DeLong & Clarke-Pearson 1988,
doi:10.2307/2531595), over patients where these have several images (Obuchowski 1997,
doi:10.2307/2533958).

Both go by structural components: the share of pairs in the right order that each image takes part
in. `estimates.estimate_auroc` finds these by ranks in O(N log N), as Sun & Xu 2014
(doi:10.1109/LSP.2014.2337313) do, and adds them up over each unit; what is left to do here is to
subtract two estimates' shifts. With one image a unit that is DeLong's variance to the last digit.
Where a patient has images with the finding and others without, the product of both parts has the
factor √(m / (m - 1) · n / (n - 1)), of the m and n patients with either kind, for Obuchowski's
I / (I - 1) of all I patients: the same where every patient has both kinds.
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from medapp.evaluation.estimates import Estimate


@dataclass(frozen=True)
class DeLong:
    """The difference of two AUROCs as the test sees it.

    Attributes:
        difference: the first AUROC less the second.
        error: its standard error.
        p: two-sided, in 0 to 1.
    """

    difference: float
    error: float
    p: float


def compare_aurocs(first: Estimate, second: Estimate) -> DeLong | None:
    """Whether two AUROCs of the same units differ by more than chance.

    Means of AUROCs over classes, each against the rest, are tested in the same way, as their shifts
    are means too.

    Args:
        first, second: by `estimate_auroc`, of two units or more with the finding, and as many
            without.

    Returns:
        None where the difference has no variance, and so no test, although there is one.

    Raises:
        ValueError: the estimates are of different numbers of units.
    """
    if first.shifts.shape != second.shifts.shape:
        raise ValueError(
            f"both estimates must be of the same units, not of {len(first.shifts)} and"
            f" {len(second.shifts)}"
        )
    difference = first.value - second.value
    error = float(np.linalg.norm(first.shifts - second.shifts))
    if not error:
        return None if difference else DeLong(0.0, 0.0, 1.0)
    return DeLong(difference, error, 2 * NormalDist().cdf(-abs(difference) / error))
