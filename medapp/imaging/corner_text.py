"""Lines of text that are burnt into the corners of an image: names, dates, numbers.

No letter is read. A line of text is a few rows in which ink and ground change often, between rows
in which they do not, and its ink parts into narrow pieces that stand side by side. A marker of one
or two letters, such as L or R, is no line.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.imaging.fingerprint import LUMA

Mask = NDArray[np.bool_]

# The part of the image's height, and of its width, that is a corner.
CORNER = (0.25, 0.5)
# How far ink stands out from its ground, as a share of the image's range.
CONTRAST = 0.4
FEWEST_PIECES = 5
# Changes from ground to ink in a row that crosses text.
FEWEST_CHANGES = 4
# The height of a line: pixels at least, share of the image's height at most.
LEAST_PX = 5
MOST_HEIGHT = 0.08
MOST_INK = 0.6  # of the box around a line


def find_corner_text(image: NDArray[Any]) -> bool:
    """Whether a corner of an image (H, W) or (H, W, 3), of integers, seems to hold a line of text.

    A warning and no proof: small or faint text is not seen, and rulers or textures can be taken
    for text. How often is measured (docs/results.md).
    """
    grey = image.astype(np.float32) if image.ndim == 2 else image.astype(np.float32) @ LUMA
    low, high = float(grey.min()), float(grey.max())
    if high <= low:
        return False
    height, width = grey.shape
    rows, columns = round(CORNER[0] * height), round(CORNER[1] * width)
    corners = (
        grey[:rows, :columns],
        grey[:rows, width - columns :],
        grey[height - rows :, :columns],
        grey[height - rows :, width - columns :],
    )
    contrast, most_px = CONTRAST * (high - low), MOST_HEIGHT * height
    return any(_has_line(corner, contrast, most_px) for corner in corners)


def _has_line(corner: NDArray[np.float32], contrast: float, most_px: float) -> bool:
    if min(corner.shape) < 2 * LEAST_PX:
        return False
    ground = float(np.median(corner))
    inks = (corner > ground + contrast, corner < ground - contrast)
    return any(_is_text(ink, most_px) for ink in inks)


def _is_text(ink: Mask, most_px: float) -> bool:
    """Whether some rows of ink are a line of text."""
    changes = (ink[:, 1:] & ~ink[:, :-1]).sum(axis=1)
    is_crossed = np.concatenate([[False], changes >= FEWEST_CHANGES, [False]])
    edges = np.flatnonzero(is_crossed[1:] != is_crossed[:-1]).reshape(-1, 2)
    for top, bottom in edges.tolist():
        if not LEAST_PX <= bottom - top <= most_px:
            continue
        above = changes[max(0, top - 2) : max(0, top - 1)]
        below = changes[bottom + 1 : bottom + 2]
        is_alone = all(part.max(initial=0) < FEWEST_CHANGES // 2 for part in (above, below))
        if is_alone and _is_parted(ink[top:bottom]):
            return True
    return False


def _is_parted(line: Mask) -> bool:
    """Whether ink parts into enough narrow pieces that lie close together."""
    columns = np.concatenate([[False], line.any(axis=0), [False]])
    pieces = np.flatnonzero(columns[1:] != columns[:-1]).reshape(-1, 2)
    widths = pieces[:, 1] - pieces[:, 0]
    if len(pieces) < FEWEST_PIECES or np.median(widths) > 1.5 * len(line):
        return False
    gaps = pieces[1:, 0] - pieces[:-1, 1]
    box = line[:, pieces[0, 0] : pieces[-1, 1]]
    return bool(np.median(gaps) <= len(line) and box.mean() <= MOST_INK)
