"""PPV and NPV at any prevalence, with intervals from those of sensitivity and specificity."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from medapp.evaluation.estimates import Estimate, bound_ratio, correlate, take_complement
from medapp.evaluation.evaluation import ClassFigures
from medapp.evaluation.intervals import Interval


@dataclass(frozen=True)
class Rate:
    """A share with its 95% interval."""

    value: float
    interval: Interval


def find_predictive_values(
    sensitivity: Estimate | None, specificity: Estimate | None, prevalence: float
) -> tuple[Rate | None, Rate | None]:
    """PPV and NPV at a prevalence, by Bayes' rule.

    PPV is 1 / (1 + odds against the finding · (1 − specificity) / sensitivity), and NPV likewise
    with both turned round; their intervals are those of that ratio, see `bound_ratio`.
    """
    if sensitivity is None or specificity is None or not 0 < prevalence < 1:
        return None, None
    together = correlate(sensitivity, specificity)
    against = (1 - prevalence) / prevalence
    ppv = _find_predictive(take_complement(specificity), sensitivity, -together, against)
    npv = _find_predictive(take_complement(sensitivity), specificity, -together, 1 / against)
    return ppv, npv


def _find_predictive(
    wrong: Estimate, right: Estimate, correlation: float, odds: float
) -> Rate | None:
    if not wrong.value and not right.value:
        return None
    ratio = wrong.value / right.value if right.value else np.inf
    low, high = bound_ratio(wrong, right, correlation)
    return Rate(1 / (1 + odds * ratio), (1 / (1 + odds * high), 1 / (1 + odds * low)))


def show(found: Estimate | None) -> Rate | None:
    """An estimate as a share with its interval."""
    return None if found is None else Rate(found.value, found.interval)


def show_rates(figures: ClassFigures | None) -> tuple[Rate | None, Rate | None]:
    """A class's sensitivity and specificity, each None where it or its interval is not known."""
    if figures is None:
        return None, None
    named = (
        (getattr(figures, n), figures.intervals.get(n)) for n in ("sensitivity", "specificity")
    )
    first, second = (None if v is None or i is None else Rate(v, i) for v, i in named)
    return first, second


def read_rate(values: Mapping[str, Any] | None) -> Rate | None:
    """A rate as JSON holds it.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    if values is None:
        return None
    low, high = map(float, values["interval"])
    return Rate(float(values["value"]), (low, high))
