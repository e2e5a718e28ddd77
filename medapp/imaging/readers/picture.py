"""What a reader gives, and what all readers share: limits of size, and which values are shown how.

A file says which of its values are black and white: by its number of bits, or by a window. Where it
says nothing, the values of the image themselves do. That is its `Span`, and `fill` draws it.
"""

import struct
import warnings
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from medapp.errors import ImageError
from medapp.notes import Note

MAX_PIXELS = 100_000_000  # a mammogram has 20 million; a file of a few kB can claim billions
LOOKED_UP_PIXELS = 2**18  # so many or more; a table of 65,536 values has its price
STRIP_PIXELS = 2**21  # so many are converted at a time, whatever an image's size
DEPTHS = (8, 10, 12, 14, 16)  # of detectors and converters
DEPTH_SHARE = 0.001  # of the pixels, which may lie beyond a depth: hot ones, burnt-in text
PERCENTILES = (0.5, 99.5)
HOUNSFIELD = "HU"
WHOLE = 1e-6  # numbers that are so near to whole ones count as whole
_SAMPLED_PIXELS = 2**22  # of more pixels, percentiles are taken from every second, third, …


# What decoders raise on damaged files, found by reading files with changed bytes. A MemoryError
# comes from a header that claims too many pixels.
DAMAGE = (
    OSError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    SyntaxError,
    EOFError,
    RuntimeError,
    AssertionError,
    MemoryError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)


@dataclass(frozen=True)
class Span:
    """The values of an image that are black and white.

    Attributes:
        low, high: black and white; low is the larger one where the file stores white as 0.
        rule: where they come from, for a person, such as "window 40/400 of the file".
        padding: the first and the last value that mark pixels without a measurement, which are
            black; None without any.
    """

    low: float
    high: float
    rule: str = ""
    padding: tuple[float, float] | None = None


@dataclass(frozen=True)
class Spacing:
    """How far it is from the middle of a pixel to that of the next one.

    Attributes:
        down, across: in mm.
        where: what is so large where that is not the body, such as "at the detector".
    """

    down: float
    across: float
    where: str = ""

    def describe(self) -> str:
        """Such as "0.7 × 0.7 mm a pixel"."""
        where = f", {self.where}" if self.where else ""
        return f"{self.down:.3g} × {self.across:.3g} mm a pixel{where}"


def build_spacing(down: float, across: float, where: str = "") -> Spacing | None:
    """A spacing; None where the numbers cannot be one."""
    is_sound = 0 < down < np.inf and 0 < across < np.inf
    return Spacing(down, across, where) if is_sound else None


@dataclass(frozen=True)
class Measured:
    """What the pixels of a grey image stand for: CT numbers, or whatever a file holds.

    Attributes:
        values: (H, W) as stored; `values * slope + intercept` is what they mean.
        padding: as that of `Span`.
        window: level and width in the same unit, as the file says; None where it says none.
        ends: the values that are black and white without such a window, the lesser first; None
            where they are not known.
        unit: "HU", or another that the file names; "" where it names none.
        is_inverted: the least value is shown as white.
        limits: at these values, and beyond them, the file was cut when it was written; None where
            it was not.
    """

    values: NDArray[Any]
    slope: float = 1.0
    intercept: float = 0.0
    padding: tuple[float, float] | None = None
    window: tuple[float, float] | None = None
    ends: tuple[float, float] | None = None
    unit: str = ""
    is_inverted: bool = False
    limits: tuple[float, float] | None = None

    @property
    def is_hounsfield(self) -> bool:
        """Whether the values are CT numbers, all of them."""
        return self.unit == HOUNSFIELD and self.limits is None

    def compute(self, step: int = 1) -> NDArray[Any]:
        """The values in their unit, padding too: int64 where all are whole, else float64.

        Args:
            step: of each row and column every `step`-th value is taken, from the first.
        """
        found = self.values[::step, ::step].astype(np.float64) * self.slope + self.intercept
        whole = np.rint(found)
        # A slope that the file rounds, such as 0.99999, leaves whole numbers a little off.
        is_whole = np.isfinite(found).all() and np.abs(found - whole).max(initial=0) < WHOLE
        return whole.astype(np.int64) if is_whole else found

    def find_padding(self, step: int = 1) -> NDArray[np.bool_]:
        """Which pixels hold no measurement; `step` as for `compute`."""
        values = self.values[::step, ::step]
        return np.asarray(_is_padding(values, self.padding) | ~np.isfinite(values))


