"""Do maps point at what is known to be there? Beside points that need no network."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from medapp.evaluation.estimates import Units
from medapp.explanation.placing import (
    find_best_constant_point,
    measure_localisation,
    measure_overlap,
)
from medapp.explanation.trials.means import compare_shares, measure_mean, measure_share
from medapp.explanation.trials.record import Mean, Placement
from medapp.imaging.geometry import Box

Maps = NDArray[np.floating]
Mask = NDArray[np.bool_]
Boxes = Sequence[Sequence[Box]]


def find_peaks(maps: Maps, boxes: Boxes) -> Mask:
    """(N,) whose map (S, S) is hottest in a box of its image; a blank map misses."""
    return np.array(
        [bool(measure_localisation(*each).is_peak_inside) for each in zip(maps, boxes, strict=True)]
    )


def place_maps(maps: Maps, boxes: Boxes, units: Units, own: Mask | None = None) -> Placement:
    """How maps (N, S, S) lie to the boxes on their squares; a blank map misses.

    Args:
        own: (N,) the peaks of the map on trial, where this is a control.
    """
    peaks = find_peaks(maps, boxes)
    masses = [measure_localisation(*each).mass_inside for each in zip(maps, boxes, strict=True)]
    overlaps = [measure_overlap(*each) for each in zip(maps, boxes, strict=True)]
    return Placement(
        measure_share(peaks, units),
        measure_mean([mass or 0.0 for mass in masses], units, (0.0, 1.0)),
        measure_mean([overlap or 0.0 for overlap in overlaps], units, (0.0, 1.0)),
        None if own is None else compare_shares(own, peaks, units),
    )


def place_point(point: tuple[float, float], boxes: Boxes, units: Units, own: Mask) -> Placement:
    """How one point (x, y) of the square lies to the boxes of each image."""
    x, y = point
    hits = np.array(
        [any(b.x0 <= x < b.x1 and b.y0 <= y < b.y1 for b in each) for each in boxes], bool
    )
    return Placement(measure_share(hits, units), None, None, compare_shares(own, hits, units))


def place_best_point(boxes: Boxes, size_px: int, units: Units, own: Mask) -> Placement:
    """The same of the point that lies in the boxes of most images, found on these very images."""
    point, _ = find_best_constant_point(boxes, size_px, size_px)
    return place_point(point, boxes, units, own)


def measure_cover(boxes: Boxes, size_px: int, units: Units) -> Mean:
    """The share of the square that boxes cover."""
    blank = np.zeros((size_px, size_px))
    covers = [measure_localisation(blank, each).cover for each in boxes]
    return measure_mean(covers, units, (0.0, 1.0))
