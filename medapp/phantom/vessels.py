"""Lung vessels: trees of tubes that start at the hila, fork twice and taper.

Made of exact arithmetic alone (`medapp.phantom.exact`).
"""

from dataclasses import dataclass

import numpy as np

from medapp.phantom.exact import Floats, Stream, smooth

_TREES = 30  # tubes that leave the hila
_STEPS = 56  # points along each tube


@dataclass(frozen=True)
class Tubes:
    """Points along all tubes, each (N,), in mm.

    Attributes:
        x, y: where the point is.
        radius: how wide the tube is there.
        step: the length of tube that the point stands for.
    """

    x: Floats
    y: Floats
    radius: Floats
    step: Floats


def grow_vessels(stream: Stream) -> Tubes:
    """About 15,000 points of 210 tubes, in the coordinates of `medapp.phantom.chest`."""
    sides = np.where(np.arange(_TREES) % 2 == 0, -1.0, 1.0)
    x = sides * stream.draw_many(_TREES, 30.0, 40.0)
    y = stream.draw_many(_TREES, -35.0, 7.0)
    dx = sides * stream.draw_many(_TREES, 0.05, 1.0)
    dy = stream.draw_many(_TREES, -1.1, 1.1)
    length = stream.draw_many(_TREES, 70.0, 125.0)
    width = stream.draw_many(_TREES, 2.0, 5.0)
    t = ((np.arange(_STEPS, dtype=np.float64) + 0.5) / _STEPS)[None, :]
    parts: list[tuple[Floats, ...]] = []
    for _ in range(3):
        norm = np.sqrt(dx * dx + dy * dy)
        dx = dx / norm
        dy = dy / norm
        bow = stream.draw_many(len(x), -0.22, 0.22)[:, None] * length[:, None] * t * t
        path_x = x[:, None] + dx[:, None] * length[:, None] * t - dy[:, None] * bow
        path_y = y[:, None] + dy[:, None] * length[:, None] * t + dx[:, None] * bow
        radius = width[:, None] * (1.0 - 0.75 * t)
        parts.append(
            (path_x, path_y, radius, np.broadcast_to((length / _STEPS)[:, None], radius.shape))
        )
        parent = np.repeat(np.arange(len(x)), 2)
        fork = np.floor(stream.draw_many(len(parent), 0.15, 0.75) * _STEPS).astype(np.int64)
        bend = stream.draw_many(len(parent), 0.35, 0.9) * np.where(
            np.arange(len(parent)) % 2 == 0, -1.0, 1.0
        )
        x = path_x[parent, fork]
        y = path_y[parent, fork]
        width = 0.8 * radius[parent, fork]
        dx, dy = dx[parent] - bend * dy[parent], dy[parent] + bend * dx[parent]
        length = 0.55 * length[parent]
    return Tubes(*(np.concatenate([part[i].ravel() for part in parts]) for i in range(4)))


def draw_tubes(tubes: Tubes, px: Floats, py: Floats, size_px: int, pixel_mm: float) -> Floats:
    """(size_px, size_px) mm of tissue along each ray; `px`, `py` (N,) are where the tubes' points
    fall, in pixels.

    A point's volume falls on the nearest pixels and is blurred to about its radius, in three steps
    of width.
    """
    volume = 3.14159 * tubes.radius * tubes.radius * tubes.step / (pixel_mm * pixel_mm)
    tissue = np.zeros((size_px, size_px))
    for passes, low, high in ((7, 2.6, 9.0), (3, 1.5, 2.6), (1, 0.0, 1.5)):
        chosen = (tubes.radius >= low) & (tubes.radius < high)
        tissue = tissue + smooth(_splat(px[chosen], py[chosen], volume[chosen], size_px), passes)
    return tissue


def _splat(px: Floats, py: Floats, weight: Floats, size_px: int) -> Floats:
    """Weights shared among the four nearest pixels.

    They are summed as whole numbers, so that their order does not matter.
    """
    inside = (px >= 0.0) & (py >= 0.0) & (px < size_px - 1.001) & (py < size_px - 1.001)
    px = px[inside]
    py = py[inside]
    weight = weight[inside] * 2.0**20
    column = np.floor(px)
    row = np.floor(py)
    fx = px - column
    fy = py - row
    corner = (row * size_px + column).astype(np.int64)
    total = np.zeros(size_px * size_px)
    shares = (
        (0, (1 - fx) * (1 - fy)),
        (1, fx * (1 - fy)),
        (size_px, (1 - fx) * fy),
        (size_px + 1, fx * fy),
    )
    for offset, share in shares:
        total = total + np.bincount(corner + offset, np.floor(weight * share), size_px * size_px)
    return total.reshape(size_px, size_px) / 2.0**20
