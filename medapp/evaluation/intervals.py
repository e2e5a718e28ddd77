"""95% intervals: of bootstrap replicates, and of shares."""

import numpy as np

from medapp.evaluation.metrics import (
    Floats,
)

Z = 1.959963984540054  # the normal's 97.5% point


Interval = tuple[float, float]


def find_percentiles(replicates: Floats) -> Interval | None:
    """The middle 95% of the replicates (R,) that are defined: Efron's percentile interval.

    None without any.
    """
    defined = replicates[~np.isnan(replicates)]
    if not len(defined):
        return None
    low, high = np.percentile(defined, (2.5, 97.5))
    return float(low), float(high)


def find_wilson(hits: int, trials: int) -> Interval | None:
    """95% score interval of a share (Wilson 1927); it does not collapse at 0 or 1.

    None without trials.
    """
    if trials == 0:
        return None
    share = hits / trials
    spread = Z * Z / trials
    half = Z * float(np.sqrt(share * (1 - share) / trials + spread / (4 * trials)))
    low = (share + spread / 2 - half) / (1 + spread)
    high = (share + spread / 2 + half) / (1 + spread)
    return min(max(low, 0.0), share), max(
        min(high, 1.0), share
    )  # rounding must not push the share out
