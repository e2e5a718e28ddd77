"""Counterfactuals: the model is asked again with a region hidden, and with as much elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medapp.explanation.trials.hiding import (
    FILLINGS,
    mark_borders,
    mark_boxes,
    mark_corners,
    move_elsewhere,
)
from medapp.explanation.trials.means import compare_shares, find_p, measure_mean, measure_share
from medapp.explanation.trials.record import Flips, Hiding
from medapp.explanation.trials.trying import Shown
from medapp.store.job import Tell

TITLE = "Hiding regions"
Masks = NDArray[np.bool_]


@dataclass(frozen=True)
class Asked:
    """What the model said of n images with a region hidden.

    Attributes:
        flips: (n,) which are decided otherwise.
        drops: (n,) by how much the probability of the class that was predicted falls.
    """

    flips: Masks
    drops: NDArray[np.float64]

    def choose(self, own: Masks) -> "Asked":
        """The same of some of the images."""
        return Asked(self.flips[own], self.drops[own])


def mark_regions(shown: Shown) -> dict[str, Masks]:
    """Where each region lies on each image: (N, S, S); boxes only where any is known."""
    size = shown.size_px
    found = {
        "corners": np.stack([mark_corners(each, size) for each in shown.contents]),
        "borders": np.stack([mark_borders(each, size) for each in shown.contents]),
    }
    boxes = np.stack([mark_boxes(each, size) for each in shown.boxes])
    return {**found, "box": boxes} if boxes.any() else found


def hide_regions(shown: Shown, regions: Mapping[str, Masks], tell: Tell) -> tuple[Hiding, ...]:
    """How answers change where each region is hidden, by each fill."""
    total = len(regions) * len(FILLINGS)
    found: list[Hiding] = []
    for region, masks in regions.items():
        chosen = [i for i, mask in enumerate(masks) if mask.any()]
        moved = np.stack(
            [move_elsewhere(masks[i], shown.contents[i], shown.seeds[i]) for i in chosen]
        )
        for fill in FILLINGS:
            tell(TITLE, len(found), total)
            here = _ask(shown, chosen, masks[chosen], fill)
            there = _ask(shown, chosen, moved, fill)
            area = float(masks[chosen].mean())
            found.append(_build_hiding(shown, region, fill, area, chosen, here, there))
    tell(TITLE, total, total)
    return tuple(found)


def _ask(shown: Shown, chosen: list[int], masks: Masks, fill: str) -> Asked:
    hidden = np.stack(
        [
            FILLINGS[fill](shown.pixels[i], mask, shown.contents[i])
            for i, mask in zip(chosen, masks, strict=True)
        ]
    )
    plain = shown.probabilities[chosen]
    said = shown.answer(hidden)
    changed = shown.decide(said) != shown.decide(plain)
    own = np.arange(len(chosen)), shown.picks[chosen]
    drops = plain[own].astype(np.float64) - said[own].astype(np.float64)
    return Asked(changed.reshape(len(chosen), -1).any(axis=1), drops)


def _build_hiding(
    shown: Shown,
    region: str,
    fill: str,
    area: float,
    chosen: list[int],
    here: Asked,
    there: Asked,
) -> Hiding:
    units = shown.units[chosen]
    of_class = {}
    for index, name in enumerate(shown.classes):
        own = shown.picks[chosen] == index
        if own.any():
            of_class[name] = count_flips(here.choose(own), there.choose(own), units[own])
    return Hiding(region, fill, area, count_flips(here, there, units), of_class)


def count_flips(here: Asked, there: Asked, units: NDArray[np.intp]) -> Flips:
    """Answers that change with a region hidden, beside those of its control on the same images."""
    numbers = np.unique(units, return_inverse=True)[1]
    gain = measure_mean(here.drops - there.drops, numbers, (-2.0, 2.0))
    return Flips(
        len(units),
        int(here.flips.sum()),
        int(there.flips.sum()),
        measure_share(here.flips, numbers),
        measure_share(there.flips, numbers),
        compare_shares(here.flips, there.flips, numbers),
        measure_mean(here.drops, numbers, (-1.0, 1.0)),
        gain,
        find_p(gain),
    )
