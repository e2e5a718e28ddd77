"""What the axes of an array of images mean, told from its shape."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.errors import DataError
from medapp.imaging.readers.picture import MAX_PIXELS

_COLOURS = (1, 3, 4)
_LEAST_DEPTH = 5  # slices of a volume; a picture with 5 to 15 channels is taken for no volume
_LEAST_SIDE = 16


@dataclass(frozen=True)
class Form:
    """The axes of one image (…) of an array (N, …).

    Attributes:
        depth: slices of a volume; 0 for a picture.
        channels: 1, 3 or 4.
        is_first: the channels stand before rows and columns.
    """

    depth: int
    height: int
    width: int
    channels: int
    is_first: bool = False

    def list_pictures(self, row: NDArray[Any]) -> NDArray[Any]:
        """One row of the array as pictures (D, H, W) or (D, H, W, 3); opacity is dropped."""
        depth = max(1, self.depth)
        if self.is_first:
            pictures = np.moveaxis(row.reshape(self.channels, depth, self.height, self.width), 0, 3)
        else:
            pictures = row.reshape(depth, self.height, self.width, self.channels)
        return pictures[..., 0] if self.channels == 1 else pictures[..., :3]

    def describe(self) -> str:
        """The form in words, such as "28 × 28 px, RGB"."""
        colours = {1: "grey", 3: "RGB", 4: "RGB, opacity dropped"}[self.channels]
        size = f"{self.width} × {self.height}"
        if self.depth:
            return f"volumes of {self.depth} slices of {size} px, {colours}"
        return f"{size} px, {colours}"


def find_form(name: str, shape: tuple[int, ...]) -> Form:
    """The form of an array's images.

    Raises:
        DataError: the shape is not one of images.
    """
    form = _tell(shape[1:])
    if form is None or not form.height or not form.width or form.height * form.width > MAX_PIXELS:
        dimensions = " × ".join(map(str, shape))
        raise DataError(
            f"The array {name} has the shape {dimensions}, which is not one of images.",
            remedy=(
                "Images are N × height × width, with 1, 3 or 4 channels as a last axis; volumes are"
                " N × slices × height × width."
            ),
        )
    return form


def _tell(shape: tuple[int, ...]) -> Form | None:
    if len(shape) == 2:
        return Form(0, *shape, 1)
    if len(shape) == 3:
        if shape[2] in _COLOURS:
            return Form(0, shape[0], shape[1], shape[2])
        if shape[0] in _COLOURS:
            return Form(0, shape[1], shape[2], shape[0], is_first=True)
        is_volume = shape[0] >= _LEAST_DEPTH and min(shape[1:]) >= _LEAST_SIDE
        return Form(*shape, 1) if is_volume else None
    if len(shape) == 4:
        if shape[3] in _COLOURS:
            return Form(shape[0], shape[1], shape[2], shape[3])
        if shape[0] in _COLOURS:
            return Form(shape[1], shape[2], shape[3], shape[0], is_first=True)
    return None
