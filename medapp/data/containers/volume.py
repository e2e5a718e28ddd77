"""One volume of NIfTI-1 or NIfTI-2 (`.nii`, `.nii.gz`), with nibabel: its header, then its slices.

The voxels are turned to the closest of the body's axes, without interpolation, and slices are shown
as radiologists see them: the patient's right on the left, front and head above.
"""

import importlib
import logging
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from medapp.data.containers.container import Piece
from medapp.data.containers.levels import PERCENTILES, Levels
from medapp.data.containers.slices import is_nearly_empty
from medapp.data.layouts.layout import FoundFile
from medapp.errors import DataError
from medapp.imaging.png import Remarks, encode_png
from medapp.imaging.readers.picture import HOUNSFIELD

MAX_VOXELS = 2**28  # of one volume: 645 × 645 × 645
MAX_SIDE = 4096  # of a slice whose pixels were made square
EMPTY = "the slice is nearly empty"
MAX_RATIO = 200  # of unpacked to packed bytes
FREE_BYTES = 64 * 2**20  # unpacked bytes up to which every ratio is allowed
_MM = {"mm": 1.0, "meter": 1000.0, "micron": 0.001}  # NIfTI's units of length
_SQUARE = 1.1  # sides of pixels up to this ratio count as equal
_SAMPLED = 2**21  # voxels that are looked at for the window
# Air in Hounsfield units, and the share of voxels near it from which a volume is taken for a CT.
_AIR = (-1100, -900)
_AIR_SHARE = 0.03
_CT_WINDOW = (-1000.0, 1000.0)


@dataclass(frozen=True)
class Volume:
    """A volume's header.

    Axes are those of the body: 0 from left to right, 1 from back to front, 2 from feet to head.

    Attributes:
        path: of the file.
        file: what its folders say.
        shape: in voxels along the body's axes.
        spacing: in mm, along the same axes.
        turn: nibabel's orientation array, which leads to the body's axes.
        is_placed: the header says where the axes of the body are.
        tilt: of the slices against the body's axes, in degrees.
        further: volumes in the same file, after the first.
        has_spacing: the header says how large a voxel is; 1 × 1 × 1 without a unit says nothing.
    """

    path: Path
    file: FoundFile
    shape: tuple[int, int, int]
    spacing: tuple[float, float, float]
    turn: NDArray[np.float64]
    is_placed: bool
    tilt: float
    further: int
    has_spacing: bool = True

    def is_flat(self, axis: int) -> bool:
        """Whether pixels of the slices across an axis are far from square."""
        return _is_flat(self.find_pixel(axis))

    def find_pixel(self, axis: int) -> tuple[float, float]:
        """Height and width, in mm, of the pixels of slices across an axis."""
        first, second = (step for i, step in enumerate(self.spacing) if i != axis)
        return second, first


def read_header(file: FoundFile) -> Volume | str:
    """A volume's header, or why the volume cannot be read."""
    nibabel = _import_nibabel()
    try:
        image = nibabel.load(file.path)
        _check(image, file.path)
        turn = nibabel.io_orientation(image.affine)
        is_placed = bool(np.isfinite(turn).all()) and _has_place(image.header)
        if not np.isfinite(turn).all():
            turn = np.array([[0, 1], [1, 1], [2, 1]], float)
        tilt = float(np.degrees(nibabel.affines.obliquity(image.affine)).max()) if is_placed else 0
        sides = (*image.shape[:3], 1)[:3]
        unit = image.header.get_xyzt_units()[0]
        said = [abs(float(step)) for step in (*image.header.get_zooms()[:3], 1.0)[:3]]
        steps = [(step or 1.0) * _MM.get(unit, 1.0) for step in said]
    except _list_damage() as error:
        return f"it is no volume of NIfTI, or a damaged one ({_say(error)})"
    except DataError as error:
        return error.what
    first, second, third = np.argsort(turn[:, 0])
    return Volume(
        file.path,
        file,
        shape=(int(sides[first]), int(sides[second]), int(sides[third])),
        spacing=(steps[first], steps[second], steps[third]),
        turn=turn,
        is_placed=is_placed,
        tilt=tilt,
        further=int(np.prod(image.shape[3:], dtype=np.int64)) - 1 if len(image.shape) > 3 else 0,
        has_spacing=min(said) > 0 and (unit in _MM or said != [1.0] * 3),
    )


def _import_nibabel() -> Any:
    """The library, which takes a while to import and need not be there.

    What it mends in a header it would tell the terminal.
    """
    logging.getLogger("nibabel.global").setLevel(logging.CRITICAL)
    return importlib.import_module("nibabel")


def _check(image: Any, path: Path) -> None:
    """Refuse what cannot be slices, before memory is taken for voxels.

    Raises:
        DataError: the text is the reason alone.
    """
    shape = tuple(int(length) for length in image.shape)
    kind = image.get_data_dtype()
    if not 2 <= len(shape) <= 7 or min(shape) < 1:
        raise DataError(f"it has the dimensions {' × '.join(map(str, shape))}")
    voxels = int(np.prod(shape[:3], dtype=object))
    if voxels > MAX_VOXELS:
        raise DataError(f"it claims {voxels:,} voxels, more than {MAX_VOXELS:,}")
    if kind.kind not in "biuf" and kind.names not in (("R", "G", "B"), ("R", "G", "B", "A")):
        raise DataError(f"its voxels are of the kind {str(kind)[:60]}, and no grey levels")
    needed = voxels * kind.itemsize
    size = path.stat().st_size
    is_packed = path.suffix.lower() == ".gz"
    if needed > size and not is_packed:
        raise DataError(f"it claims {needed:,} bytes of voxels, and its file has {size:,}")
    if needed > FREE_BYTES and needed > MAX_RATIO * size:
        raise DataError(f"it unpacks to {needed // size} times its size, as bombs do")


