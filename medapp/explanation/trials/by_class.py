"""What maps are worth class by class: a map may serve one finding and fail another."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from medapp.explanation.trials.means import measure_mean
from medapp.explanation.trials.pointing import place_maps
from medapp.explanation.trials.record import OWN, RANDOM, OfClass
from medapp.explanation.trials.trying import SIGNED, Subject, find_road


def judge_classes(
    subject: Subject, curves: Mapping[str, NDArray[np.float64]]
) -> dict[str, OfClass]:
    """The maps by the class that was predicted, those that were predicted of no image left out.

    Args:
        curves: of each map, see `follow_all`.
    """
    own, random = find_road(curves[OWN]), find_road(curves[RANDOM])
    found = {}
    for index, name in enumerate(subject.classes):
        rows = np.flatnonzero(subject.picks == index).tolist()
        if not rows:
            continue
        units = subject.units[rows]
        boxed = [row for row in rows if subject.boxes[row]]
        placed = None
        if boxed:
            numbers = np.unique(subject.units[boxed], return_inverse=True)[1]
            placed = place_maps(subject.maps[boxed], [subject.boxes[row] for row in boxed], numbers)
        found[name] = OfClass(
            len(rows),
            measure_mean(own[rows], units, SIGNED),
            measure_mean(own[rows] - random[rows], units),
            placed.peak if placed else None,
            placed.overlap if placed else None,
        )
    return found
