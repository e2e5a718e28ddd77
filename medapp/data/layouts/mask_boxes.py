"""Masks of findings to boxes, where somebody asks for them."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from medapp.data.layouts.layout import FoundFile, Layout
from medapp.data.layouts.masks import MASK
from medapp.errors import ImageError
from medapp.imaging.geometry import Box
from medapp.imaging.image import load_image
from medapp.store.threads import map_threaded

MOST_BOXES = 20  # of one mask, the largest
LEAST_SHARE = 1e-4  # of a mask's pixels; smaller specks are no finding


def add_mask_boxes(layout: Layout) -> Layout:
    """A layout with the boxes around what masks of its images mark, in pixels of the image.

    A box has the class of its image. A mask that gives none stays left out, with the reason.
    """
    wanted = [file for file in layout.files if file.name in layout.masks]
    read = map_threaded(lambda file: _read_masks(file, layout.masks[file.name]), wanted)
    boxes: dict[str, tuple[Box, ...]] = {}
    faults: dict[str, str] = {}
    used: set[str] = set()
    for file, (found, without) in zip(wanted, read, strict=True):
        faults |= without
        used |= {name for name, _ in layout.masks[file.name] if name not in without}
        if found:
            boxes[file.name] = tuple(Box(file.label, *place) for place in found)
    left_out = [
        (name, faults.get(name, reason) if reason == MASK else reason)
        for name, reason in layout.left_out
        if name not in used or reason != MASK
    ]
    said = f"Boxes are drawn around what the masks of {len(boxes):,} images mark."
    return replace(
        layout,
        boxes={**boxes, **layout.boxes},
        left_out=tuple(left_out),
        remarks=(*layout.remarks, said),
    )


def find_boxes(mask: NDArray[np.generic]) -> list[tuple[float, float, float, float]]:
    """x0, y0, x1, y1 of each connected part of a mask (H, W) or (H, W, 3), the largest first.

    What is brighter than half of the brightest is marked; parts touch at edges or corners.
    """
    grey = mask.max(axis=2) if mask.ndim == 3 else mask
    marked = grey > grey.max() / 2
    least = max(2, LEAST_SHARE * marked.size)
    parts = sorted((part for part in _find_parts(marked) if part.size >= least), key=_order)
    return [(part.x0, part.y0, part.x1, part.y1) for part in parts[:MOST_BOXES]]


@dataclass
class _Part:
    """A connected part: its pixels so far, and their bounds."""

    size: int
    x0: float
    y0: float
    x1: float
    y1: float


def _order(part: _Part) -> tuple[float, ...]:
    return (-part.size, part.y0, part.x0)


def _find_parts(marked: NDArray[np.bool_]) -> list[_Part]:
    """The parts of a mask (H, W) that touch at edges or corners, put together run by run."""
    parts: dict[int, _Part] = {}
    above: list[tuple[int, int, int]] = []  # start, end and part of the runs of the row above
    numbers = itertools.count()
    steps = np.diff(np.pad(marked, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    for y in range(marked.shape[0]):
        starts = np.flatnonzero(steps[y] == 1).tolist()
        ends = np.flatnonzero(steps[y] == -1).tolist()
        row: list[tuple[int, int, int]] = []
        for x0, x1 in zip(starts, ends, strict=True):
            touched = {n for a, b, n in above if a <= x1 and b >= x0}
            number = min(touched, default=next(numbers))
            run = _Part(x1 - x0, x0, y, x1, y + 1)
            parts[number] = _unite([run, *(parts.pop(n) for n in touched)])
            above = [(a, b, number if n in touched else n) for a, b, n in above]
            row = [(a, b, number if n in touched else n) for a, b, n in row]
            row.append((x0, x1, number))
        above = row
    return list(parts.values())


def _unite(parts: Sequence[_Part]) -> _Part:
    return _Part(
        sum(part.size for part in parts),
        min(part.x0 for part in parts),
        min(part.y0 for part in parts),
        max(part.x1 for part in parts),
        max(part.y1 for part in parts),
    )


def _read_masks(
    file: FoundFile, masks: Sequence[tuple[str, Path]]
) -> tuple[list[tuple[float, float, float, float]], dict[str, str]]:
    """The boxes of an image's masks, and why each other mask gives none."""
    found: list[tuple[float, float, float, float]] = []
    faults: dict[str, str] = {}
    try:
        shape = load_image(file.path, frame=file.frame).shape[:2]
    except ImageError:
        # Registering the image says why it cannot be read.
        return found, dict.fromkeys((name for name, _ in masks), MASK)
    for name, path in masks:
        try:
            mask = load_image(path)
        except ImageError as error:
            faults[name] = f"a mask that cannot be read: {error}"
            continue
        if mask.shape[:2] != shape:
            faults[name] = "a mask of another size than its image, so it gives no box"
        else:
            found += find_boxes(mask)
    return found, faults