def _has_place(header: Any) -> bool:
    """Whether the header says how the voxels lie in the body (`qform_code`, `sform_code`)."""
    return any(name in header and int(header[name]) > 0 for name in ("qform_code", "sform_code"))


def _list_damage() -> tuple[type[Exception], ...]:
    """What nibabel raises on damaged files."""
    nibabel = _import_nibabel()
    own = (nibabel.spatialimages.HeaderDataError, nibabel.filebasedimages.ImageFileError)
    plain = (OSError, EOFError, ValueError, TypeError, LookupError, ArithmeticError, MemoryError)
    return (*plain, AttributeError, zlib.error, np.linalg.LinAlgError, *own)


def _say(error: BaseException) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__


def read_slices(
    volume: Volume, slices: Sequence[int], axis: int, takes_all: bool
) -> Iterator[Piece | str]:
    """The slices of one volume, which is in memory meanwhile."""
    try:
        voxels = _load_voxels(volume)
    except _list_damage() as error:
        yield from [f"the volume is damaged or cut short ({_say(error)})"] * len(slices)
        return
    colours = _split_colours(voxels)
    levels = None if colours is not None else _find_window(voxels)
    pixel = volume.find_pixel(axis)
    known = {"window": levels.sentence} if levels else {}
    for place in slices:
        picture = np.take(voxels if colours is None else colours, place, axis)
        picture = picture[::-1, ::-1].swapaxes(0, 1)
        low, high = (levels.low, levels.high) if levels else (0.0, 255.0)
        if takes_all and is_nearly_empty(picture, low, high):
            yield EMPTY
        else:
            square = _make_square(picture, pixel)
            spacing = _find_spacing(volume, picture.shape, square.shape, pixel)
            content = (
                levels.draw(square, spacing)
                if levels
                else encode_png(square, Remarks(spacing_mm=spacing))
            )
            yield Piece(content, known)


def _load_voxels(volume: Volume) -> NDArray[Any]:
    """The voxels (X, Y, Z) along the body's axes, scaled as the header says; of several volumes
    in the file those of the first.
    """
    nibabel = _import_nibabel()
    image = nibabel.load(volume.path)
    first = (slice(None),) * min(3, len(image.shape)) + (0,) * max(0, len(image.shape) - 3)
    voxels = np.asanyarray(image.dataobj[first])
    voxels = voxels.reshape((*voxels.shape, 1)[:3])
    turned: NDArray[Any] = nibabel.apply_orientation(voxels, volume.turn)
    return turned


def _split_colours(voxels: NDArray[Any]) -> NDArray[np.uint8] | None:
    """Voxels of colours (X, Y, Z, 3); None where they are numbers."""
    if voxels.dtype.names is None:
        return None
    return np.stack([voxels[name] for name in ("R", "G", "B")], axis=-1).astype(np.uint8)


def _find_window(voxels: NDArray[Any]) -> Levels:
    """Black and white of a volume: -1000 to 1000 HU of a CT, else its percentiles.

    A volume counts as a CT where at least 3% of its voxels are near -1000, as air is in Hounsfield
    units; NIfTI itself does not say.
    """
    flat = voxels.reshape(-1)[:: -(-voxels.size // _SAMPLED)].astype(np.float64)
    flat = flat[np.isfinite(flat)]
    if not flat.size:
        return Levels(0, 1, 16, "no values")
    air = np.mean((flat >= _AIR[0]) & (flat <= _AIR[1]))
    if air >= _AIR_SHARE:
        return Levels(*_CT_WINDOW, 16, "CT, -1000 to 1000 HU", HOUNSFIELD, is_cut=True)
    low, high = (float(value) for value in np.percentile(flat, PERCENTILES))
    if low == high:
        low, high = float(flat.min()), float(flat.max())
    is_cut = flat.min() < low or flat.max() > high
    return Levels(low, high, 16, f"{low:.4g} to {high:.4g}", is_cut=bool(is_cut))


def _make_square(
    picture: NDArray[Any], pixel: tuple[float, float]
) -> NDArray[np.float32] | NDArray[np.uint8]:
    """A slice whose pixels are square: the longer side of its pixels is interpolated.

    Args:
        pixel: height and width of a pixel in mm.
    """
    values = picture if picture.dtype == np.uint8 else picture.astype(np.float32)
    if not _is_flat(pixel):
        return values
    sides = [round(n * p / min(pixel)) for n, p in zip(picture.shape, pixel, strict=False)]
    height, width = (max(1, min(MAX_SIDE, side)) for side in sides)
    image = Image.fromarray(np.ascontiguousarray(values))
    return np.asarray(image.resize((width, height), Image.Resampling.BILINEAR))


def _find_spacing(
    volume: Volume,
    before: tuple[int, ...],
    after: tuple[int, ...],
    pixel: tuple[float, float],
) -> tuple[float, float] | None:
    """From pixel to pixel in mm, down and across, after pixels were made square.

    Args:
        before, after: the slice's height and width.
        pixel: height and width of a pixel in mm, before.
    """
    if not volume.has_spacing:
        return None
    down, across = (p * b / a for p, b, a in zip(pixel, before, after, strict=False))
    return down, across


def _is_flat(pixel: tuple[float, float]) -> bool:
    return max(pixel) / min(pixel) > _SQUARE
