"""The report card of one heatmap: where it lies, whether it stays when the image hardly changes.

What needs many images (does a map follow the weights, does it tell more than an edge filter) stands
in a `Trial`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.explanation.trials.hiding import mark_borders, mark_boxes, mark_each_corner
from medapp.explanation.trials.mass import measure_mass
from medapp.explanation.trials.stability import (
    SHIFT_PX,
    Explain,
    compare_noisy,
    compare_shifted,
)
from medapp.explanation.trials.words import ALIKE, DO_NOT
from medapp.imaging.geometry import Box
from medapp.notes import Note, sort_notes

CROWDED = 2  # times its part of the image, from which the mass in a region is worth a word
SEED = 0
# Found in 165 of 400 radiographs, of which nearly all have some (docs/results.md).
NO_TEXT = (
    "No burnt-in text or marker was found near the rim. On radiographs most are missed: look for"
    " them yourself."
)


@dataclass(frozen=True)
class Card:
    """What can be said of one map by itself.

    Attributes:
        corner: the one that holds most of the map, such as "bottom right".
        mass: share of the map's sum, 0 to 1, in that corner, on the borders, and on burnt-in text
            or markers ("text") where some were found.
        areas: the same if the map were flat.
        shift, noise: Spearman's correlation with the map of the image shifted by `SHIFT_PX`, and
            with noise too weak to see; None where that map shows nothing.
        marks: how many pieces of burnt-in text or markers were found; None where none were looked
            for.
    """

    corner: str
    mass: dict[str, float]
    areas: dict[str, float]
    shift: float | None
    noise: float | None
    marks: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, with what they say."""
        notes = [{"level": note.level, "text": note.text} for note in judge_card(self)]
        return {**asdict(self), "says": notes}


def draw_up_card(
    explain: Explain,
    pixels: NDArray[np.uint8],
    map_: NDArray[np.floating],
    class_index: int,
    content: Box,
    marks: Sequence[Box] | None = None,
) -> Card | None:
    """The card of a map (S, S) of one image; None of a blank map, of which there is nothing to say.

    Args:
        explain: what drew the map.
        pixels: (S, S, C), as the network saw the image.
        class_index: the class that the map explains.
        content: the rectangle of the square that the image fills.
        marks: boxes on the square around burnt-in text or markers, see `imaging.burnt_in`; None
            where none were looked for.
    """
    if not map_.any():
        return None
    size = len(map_)
    images, maps, picks = pixels[None], map_[None], np.array([class_index])
    corners = mark_each_corner(content, size)
    fullest = max(corners, key=lambda name: float((map_ * corners[name]).sum()))
    regions = {"corner": corners[fullest], "borders": mark_borders(content, size)}
    written = mark_boxes(marks or (), size)
    if written.any():
        regions["text"] = written
    shift = compare_shifted(explain, images, maps, picks)[0]
    noise = compare_noisy(explain, images, maps, picks, [SEED])[0]
    return Card(
        fullest,
        {name: float(measure_mass(maps, mask[None])[0]) for name, mask in regions.items()},
        {name: float(mask.mean()) for name, mask in regions.items()},
        None if np.isnan(shift) else float(shift),
        None if np.isnan(noise) else float(noise),
        None if marks is None else len(marks),
    )


def judge_card(card: Card) -> tuple[Note, ...]:
    """What the card says, the gravest first."""
    return sort_notes([*_judge_stability(card), *_judge_mass(card), *_judge_text(card)])


def _judge_stability(card: Card) -> Iterator[Note]:
    ways = (
        (f"when the image is shifted by {SHIFT_PX} px", card.shift),
        ("under noise too weak to see", card.noise),
    )
    for change, agreement in ways:
        if agreement is None:
            text = f"This map shows nothing any more {change}. {DO_NOT}"
            yield Note("map-unstable", text, "grave")
        elif agreement < ALIKE:
            text = f"This map becomes another {change} (rank correlation {agreement:.2f}). {DO_NOT}"
            yield Note("map-unstable", text, "grave")
        else:
            text = f"The map stays {change} (rank correlation {agreement:.2f})."
            yield Note("map-stable", text, "info")


def _judge_mass(card: Card) -> Iterator[Note]:
    places = {"corner": f"in the {card.corner} corner", "borders": "on the borders"}
    for region, place in places.items():
        mass, area = card.mass[region], card.areas[region]
        written = f"{mass:.1%} of the map lies {place}, {area:.1%} of the image"
        if mass >= CROWDED * area:
            text = f"{written}: look whether a mark or a border is what the model sees."
            yield Note("map-place", text)
        else:
            yield Note("map-place", f"{written}.", "info")


def _judge_text(card: Card) -> Iterator[Note]:
    """What lies on burnt-in text, by the rule of the corners; that none was found is said too."""
    if card.marks is None:
        return
    if "text" not in card.mass:
        yield Note("map-text", NO_TEXT, "info")
        return
    mass, area = card.mass["text"], card.areas["text"]
    written = (
        f"{mass:.1%} of the map lies on what looks like burnt-in text or a marker, {area:.1%} of"
        " the image"
    )
    if mass >= CROWDED * area:
        yield Note("map-text", f"{written}: the model may read the mark. {DO_NOT}", "grave")
    else:
        yield Note("map-text", f"{written}.", "info")
