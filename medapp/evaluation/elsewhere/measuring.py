"""How common classes are and how sure a model is of them, here and at home; what a change gains."""

from collections.abc import Mapping, Sequence

import numpy as np

from medapp.evaluation.case import Case
from medapp.evaluation.elsewhere.record import OfClass, Recalibration
from medapp.evaluation.estimates import Estimate, Units, estimate_share, inflate
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.intervals import find_student
from medapp.evaluation.metrics import Floats
from medapp.evaluation.patients import number_units
from medapp.evaluation.predictive import Rate, show


def estimate_mean(values: Floats, units: Units, count: int) -> Estimate | None:
    """The mean of values (N,) with a 95% interval over units; None of one unit or none.

    Student's t with the variance of a ratio of sums over units (Cochran 1977, section 3.12).
    """
    sizes = np.bincount(units, minlength=count).astype(float)
    many = int((sizes > 0).sum())
    if many < 2:
        return None
    mean = float(values.mean())
    sums = np.bincount(units, values, minlength=count)
    shifts = inflate((sums - mean * sizes) / len(values), sizes)
    reach = find_student(many - 1) * float(np.linalg.norm(shifts))
    return Estimate(mean, (mean - reach, mean + reach), shifts)


def describe_sureness(case: Case, groups: Sequence[str | None]) -> list[Rate | None]:
    """The mean probability of each class on images that show it; None of one unit or none."""
    units, _, _ = number_units(groups, len(case.scores))
    found: list[Rate | None] = []
    for column in range(case.scores.shape[1]):
        rows = np.flatnonzero(case.true[:, column])
        names, own = np.unique(units[rows], return_inverse=True)
        mean = estimate_mean(case.scores[rows, column], own.astype(np.intp), len(names))
        found.append(_bound(mean))
    return found


def _bound(found: Estimate | None) -> Rate | None:
    if found is None:
        return None
    low, high = found.interval
    return Rate(found.value, (max(low, 0.0), min(high, 1.0)))


def compare_classes(
    classes: Sequence[str],
    case: Case,
    groups: Sequence[str | None],
    home: Evaluation | None,
    said_at_home: Mapping[str, Rate],
) -> dict[str, OfClass]:
    """How common each class is, and how sure the model is of it, here and at home.

    Args:
        said_at_home: class → the mean probability on its own test images.
    """
    units, _, _ = number_units(groups, len(case.scores))
    count = int(units.max(initial=-1)) + 1
    sure = describe_sureness(case, groups)
    found = {}
    for column, name in enumerate(classes):
        known = case.true[:, column] | case.false[:, column]
        share = estimate_share(case.true[:, column], known, units, count)
        found[name] = OfClass(
            int(case.true[:, column].sum()),
            show(share),
            _share_at_home(home, name),
            sure[column],
            said_at_home.get(name),
        )
    return found


def _share_at_home(home: Evaluation | None, name: str) -> float | None:
    figures = home.per_class.get(name) if home else None
    if home is None or figures is None:
        return None
    known = home.n if figures.others is None else figures.n + figures.others
    return figures.n / known if known else None


def judge_recalibration(
    method: str, reason: str, before: Floats, after: Floats, groups: Sequence[str | None]
) -> Recalibration:
    """What a change gains, from the losses (N,) of each image before and after it.

    Args:
        method, reason: see `Recalibration`.
        after: by changes that were found on images of other patients.
    """
    known = np.isfinite(before) & np.isfinite(after)
    if reason or not known.any():
        return Recalibration("", reason or "nothing is known of the images")
    units, _, _ = number_units(groups, len(before))
    names, own = np.unique(units[known], return_inverse=True)
    gain = estimate_mean((before - after)[known], own.astype(np.intp), len(names))
    return Recalibration(
        method,
        "",
        float(before[known].mean()),
        float(after[known].mean()),
        Rate(gain.value, gain.interval) if gain else None,
    )
