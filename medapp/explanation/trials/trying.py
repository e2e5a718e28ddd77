"""The trial itself: a subject, and what each check finds of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medapp.evaluation.estimates import Units
from medapp.explanation.trials.controls import Cells, draw_edge_maps, draw_random_maps
from medapp.explanation.trials.means import measure_mean
from medapp.explanation.trials.pointing import (
    find_peaks,
    measure_cover,
    place_best_point,
    place_maps,
    place_point,
)
from medapp.explanation.trials.record import (
    CENTRE,
    CONSTANT,
    EDGES,
    OWN,
    POINT,
    RANDOM,
    Mean,
    Placement,
    Removal,
    Step,
)
from medapp.explanation.trials.removal import SHARES, Answer, Maps, Pixels, follow_removal
from medapp.explanation.trials.similarity import compare_structure, correlate_ranks
from medapp.explanation.trials.stability import Explain
from medapp.imaging.geometry import Box
from medapp.store.job import Tell

UNIT = (0.0, 1.0)
SIGNED = (-1.0, 1.0)
Masks = NDArray[np.bool_]


@dataclass(frozen=True)
class Shown:
    """N images that a model was shown, and what it said of each.

    Attributes:
        pixels: (N, S, S, C) uint8.
        contents: the rectangle of each square that the image fills.
        boxes: of each image on its square, those that concern the class that is explained.
        classes: their names.
        picks: (N,) the class that is explained of each image.
        units: (N,) the number of each image's unit.
        seeds: one an image.
        probabilities: (N, K) of the images as they are.
        answer: pixels to probabilities.
        decide: probabilities to decisions (N, …).
    """

    pixels: Pixels
    contents: Sequence[Box]
    boxes: Sequence[Sequence[Box]]
    classes: Sequence[str]
    picks: NDArray[np.intp]
    units: Units
    seeds: Sequence[int]
    probabilities: NDArray[np.float32]
    answer: Answer
    decide: Callable[[NDArray[np.float32]], NDArray[np.generic]]

    @property
    def size_px(self) -> int:
        """The side of the square."""
        return int(self.pixels.shape[1])


@dataclass(frozen=True)
class Subject(Shown):
    """A model before the trial of its maps.

    Attributes:
        cells: height and width of the layer that maps are read from.
        maps: (N, S, S), of the picked classes.
        explain: pixels and picks to maps.
    """

    cells: Cells
    maps: Maps
    explain: Explain

    @property
    def shows(self) -> Masks:
        """(N,) whose map shows a place."""
        return np.asarray(self.maps.any(axis=(1, 2)))


def draw_controls(subject: Subject) -> dict[str, Maps]:
    """The subject's maps and those that know nothing of its network."""
    size = subject.size_px
    mean = np.broadcast_to(subject.maps.mean(axis=0), subject.maps.shape)
    return {
        OWN: subject.maps,
        RANDOM: draw_random_maps(subject.seeds, subject.cells, size),
        EDGES: draw_edge_maps(subject.pixels, subject.cells),
        CONSTANT: mean,
    }


def follow_cascade(
    subject: Subject, cascade: Iterator[tuple[str, Explain]], parts: int, tell: Tell
) -> tuple[Step, ...]:
    """How much of the maps is left as ever more of the network is random.

    Args:
        cascade: the part that became random last, and what explains by that network.
        parts: how many there are.
    """
    title = "Randomising the network"
    tell(title, 0, parts)
    steps = []
    for number, (part, explain) in enumerate(cascade, start=1):
        maps = explain(subject.pixels, subject.picks)
        rank = count_blank(subject, correlate_ranks(subject.maps, maps))
        ssim = count_blank(subject, compare_structure(subject.maps, maps))
        blank = int((subject.shows & ~maps.any(axis=(1, 2))).sum())
        units = subject.units
        steps.append(
            Step(part, measure_mean(rank, units, SIGNED), measure_mean(ssim, units, SIGNED), blank)
        )
        tell(title, number, parts)
    return tuple(steps)


def count_blank(subject: Subject, found: NDArray[np.float64]) -> NDArray[np.float64]:
    """Similarities, 0 where a map has gone blank, NaN where it was from the beginning."""
    return np.where(subject.shows, np.nan_to_num(found, nan=0.0), np.nan)


def follow_all(
    subject: Subject, controls: Mapping[str, Maps], tell: Tell
) -> dict[str, NDArray[np.float64]]:
    """Deletion and insertion in the order of each map: (2, L, N), see `follow_removal`."""
    title = "Removing pixels"
    total = 2 * len(SHARES) * len(controls) * len(subject.pixels)
    done = 0

    def follow(images: int) -> None:
        nonlocal done
        done += images
        tell(title, done, total)

    tell(title, 0, total)
    asked = (subject.answer, subject.pixels)
    return {
        name: follow_removal(*asked, maps, subject.picks, subject.seeds, on_share=follow)
        for name, maps in controls.items()
    }


def compare_removal(
    subject: Subject, curves: Mapping[str, NDArray[np.float64]]
) -> dict[str, Removal]:
    """What each map's curves come to, and by how much the map on trial is better."""
    own = find_road(curves[OWN])
    units = subject.units
    found = {}
    for name, curve in curves.items():
        road = find_road(curve)
        found[name] = Removal(
            measure_mean(curve[0].mean(axis=0), units, UNIT),
            measure_mean(curve[1].mean(axis=0), units, UNIT),
            measure_mean(road, units, SIGNED),
            None if name == OWN else measure_mean(own - road, units),
            _list(curve[0].mean(axis=1)),
            _list(curve[1].mean(axis=1)),
        )
    return found


def place_all(
    subject: Subject, controls: Mapping[str, Maps]
) -> tuple[dict[str, Placement], Mean | None]:
    """How all maps lie to the boxes, and what boxes cover; nothing where none is known."""
    chosen = [i for i, boxes in enumerate(subject.boxes) if boxes]
    if not chosen:
        return {}, None
    boxes = [subject.boxes[i] for i in chosen]
    units = np.unique(subject.units[chosen], return_inverse=True)[1]
    size = subject.size_px
    own = find_peaks(controls[OWN][chosen], boxes)
    found = {
        OWN: place_maps(controls[OWN][chosen], boxes, units),
        RANDOM: place_maps(controls[RANDOM][chosen], boxes, units, own),
        EDGES: place_maps(controls[EDGES][chosen], boxes, units, own),
        POINT: place_best_point(boxes, size, units, own),
        CENTRE: place_point((size / 2, size / 2), boxes, units, own),
    }
    return found, measure_cover(boxes, size, units)


def find_road(curve: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N,) half of insertion less deletion, as ROADCombined of pytorch-grad-cam."""
    return np.asarray((curve[1] - curve[0]).mean(axis=0) / 2)


def _list(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
