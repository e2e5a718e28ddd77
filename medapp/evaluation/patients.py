"""Images and the patients they are of: what counts as independent, and figures per patient."""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from medapp.evaluation.estimates import Units
from medapp.evaluation.metrics import Floats, Mask


def number_units(groups: Sequence[str | None] | None, n: int) -> tuple[Units, str, int]:
    """What counts as independent.

    Args:
        groups: (N,) the patient of each image, None where unknown; None where no patient is known.

    Returns:
        (N,) the number of each image's unit, in the order of their first images; "patients" or
        "images", as what units are; how many images have no known patient.

    Raises:
        ValueError: there are not as many groups as images.
    """
    if groups is not None and len(groups) != n:
        raise ValueError(
            f"groups must name a patient, or None, for each of the {n} images, not for"
            f" {len(groups)}"
        )
    if groups is None or all(group is None for group in groups):
        return np.arange(n), "images", n
    return _number(groups), "patients", sum(group is None for group in groups)


def combine_probabilities(
    probabilities: ArrayLike, groups: Sequence[str | None]
) -> tuple[Units, Floats]:
    """The mean of the probabilities of each patient's images.

    Args:
        probabilities: (N, K).
        groups: (N,) the patient of each image; an image without one (None) is a patient by itself.

    Returns:
        (N,) the number of each image's patient, 0 … P - 1, in the order of their first images, and
        the probabilities (P, K).
    """
    rows = np.asarray(probabilities, dtype=float)
    units = _number(groups)
    sums = np.zeros((int(units.max(initial=-1)) + 1, rows.shape[1]))
    np.add.at(sums, units, rows)
    return units, sums / np.bincount(units, minlength=len(sums))[:, None]


def find_uniform(targets: ArrayLike, units: Units) -> tuple[Units, Units]:
    """The units whose images all have the same targets, and the first image of each.

    Args:
        targets: (N,) or (N, K); NaN equals NaN.
        units: (N,) the number of each image's unit, in the order of their first images.

    Returns:
        (P,) numbers of units, and (P,) indices of images.
    """
    firsts = np.unique(units, return_index=True)[1]
    wanted = np.asarray(targets, dtype=float)
    expected = wanted[firsts[units]]
    is_same = (wanted == expected) | (np.isnan(wanted) & np.isnan(expected))
    if is_same.ndim == 2:
        is_same = is_same.all(axis=1)
    strays = np.bincount(units[~is_same], minlength=len(firsts))
    uniform = np.flatnonzero(strays == 0)
    return uniform, firsts[uniform]


def combine_findings(targets: ArrayLike, units: Units) -> Floats:
    """What is known of each unit (P, K), from what is known of its images.

    A finding that images of one unit contradict each other in is not known (NaN).

    Args:
        targets: (N, K) with 1, 0 and NaN for what is not known.
        units: (N,) the number of each image's unit, 0 … P - 1.
    """
    present, absent = _find_known(targets, units)
    combined: Floats = np.where(present == absent, np.nan, present.astype(float))
    return combined


def count_torn(targets: ArrayLike, units: Units) -> int:
    """How many units have images that contradict each other in a finding."""
    present, absent = _find_known(targets, units)
    return int((present & absent).any(axis=1).sum())


def _find_known(targets: ArrayLike, units: Units) -> tuple[Mask, Mask]:
    """Whether any image of a unit has each finding, and whether any lacks it: (P, K) twice."""
    wanted = np.asarray(targets, dtype=float)
    present = np.zeros((int(units.max(initial=-1)) + 1, wanted.shape[1]), bool)
    absent = np.zeros_like(present)
    np.logical_or.at(present, units, wanted == 1)
    np.logical_or.at(absent, units, wanted == 0)
    return present, absent


def _number(groups: Sequence[str | None]) -> Units:
    # An image without a patient is known by its index, which is no patient's name.
    names: list[Hashable] = [i if group is None else group for i, group in enumerate(groups)]
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.intp)
