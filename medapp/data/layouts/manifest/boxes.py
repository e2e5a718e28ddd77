"""Boxes as tables write them: four columns, or four numbers in one cell, as COCO has them."""

import math
import re
from collections.abc import Sequence

from medapp.data.layouts.manifest.marks import clean
from medapp.data.layouts.manifest.words import find_boxes, names_boxes, names_corners, names_sizes
from medapp.data.layouts.tables import Table
from medapp.imaging.geometry import Box

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", re.IGNORECASE)
_AROUND = re.compile(r"[\s\[\](){},;|]*")

Quad = tuple[float, float, float, float]


def find_box_columns(
    table: Table, columns: Sequence[str], reasons: dict[str, str]
) -> tuple[tuple[str, ...], bool]:
    """The columns of boxes, four or one of text, and whether a box's last two are its size."""
    boxes, are_sizes = find_boxes(columns)
    if boxes:
        return boxes, are_sizes
    for column in filter(names_boxes, columns):
        cells = [cell for cell in table.list_cells(column) if clean(cell)]
        read = [quads for cell in cells if (quads := read_quads(cell)) is not None]
        found = [quad for quads in read for quad in quads]
        if not found or 2 * len(read) < len(cells):
            continue
        if all(0 <= value <= 1 for quad in found for value in quad):
            reasons["boxes"] = f"{column!r} holds shares of an image and no pixels: no box is read."
            continue
        are_sizes = not names_corners(column)
        reasons["boxes"] = _describe(column, found, are_sizes)
        return (column,), are_sizes
    return (), False


def _describe(column: str, found: Sequence[Quad], are_sizes: bool) -> str:
    """How the boxes are read; that they may be meant otherwise, where their numbers allow it."""
    if not are_sizes:
        return f"The boxes in {column!r} are read as [x0, y0, x1, y1], as its name says."
    said = f"The boxes in {column!r} are read as [x, y, width, height]"
    may_be_corners = all(quad[2] > quad[0] and quad[3] > quad[1] for quad in found)
    if not may_be_corners or names_sizes(column):
        return f"{said}."
    return f"{said}; if they are [x0, y0, x1, y1], call the column bbox_xyxy."


def read_quads(cell: str) -> list[Quad] | None:
    """The fours of numbers in a cell, one for each box; None where it holds something else."""
    numbers = [float(number) for number in _NUMBER.findall(cell)]
    if len(numbers) % 4 or not _AROUND.fullmatch(_NUMBER.sub(" ", cell)):
        return None
    return [
        (numbers[i], numbers[i + 1], numbers[i + 2], numbers[i + 3])
        for i in range(0, len(numbers), 4)
    ]


def read_cells(cells: Sequence[str]) -> list[Quad] | None:
    """The fours of numbers in a row's cells of boxes: one cell of text, or four of a number each.

    None where they are no numbers.
    """
    if len(cells) == 1:
        return read_quads(cells[0])
    try:
        x0, y0, x1, y1 = map(float, cells)
    except ValueError:
        return None
    return [(x0, y0, x1, y1)]


def build_box(quad: Quad, label: str, are_sizes: bool) -> Box | None:
    """A box in pixels; None where the numbers are none."""
    x0, y0, x1, y1 = quad
    if are_sizes:
        x1 += x0
        y1 += y0
    is_valid = all(math.isfinite(v) for v in (x0, y0, x1, y1)) and x0 < x1 and y0 < y1
    return Box(label, x0, y0, x1, y1) if is_valid else None
