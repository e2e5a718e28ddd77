"""One image in an array of NumPy (`.npy`). Nothing is unpickled."""

import contextlib
from collections.abc import Iterator
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from medapp.errors import ArchiveError, ImageError
from medapp.imaging.readers.picture import (
    Picture,
    Span,
    check_size,
    find_depth_span,
    find_percentile_span,
    measure_pixels,
)
from medapp.store.npy import read_header

_COLOURS = (3, 4)


def read_npy(file: IO[bytes], frame: int | None = None) -> Picture:
    """Grey (H, W), also with an axis of one, or colours (H, W, 3), (H, W, 4), (3, H, W); opacity is
    dropped.

    Bytes are shown as they are, other whole numbers by their depth, fractions from 0 to 1 with 1 as
    white, and what goes beyond by the image's percentiles.
    """
    del frame
    size = file.seek(0, 2)

    @contextlib.contextmanager
    def open_array() -> Iterator[IO[bytes]]:
        file.seek(0)
        yield file

    try:
        stored = read_header("in it", size, open_array)
        if stored.dtype.kind not in "biuf":
            raise ImageError("its array holds texts")
        _check_shape(stored.shape)
        values = _arrange(stored.load())
    except ArchiveError as error:
        raise ImageError(error.what) from error
    check_size(values.shape[1], values.shape[0])
    if values.dtype == np.bool_:
        values = values.astype(np.uint8) * np.uint8(255)
    native = values.astype(values.dtype.newbyteorder("="), copy=False)
    span = None if native.dtype == np.uint8 else _find_span(native)
    stored_as = "" if native.dtype in (np.uint8, np.uint16) else str(native.dtype)
    return Picture(native, stored_as, "NumPy", span, measured=measure_pixels(native, span))


def _check_shape(shape: tuple[int, ...]) -> None:
    lengths = [length for length in shape if length != 1] if len(shape) > 2 else list(shape)
    is_colour = len(lengths) == 3 and (lengths[-1] in _COLOURS or lengths[0] == 3)
    if len(lengths) != 2 and not is_colour:
        dimensions = " × ".join(map(str, shape))
        raise ImageError(f"its array has the shape {dimensions}, and is not one image")


def _arrange(values: NDArray[Any]) -> NDArray[Any]:
    """An array of an image as (H, W) or (H, W, 3)."""
    plain = values.squeeze() if values.ndim > 2 else values
    if plain.ndim == 2:
        return plain
    if plain.shape[-1] in _COLOURS:
        return plain[..., :3]
    return np.moveaxis(plain, 0, -1)


def _find_span(values: NDArray[Any]) -> Span:
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    if not finite.size or (values.dtype.kind == "f" and finite.min() >= 0 and finite.max() <= 1):
        return Span(0, 1, "0 to 1")
    is_whole = bool((finite == np.trunc(finite)).all())
    if is_whole and finite.size == values.size and finite.min() >= 0 and finite.max() <= 65535:
        return find_depth_span(values)
    return find_percentile_span(values)