def measure_pixels(pixels: NDArray[Any], span: Span | None) -> Measured | None:
    """The values of an image whose file says nothing of them; None for colours and for 8 bits."""
    if pixels.ndim != 2 or span is None:
        return None
    ends = (min(span.low, span.high), max(span.low, span.high))
    return Measured(pixels, ends=ends, is_inverted=span.low > span.high)


@dataclass(frozen=True)
class Picture:
    """A decoded file.

    Attributes:
        pixels: (H, W) or (H, W, 3), upright: uint8, which is shown as it is, or any other real
            numbers with a span.
        stored_as: what the file holds where that is more or other than the array says, such as
            "palette"; else "".
        format: such as "PNG".
        span: which values are black and white; None for uint8.
        notes: what to know of the file where its image is judged.
        measured: the values that the file means, for windows of a person's own; None for colours
            and for what a screen shows as it is.
        spacing: how large a pixel is; None where unknown.
        frames: which frame or page this is, from 0, and of how many; None where there is one.
        acquired: modality and body part, as a DICOM file says them.
    """

    pixels: NDArray[Any]
    stored_as: str
    format: str
    span: Span | None = None
    notes: tuple[Note, ...] = ()
    measured: Measured | None = None
    spacing: Spacing | None = None
    frames: tuple[int, int] | None = None
    acquired: Mapping[str, str] = field(default_factory=dict)


# Of a file with several frames, pages or slices, the number chooses one, from 0; without a number
# the reader takes the first that shows something.
Reader = Callable[[IO[bytes], int | None], Picture]


def silence_libraries() -> None:
    """Keep libraries from warning on standard error of what they mended in a file.

    Pillow's warning of large images is silenced too: `check_size` has a stricter limit.
    """
    warnings.filterwarnings("ignore", module="PIL|pydicom")
    warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)


def check_size(width: int, height: int) -> None:
    """Raise ImageError where an image has no pixels, or more than `MAX_PIXELS`."""
    if width * height > MAX_PIXELS:
        raise ImageError(
            f"it has {width} × {height} pixels, more than {MAX_PIXELS // 10**6} million"
        )
    if width < 1 or height < 1:
        raise ImageError("it has no pixels")


def check_frame(frame: int | None, of: int, word: str) -> None:
    """Raise ImageError where a file does not hold the frame, page or slice that is asked for."""
    if frame is not None and not 0 <= frame < of:
        held = f"{of} {word}" if of == 1 else f"{of} {word}s"
        raise ImageError(f"it holds {held}, and {word} {frame + 1} was asked for")


def choose_page(
    number: int, of: int, word: str, is_asked: bool = False
) -> tuple[str, tuple[Note, ...]]:
    """What is said of a file with several frames or pages: words for `stored_as`, and a note.

    Args:
        number: from 1.
        is_asked: it is the one that was asked for, so that a note would say nothing new.
    """
    if of < 2:
        return "", ()
    if is_asked:
        return f"{word} {number} of {of}", ()
    text = f"The file holds {of} {word}s; {word} {number} is used, the first that shows something."
    return f"{word} {number} of {of}", (Note("page", text, "info"),)


def count_bits(bits: int) -> str:
    """Such as "1 bit" or "12 bits"."""
    return f"{bits} bit" if bits == 1 else f"{bits} bits"


def is_blank(pixels: NDArray[Any]) -> bool:
    """Whether all pixels are alike."""
    first = pixels[:1, :1]
    return bool((pixels[::16, ::16] == first).all() and (pixels == first).all())


def find_depth_span(values: NDArray[Any]) -> Span:
    """The span of whole numbers from 0 to 65535: the smallest usual depth that holds nearly all.

    A file of 16 bits a pixel does not say how many of them the detector filled. Numbers that are 8
    bits stretched to 16 (all of them multiples of 256 or of 257) fill all 16, so that an image
    means the same whether it was exported with 8 bits or with 16.
    """
    if _is_stretched_byte(values):
        return Span(0, 65535, "16 bits")
    for depth in DEPTHS:
        high = 2**depth - 1
        beyond = sum(int((strip > high).sum()) for strip in _iterate_strips(values))
        if beyond <= DEPTH_SHARE * values.size:
            break
    return Span(0, high, "16 bits" if depth == 16 else f"{depth} of 16 bits")


