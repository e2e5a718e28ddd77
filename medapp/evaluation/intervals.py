"""95% intervals: of bootstrap replicates, and of shares."""

import numpy as np

from medapp.evaluation.metrics import Floats

Z = 1.959963984540054  # the 97.5% point of the normal distribution

Interval = tuple[float, float]


def find_percentiles(replicates: Floats) -> Interval | None:
    """The middle 95% of the replicates (R,) that are defined: Efron's percentile interval.

    None where no replicate is defined.
    """
    defined = replicates[~np.isnan(replicates)]
    if not len(defined):
        return None
    low, high = np.percentile(defined, (2.5, 97.5))
    return float(low), float(high)


def find_wilson(hits: int, trials: int) -> Interval | None:
    """The 95% score interval of a share (Wilson 1927), which does not collapse at 0 or 1.

    None without trials.
    """
    if trials == 0:
        return None
    share = hits / trials
    spread = Z * Z / trials
    half = Z * float(np.sqrt(share * (1 - share) / trials + spread / (4 * trials)))
    low = (share + spread / 2 - half) / (1 + spread)
    high = (share + spread / 2 + half) / (1 + spread)
    # Rounding must not push the share out of its interval.
    return min(max(low, 0.0), share), max(min(high, 1.0), share)
