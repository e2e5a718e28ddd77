"""The bootstrap over patients: images drawn anew, all of a patient together.

Efron & Tibshirani 1993, "An Introduction to the Bootstrap", chapters 8 and 14; clusters are drawn
whole, and within strata, so that a rare class neither vanishes nor doubles by chance.
"""

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.intp]


def draw_resamples(
    groups: NDArray[np.integer], strata: NDArray[np.integer], count: int, seed: int
) -> list[Indices]:
    """So many samples of rows, drawn group by group with replacement within strata.

    Args:
        groups: (N,) equal for images that belong together.
        strata: (N,) of each image; a group is of the stratum that most of its images are of. Groups
            that are alone in theirs are drawn together, because alone they would never vary.
    """
    names, members = np.unique(groups, return_inverse=True)
    _, kinds = np.unique(strata, return_inverse=True)
    tallies = np.zeros((len(names), int(kinds.max(initial=0)) + 1))
    np.add.at(tallies, (members, kinds), 1)
    stratum = tallies.argmax(1)
    stratum[np.bincount(stratum)[stratum] == 1] = -1
    rows = [np.flatnonzero(members == number) for number in range(len(names))]
    pools = [np.flatnonzero(stratum == number) for number in np.unique(stratum)]
    random = np.random.default_rng(seed)
    return [
        np.concatenate([rows[i] for pool in pools for i in random.choice(pool, len(pool))])
        for _ in range(count)
    ]
