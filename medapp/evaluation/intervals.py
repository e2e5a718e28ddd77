"""95% score intervals of a figure that is worth a number of independent observations."""

import math

Z = 1.959963984540054  # the 97.5% point of the normal distribution
# How intervals are made; older evaluations were made by another method.
METHOD = "score interval, clustered by patient"
IMAGES_METHOD = "score interval, each image by itself"  # what METHOD is without patients
OLDER_METHOD = "percentile bootstrap"

# Student's 97.5% points for 1 to 9 degrees of freedom (Abramowitz & Stegun 1964, table 26.10).
_STUDENT = (12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622)

Interval = tuple[float, float]


def find_wilson(share: float, trials: float) -> Interval:
    """The 95% score interval of a share (Wilson 1927), which does not collapse at 0 or 1.

    Args:
        share: in 0 to 1.
        trials: how many independent observations the share is worth, above 0; need not be whole.
    """
    spread = Z * Z / trials
    half = Z * math.sqrt(share * (1 - share) / trials + spread / (4 * trials))
    low = (share + spread / 2 - half) / (1 + spread)
    high = (share + spread / 2 + half) / (1 + spread)
    # Rounding must not push the share out of its interval.
    return min(max(low, 0.0), share), max(min(high, 1.0), share)


def count_effective(value: float, variance: float, witnesses: int, least: float) -> float:
    """How many independent observations a figure is worth: value · (1 - value) / variance.

    A variance that few patients bear witness to is not trusted: where all are right nothing tells
    how alike the images of one patient are. The design effect is therefore drawn towards the
    largest that there can be, all images of a patient being equal, by one part in `witnesses` + 1.
    The weight was chosen by simulation (`benchmarks.accuracy.coverage`). Intervals of this form for
    clustered shares: Dean & Pagano 2015, doi:10.1093/jssam/smv024.

    Args:
        variance: of the value, between patients.
        witnesses: patients that are of the rarer kind, such as those with an error.
        least: the observations it is worth where a patient's images are all equal.
    """
    scatter = value * (1 - value)
    if scatter <= 0 or witnesses == 0:
        return least
    weight = witnesses / (witnesses + 1)
    return 1 / (weight * variance / scatter + (1 - weight) / least)


def find_student(freedom: int) -> float:
    """Student's 97.5% point.

    Args:
        freedom: degrees of freedom, from 1.
    """
    return _STUDENT[freedom - 1] if freedom <= len(_STUDENT) else expand_student(freedom)


def expand_student(freedom: float) -> float:
    """Student's 97.5% point by its expansion (Abramowitz & Stegun 1964, 26.7.5).

    Args:
        freedom: degrees of freedom, which need not be whole; within 2% from four of them on.
    """
    first = (Z**3 + Z) / 4
    second = (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96
    return Z + first / freedom + second / freedom**2
