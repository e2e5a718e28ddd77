"""Contours of a heatmap: lines around what reaches a share of its maximum, over an untouched image.

A contour at half of the maximum is how nuclear medicine outlines uptake; a second one at 80% says
where within it the map is hottest. Neither is the border of a finding. Works on plain arrays, in
the pixels of `placing`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from medapp.imaging.geometry import View

Floats = NDArray[np.floating]
Bytes = NDArray[np.uint8]
Line = NDArray[np.float64]
Edge = tuple[int, int, int, int]  # row and column of a grid point, and of its neighbour

FINE = 2  # a line is drawn so many times as large, and made smaller, so that its edges are smooth
THICKNESS = 1 / 240  # of an image's longest side
LEAST_PX = 1.5  # that a line is thick
CASING = 2.2  # times a line's thickness: the dark band that it lies on
DARK = (0, 0, 0)


@dataclass(frozen=True)
class Level:
    """A level at which a contour lies.

    Attributes:
        share: of the map's maximum, 0 to 1.
        colour: RGB of the line; light, as the line lies on a dark band.
        name: of the colour, for words.
    """

    share: float
    colour: tuple[int, int, int]
    name: str


# Sky blue and yellow of Okabe & Ito (2008), which colour-blind readers tell apart.
LEVELS = (Level(0.5, (86, 180, 233), "blue"), Level(0.8, (240, 228, 66), "yellow"))
WORDS = (
    f"Contours at {LEVELS[0].share:.0%} ({LEVELS[0].name}) and {LEVELS[1].share:.0%}"
    f" ({LEVELS[1].name}) of the map's own maximum. They say where the map is hot, not where a"
    " finding ends."
)


def trace_contours(values: Floats, share: float) -> list[Line]:
    """The closed lines (P, 2) of x, y around what is at least `share` in a map (S, T) in 0 to 1.

    By marching squares between the centres of the pixels, linear along each edge (Lorensen & Cline
    1987, in two dimensions). Where the map is hot up to its own edge, the line runs along that. A
    line's first point is its last one too. What is hot lies on one side of all lines.

    Args:
        share: above 0.
    """
    height, width = values.shape
    # A rim of nothing on the very edge of the map closes each line.
    grid = np.pad(values.astype(float), 1)
    ys = np.concatenate([[0], np.arange(height) + 0.5, [height]])
    xs = np.concatenate([[0], np.arange(width) + 0.5, [width]])
    following = dict(_link_edges(grid, share))

    def place(edge: Edge) -> tuple[float, float]:
        row, column, to_row, to_column = edge
        start, end = grid[row, column], grid[to_row, to_column]
        part = (share - start) / (end - start)
        x = xs[column] + part * (xs[to_column] - xs[column])
        return float(x), float(ys[row] + part * (ys[to_row] - ys[row]))

    lines = []
    while following:
        first, edge = following.popitem()
        points = [place(first)]
        while edge != first:
            points.append(place(edge))
            edge = following.pop(edge)
        lines.append(np.array([*points, points[0]]))
    return lines


def place_contours(lines: Sequence[Line], view: View, size_px: int) -> list[Line]:
    """Lines on the square of `size_px` to the image's pixels.

    Args:
        view: the rectangle of the image that fills the square.
    """
    corner = np.array([view.x0, view.y0])
    scale = np.array([view.x1 - view.x0, view.y1 - view.y0]) / size_px
    return [corner + line * scale for line in lines]


def draw_contours(image: Bytes, values: Floats, view: View, opacity: float = 1.0) -> Bytes:
    """The image (H, W) or (H, W, 3) with the contours of a map (S, S) in 0 to 1: RGB (H, W, 3).

    All pixels that no line crosses stay as they are.

    Args:
        view: the rectangle of the image that fills the map's square.
        opacity: of the lines, 0 to 1.
    """
    rgb = np.stack([image] * 3, axis=2) if image.ndim == 2 else image
    drawn = Image.fromarray(rgb)
    thickness = max(LEAST_PX, THICKNESS * max(image.shape[:2]))
    for level in LEVELS:
        lines = place_contours(trace_contours(values, level.share), view, len(values))
        for colour, wide in ((DARK, CASING * thickness), (level.colour, thickness)):
            mask = _draw_mask(lines, drawn.size, wide)
            drawn.paste(colour, mask=mask.point(lambda cover: round(opacity * cover)))
    return np.asarray(drawn)


def _link_edges(grid: Floats, share: float) -> Iterator[tuple[Edge, Edge]]:
    """Each edge that a line leaves a cell of the grid by, after the one that it came in by.

    Around a cell edges rise into the map and fall out of it in turns, and what rises for a cell
    falls for the next one. Where there are two of each, the cell's mean says which belong together.
    """
    inside = grid >= share
    count = inside[:-1, :-1] * 1 + inside[:-1, 1:] + inside[1:, :-1] + inside[1:, 1:]
    for row, column in np.argwhere((count > 0) & (count < 4)).tolist():
        corners = ((row, column), (row, column + 1), (row + 1, column + 1), (row + 1, column))
        turns = [
            (start, end)
            for start, end in zip(corners, (*corners[1:], corners[0]), strict=True)
            if inside[start] != inside[end]
        ]
        is_joined = grid[row : row + 2, column : column + 2].mean() >= share
        for i, (start, end) in enumerate(turns):
            if inside[start]:
                other = turns[(i + 1 if is_joined else i - 1) % len(turns)]
                yield _name_edge(start, end), _name_edge(*other)


def _name_edge(start: tuple[int, int], end: tuple[int, int]) -> Edge:
    """The same for both cells that share an edge."""
    (row, column), (to_row, to_column) = sorted((start, end))
    return row, column, to_row, to_column


def _draw_mask(lines: Sequence[Line], size: tuple[int, int], thickness: float) -> Image.Image:
    """How much of each pixel the lines cover, as an image of mode L and the size given."""
    mask = Image.new("L", (size[0] * FINE, size[1] * FINE))
    draw = ImageDraw.Draw(mask)
    for line in lines:
        # A pixel's centre is a whole number to Pillow.
        points = [(x * FINE - 0.5, y * FINE - 0.5) for x, y in line.tolist()]
        # The first stretch is drawn again, so that the line's ends are joined like all corners.
        draw.line([*points, *points[1:2]], 255, round(FINE * thickness), joint="curve")
    return mask.reduce(FINE)
