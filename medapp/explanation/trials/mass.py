"""Where the maps of a class lie on the mean, and how much of a map lies in a region."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from medapp.explanation.trials.controls import reduce_map
from medapp.explanation.trials.record import Average

Maps = NDArray[np.floating]

GRID = 16  # cells a side of a mean map that is kept
LEAST_SITE = 3  # maps of a class at a site, from which their mean is kept


def measure_mass(maps: Maps, regions: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The share (N,) of each map's sum within its region (N, S, S); NaN of a blank map."""
    totals = maps.sum(axis=(1, 2), dtype=float)
    inside = (maps * regions).sum(axis=(1, 2), dtype=float)
    shares = np.full(len(maps), np.nan)
    np.divide(inside, totals, out=shares, where=totals > 0)
    return shares


def average_maps(
    maps: Maps, labels: Sequence[str], sites: Sequence[str | None]
) -> tuple[Average, ...]:
    """The mean map of each class, and of each class at each site where several are known."""
    known = {site for site in sites if site is not None}
    groups: list[tuple[str, str | None]] = []
    for label in sorted(set(labels)):
        groups.append((label, None))
        if len(known) > 1:
            groups += [(label, site) for site in sorted(known)]
    found = []
    shows = [bool(each.any()) for each in maps]
    for label, site in groups:
        chosen = np.array(
            [
                is_shown and own == label and site in (None, at)
                for is_shown, own, at in zip(shows, labels, sites, strict=True)
            ]
        )
        if chosen.sum() >= (1 if site is None else LEAST_SITE):
            found.append(_average(maps[chosen], label, site))
    return tuple(found)


def _average(maps: Maps, label: str, site: str | None) -> Average:
    cells = (min(GRID, maps.shape[1]), min(GRID, maps.shape[2]))
    grid = reduce_map(maps.mean(axis=0), cells)
    rows = tuple(tuple(round(float(value), 3) for value in row) for row in grid)
    return Average(label, site, len(maps), rows)
