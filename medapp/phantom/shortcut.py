"""A mark that gives a class away: planted on purpose, to see who finds it.

Radiographs carry letters of lead and burnt-in text, and a network that finds them more often on one
class learns them (Zech et al. 2018, doi:10.1371/journal.pmed.1002683). Here a small bright letter
is put into a corner of a share of a class's images. All else of the images stays as it was, to the
bit, and each image says whether it has the mark, and where.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medapp.errors import DataError
from medapp.phantom.chest import SIZE_PX
from medapp.phantom.exact import Stream

# The names of the columns that say what was planted.
MARKED = "planted mark"
PLACE = "planted mark, place"
BRIGHT = 250  # grey levels, as the side markers
_GLYPH = ("11111", "..1..", "..1..", "..1..", "..1..", "..1..", "..1..")
_SCALE = 2  # px a dot of the glyph
_NEAREST = 4  # px from the image's edge
_JITTER = 8  # px by which the place varies


@dataclass(frozen=True)
class Mark:
    """Where a mark stands in an image, in px; `x1` and `y1` are exclusive."""

    x0: int
    y0: int
    x1: int
    y1: int

    def write(self) -> str:
        """Such as "x 204–214, y 196–210 px"."""
        return f"x {self.x0}–{self.x1}, y {self.y0}–{self.y1} px"


def check_shortcut(shortcut: Mapping[str, float], classes: tuple[str, ...]) -> None:
    """Refuse what cannot be planted.

    Args:
        shortcut: class to the share of its images that get the mark.

    Raises:
        DataError: a class is unknown, or a share is not in 0 to 1.
    """
    for label, share in shortcut.items():
        if label not in classes:
            raise DataError(
                f"The phantom has no class {label!r}.", remedy=f"Choose of {', '.join(classes)}."
            )
        if not 0 <= share <= 1:
            raise DataError(
                f"A share must lie between 0 and 1, not {share:g} as for {label}.",
                remedy="Such as 0.9.",
            )


def place_mark(seed: int, stream: int, share: float) -> Mark | None:
    """Where an image's mark stands, at the bottom right; None where it has none.

    One stream decides both, so that a larger share only adds marks.

    Args:
        stream: a number of its own for each image.
        share: how probable a mark is, 0 to 1.
    """
    uniform = Stream(seed, stream).draw
    is_marked = uniform() < share
    right = SIZE_PX - _NEAREST - int(uniform(0.0, _JITTER))
    bottom = SIZE_PX - _NEAREST - int(uniform(0.0, _JITTER))
    if not is_marked:
        return None
    width = _SCALE * len(_GLYPH[0])
    height = _SCALE * len(_GLYPH)
    return Mark(right - width, bottom - height, right, bottom)


def draw_mark(image: NDArray[np.uint8], mark: Mark) -> None:
    """Draw the mark's letter into an image (H, W), in place."""
    glyph = np.array([[c == "1" for c in row] for row in _GLYPH])
    enlarged = glyph.repeat(_SCALE, 0).repeat(_SCALE, 1)
    image[mark.y0 : mark.y1, mark.x0 : mark.x1][enlarged] = BRIGHT
