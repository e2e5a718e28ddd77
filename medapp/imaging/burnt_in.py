"""Where letters and markers are burnt into an image near its rim: "L", "R", PORTABLE, a date.

No letter is read. A mark is a connected patch as large as a letter or a word, much brighter or much
darker than the even ground right around it, with hard edges, and among the brightest (or darkest)
of its image. Anatomy is rarely all of that. `corner_text` asks another question: whether a corner
holds a whole line of text, such as a name.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from medapp.imaging.fingerprint import LUMA
from medapp.imaging.geometry import Box

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
Slices = tuple[slice, slice]

LONGEST_PX = 1024  # of the image that is searched: a larger one is made smaller
LEAST_PX = 5  # that a mark is high
# Shares of the image's shorter side.
MOST_HIGH = 0.09
MOST_WIDE = 0.3
STROKE = 0.035  # what is thicker is no stroke of a letter
RIM = 0.15  # how far a mark's middle lies from an edge, of the image's height or width
MARGIN = 0.01  # around a mark, as ink fades into its ground
# Shares of the image's range.
CONTRAST = 0.35  # of a mark's ink with the ground around it, in the middle
BRIGHTEST = 0.6  # from which ink may be burnt in
STANDS_OUT = 0.25  # from which a pixel may belong to a stroke
# Shares of a mark's contrast.
MOST_UNEVEN = 0.25  # how far its ground varies
LEAST_SHARP = 0.45  # how much of it lies within the three pixels around an edge
INK = (0.12, 0.8)  # of the box around a mark
LONGEST = 12  # times as long as wide
EIGHT = np.ones((3, 3), bool)  # a pixel's neighbours


def find_marks(image: NDArray[Any]) -> list[Box]:
    """Boxes around what seems to be burnt-in text or markers of an image (H, W) or (H, W, 3).

    In pixels of the image, with a margin, not cut at its edges. A warning and no proof: small, pale
    or touching letters are missed, and a bright spot of anatomy can be taken for one. How often is
    measured (docs/results.md).
    """
    grey = image.astype(np.float32) if image.ndim == 2 else image.astype(np.float32) @ LUMA
    low, high = float(grey.min()), float(grey.max())
    if high <= low:
        return []
    grey = (grey - low) / (high - low)
    height, width = grey.shape
    factor = min(1.0, LONGEST_PX / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    if factor < 1:
        grey = np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.BOX))
    found = [*_find_bright(grey), *_find_bright(1 - grey)]
    scale_x, scale_y = width / size[0], height / size[1]
    margin = MARGIN * min(height, width)
    return [
        Box(
            "mark",
            columns.start * scale_x - margin,
            rows.start * scale_y - margin,
            columns.stop * scale_x + margin,
            rows.stop * scale_y + margin,
        )
        for rows, columns in found
    ]


def _find_bright(grey: Floats) -> list[Slices]:
    """Bright marks on a darker ground, in an image (H, W) of 0 to 1."""
    # Imported here: whoever only reads an image does without it.
    from scipy import ndimage

    side = min(grey.shape)
    stroke = max(LEAST_PX, int(STROKE * side) // 2 * 2 + 1)
    # What an opening takes away is brighter than its surroundings and thinner than a stroke.
    ink = grey - ndimage.grey_opening(grey, size=(stroke, stroke)) > STANDS_OUT
    steps = ndimage.maximum_filter(grey, 3) - ndimage.minimum_filter(grey, 3)
    patches, _ = ndimage.label(ink, EIGHT)
    found = []
    for number, place in enumerate(ndimage.find_objects(patches), start=1):
        if not _has_size_of_text(place, grey.shape):
            continue
        around = tuple(slice(max(0, part.start - 4), part.stop + 4) for part in place)
        if _is_burnt_in(patches[around] == number, ink[around], grey[around], steps[around]):
            found.append(place)
    return found


def _has_size_of_text(place: Slices, shape: tuple[int, ...]) -> bool:
    """Whether a box is as large as a letter or a word, and lies near the rim but not on it."""
    side = min(shape)
    high, wide = (part.stop - part.start for part in place)
    is_inside = all(p.start > 0 and p.stop < size for p, size in zip(place, shape, strict=True))
    middles = [(p.start + p.stop) / 2 / size for p, size in zip(place, shape, strict=True)]
    return (
        is_inside
        and LEAST_PX <= high <= MOST_HIGH * side
        and 2 <= wide <= MOST_WIDE * side
        and max(high / wide, wide / high) <= LONGEST
        and min(min(middle, 1 - middle) for middle in middles) <= RIM
    )


def _is_burnt_in(own: Mask, ink: Mask, grey: Floats, steps: Floats) -> bool:
    """Whether a patch is bright, even around and hard-edged.

    Args:
        own: the patch, of all that stands out (`ink`).
        steps: by how much `grey` changes around each pixel.
    """
    from scipy import ndimage

    near = ndimage.binary_dilation(own, EIGHT)
    ring = ndimage.binary_dilation(own, EIGHT, 3) & ~near & ~ink
    if not ring.any():
        return False
    bright = float(np.percentile(grey[own], 75))
    low, ground, high = np.percentile(grey[ring], (10, 50, 90))
    contrast = bright - ground
    edge = own & ~ndimage.binary_erosion(own)
    high_px, wide_px = np.ptp(np.argwhere(own), axis=0) + 1
    return bool(
        bright >= BRIGHTEST
        and contrast >= CONTRAST
        and high - low <= MOST_UNEVEN * contrast
        and np.median(steps[edge]) >= LEAST_SHARP * contrast
        and INK[0] <= own.sum() / (high_px * wide_px) <= INK[1]
    )
