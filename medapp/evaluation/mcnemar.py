"""McNemar's exact test of two shares of the same images, such as accuracies, over patients.

McNemar 1947 (doi:10.1007/BF02295996) counts the images that one model alone is right on: of equally
good models, each of these falls to either by a fair coin. Images of one patient do not fall apart
from each other, so here a coin is tossed for each patient: the two models' answers are swapped for
all images of a patient or for none, and the statistic is the difference of the two counts
(Obuchowski 1998, doi:10.1002/(SICI)1097-0258(19980715)17:13<1495::AID-SIM863>3.0.CO;2-I, who takes
it for normal; here it is enumerated). With one image a patient that is McNemar's test.
"""

from collections import Counter
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from medapp.evaluation.estimates import Units
from medapp.evaluation.metrics import Mask


@dataclass(frozen=True)
class McNemar:
    """Two models' right and wrong answers beside each other.

    Attributes:
        only_first, only_second: images that one of the two alone is right on.
        p: two-sided, exact, in 0 to 1.
    """

    only_first: int
    only_second: int
    p: float


def compare_shares(first: Mask, second: Mask, units: Units) -> McNemar:
    """Whether one of two models is right more often than the other.

    Args:
        first, second: (N,) whether each is right.
        units: (N,) the number of each image's unit, from 0.
    """
    apart = first.astype(int) - second.astype(int)
    by_unit = np.bincount(units, apart, minlength=1).round().astype(int)
    p = _swap(by_unit[by_unit != 0])
    return McNemar(int((apart > 0).sum()), int((apart < 0).sum()), p)


def _swap(differences: NDArray[np.int_]) -> float:
    """How often a sum of ±d is as far from 0 as the sum of d is, each sign by a fair coin."""
    seen = abs(int(differences.sum()))
    if not seen:
        return 1.0
    # Sums of signs of m equal sizes are binomial, spaced by twice the size.
    chances = np.ones(1)
    for size, m in Counter(np.abs(differences).tolist()).items():
        spaced = np.zeros(2 * size * m + 1)
        spaced[:: 2 * size] = [comb(m, k) / 2**m for k in range(m + 1)]
        chances = np.convolve(chances, spaced)
    furthest = len(chances) // 2
    tail = float(chances[furthest + seen :].sum())
    return min(1.0, 2 * tail)