def _is_stretched_byte(values: NDArray[Any]) -> bool:
    """Whether 16-bit numbers are bytes times 256 or times 257."""
    for factor in (256, 257):
        few = values[::31, ::31]
        if (few % factor == 0).all():
            return all(bool((strip % factor == 0).all()) for strip in _iterate_strips(values))
    return False


def find_percentile_span(
    values: NDArray[Any], padding: tuple[float, float] | None = None, unit: str = ""
) -> Span:
    """From the 0.5 to the 99.5 percentile of all values that are finite and no padding.

    Where these are one value, nearly everything is background: then from the least to the largest.
    """
    flat = values.reshape(-1)[:: -(-values.size // _SAMPLED_PIXELS)].astype(np.float64)
    known = flat[np.isfinite(flat) & ~_is_padding(flat, padding)]
    if not known.size:
        return Span(0.0, 0.0, "no values", padding)
    low, high = (float(value) for value in np.percentile(known, PERCENTILES))
    rule = f"{PERCENTILES[0]:g} to {PERCENTILES[1]:g} percentile"
    if low == high:
        low, high = find_range(values, padding)
        rule = "least to largest value"
    return Span(low, high, f"{rule}, {low:.4g} to {high:.4g}{unit}", padding)


def find_range(
    values: NDArray[Any], padding: tuple[float, float] | None = None
) -> tuple[float, float]:
    """The lowest and the highest value that is finite and no padding; 0 and 0 without any."""
    low = np.inf
    high = -np.inf
    for strip in _iterate_strips(values):
        known = strip[np.isfinite(strip) & ~_is_padding(strip, padding)]
        if known.size:
            low = min(low, float(known.min()))
            high = max(high, float(known.max()))
    return (low, high) if low <= high else (0.0, 0.0)


def fill(pixels: NDArray[Any], span: Span) -> NDArray[np.uint16]:
    """Values to uint16: `span.low` and beyond to 0, `span.high` and beyond to 65535.

    What is no number, and padding, become 0. No more than a strip is converted at a time, so the
    result is all the memory this takes. Many pixels of few possible values are looked up, which is
    several times as fast.
    """
    if pixels.dtype == np.uint16 and span == Span(0, 65535, span.rule):
        return pixels
    if pixels.dtype.kind in "iu" and pixels.itemsize <= 2 and pixels.size >= LOOKED_UP_PIXELS:
        values = np.iinfo(pixels.dtype)
        return look_up(_fill_strip(np.arange(values.min, values.max + 1), span), pixels)
    filled = np.empty(pixels.shape, np.uint16)
    rows = _count_strip_rows(pixels)
    for start in range(0, len(pixels), rows):
        strip = pixels[start : start + rows]
        filled[start : start + rows] = _fill_strip(strip, span)
    return filled


def look_up(table: NDArray[np.uint16], pixels: NDArray[Any]) -> NDArray[np.uint16]:
    """The table's value of each pixel; the table begins at the least value of the pixels' type."""
    native = pixels.astype(pixels.dtype.newbyteorder("="), copy=False)
    unsigned = native.view(f"u{pixels.itemsize}")
    if pixels.dtype.kind == "i":
        table = np.roll(table, len(table) // 2)  # two's complement: negative values come last
    found: NDArray[np.uint16] = table[unsigned]
    return found


def _fill_strip(strip: NDArray[Any], span: Span) -> NDArray[np.uint16]:
    low = min(span.low, span.high)
    high = max(span.low, span.high)
    is_unknown = np.isnan(strip) | _is_padding(strip, span.padding)
    values = np.clip(strip.astype(np.float64), low, high)
    if high > low:
        scaled = (values - span.low) * (65535.0 / (span.high - span.low))
    else:
        scaled = np.zeros(values.shape)
    scaled[is_unknown] = 0
    return np.rint(scaled).astype(np.uint16)


def _is_padding(values: NDArray[Any], padding: tuple[float, float] | None) -> NDArray[np.bool_]:
    if padding is None:
        return np.zeros(values.shape, np.bool_)
    return np.asarray((values >= padding[0]) & (values <= padding[1]))


def _count_strip_rows(pixels: NDArray[Any]) -> int:
    return max(1, STRIP_PIXELS * len(pixels) // max(1, pixels.size))


def _iterate_strips(values: NDArray[Any]) -> list[NDArray[Any]]:
    rows = _count_strip_rows(values)
    return [values[start : start + rows] for start in range(0, len(values), rows)]
