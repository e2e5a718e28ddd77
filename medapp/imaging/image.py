"""One file to an array: the one way in, whoever asks."""

import contextlib
import io
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from medapp.errors import ImageError
from medapp.imaging.kinds import HEAD_BYTES, tell_kind
from medapp.imaging.readers import COUNTERS, READERS, list_suffixes
from medapp.imaging.readers.picture import (
    DAMAGE,
    Picture,
    Spacing,
    Span,
    fill,
    find_range,
    is_blank,
)
from medapp.imaging.readers.pillow import TRANSPARENT
from medapp.imaging.windows import Window, apply_windows, explain_no_windows, parse_windows
from medapp.notes import Note

FILE = "file"  # a range of values: what the file declares is black and white
IMAGE = "image"  # … or from the darkest to the brightest value of each image
VALUE_RANGES = (FILE, IMAGE)
BLANK = Note(
    "blank",
    "All pixels of this image have the same value, so there is nothing on it to judge.",
    "grave",
    "Look at the image; export it again if something should be seen.",
)
MAX_BYTES = 2**30  # of a file; the largest image that is read takes less, even uncompressed


@dataclass(frozen=True)
class ImageFacts:
    """What a file holds.

    Attributes:
        width, height: in pixels, upright.
        mode: "8-bit grey", "16-bit grey", "8-bit RGB" or "16-bit RGB" as `load_image` gives the
            image, then how the image is stored if otherwise, and by which rule its values became
            black and white.
        format: such as "PNG".
        notes: what to know where the image is judged: which page it is, or that it is blank.
        spacing: how large a pixel is; None where the file does not say.
        frames: which frame or page of its file this is, from 0, and of how many; None of one.
        acquired: modality and body part, as a DICOM file says them.
    """

    width: int
    height: int
    mode: str
    format: str
    notes: tuple[Note, ...] = ()
    spacing: Spacing | None = None
    frames: tuple[int, int] | None = None
    acquired: Mapping[str, str] = field(default_factory=dict, hash=False)


def is_colour(mode: str) -> bool:
    """Whether an image of this mode (see `ImageFacts`) has three channels."""
    return mode.startswith(("8-bit RGB", "16-bit RGB"))


def load_image(
    path: Path, value_range: str = FILE, frame: int | None = None, windows: str = ""
) -> NDArray[Any]:
    """The image in a file: (H, W) or (H, W, 3), uint8 or uint16, upright, bright is high.

    What the file says to be black is 0, and white 255 or 65535. What is transparent lies on black.
    Palette and CMYK become RGB. An image whose channels are all equal becomes grey.

    Args:
        value_range: one of `VALUE_RANGES`; see `decode_image`.
        frame, windows: see `decode_image`.

    Raises:
        ImageError: the file is missing, damaged, cut short, too large, or no image; says which
            file.
    """
    return read_image(path, value_range, frame, windows)[0]


def read_facts(path: Path) -> ImageFacts:
    """What a file holds. The file is decoded whole, so one that has facts can be read.

    Raises:
        ImageError: see `load_image`.
    """
    return read_image(path)[1]


def read_content(path: Path) -> bytes:
    """A file's bytes; never those of a pipe or a device, which have no end.

    Raises:
        ImageError: the path is no file's, or the file is too large for an image; the text is the
            reason alone, for use within a sentence.
        OSError: the file cannot be opened.
    """
    facts = path.stat()
    if not stat.S_ISREG(facts.st_mode):
        raise ImageError("it is a folder, a pipe or a device, and no file")
    if facts.st_size > MAX_BYTES:
        raise ImageError(f"it has {facts.st_size >> 20:,} MiB, more than {MAX_BYTES >> 20:,}")
    return path.read_bytes()


def read_image(
    path: Path, value_range: str = FILE, frame: int | None = None, windows: str = ""
) -> tuple[NDArray[Any], ImageFacts]:
    """The image in a file as `load_image` gives it, and its facts.

    Raises:
        ImageError: see `load_image`.
    """
    with _name_file(path):
        return decode_image(read_content(path), path.suffix, value_range, frame, windows)


def open_picture(path: Path, frame: int | None = None) -> Picture:
    """The pixels in a file as they are stored, and what the file says of them.

    Raises:
        ImageError: see `load_image`.
    """
    with _name_file(path):
        return read_picture(read_content(path), path.suffix, frame)


@contextlib.contextmanager
def _name_file(path: Path) -> Iterator[None]:
    """Let an error say which file, and what to do."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise ImageError(
            f"{path.name} cannot be opened: {reason}.",
            remedy="Check that it is there and may be read.",
        ) from error
    except ImageError as error:
        raise ImageError(
            f"{path.name} cannot be read: {error}.",
            remedy="Export it again as PNG, or leave it out.",
        ) from error


def decode_image(
    content: bytes,
    suffix: str,
    value_range: str = FILE,
    frame: int | None = None,
    windows: str = "",
) -> tuple[NDArray[Any], ImageFacts]:
    """A file's bytes to what `load_image` gives, and to the facts.

    Args:
        suffix: such as ".png"; chooses the reader where the bytes do not say what they are.
        value_range: "file" gives values that fill the range which the file declares; "image" gives
            them as they are stored, for a stretch from the darkest to the brightest.
        frame: which frame, page or slice of a file with several, from 0; None for the first that
            shows something.
        windows: on CT numbers, as `medapp.imaging.windows.parse_windows` reads them; they go before
            the range. An image without CT numbers stays as it would be, and has a note.

    Raises:
        ImageError: the bytes are no image that can be read; the text is the reason alone, for use
            within a sentence.
    """
    return draw_picture(read_picture(content, suffix, frame), value_range, windows)


def read_picture(content: bytes, suffix: str, frame: int | None = None) -> Picture:
    """A file's bytes to its pixels as they are stored, and what the file says of them.

    Args:
        suffix, frame: see `decode_image`.

    Raises:
        ImageError: see `decode_image`.
    """
    if not content:
        raise ImageError("the file is empty")
    reader = READERS[_find_reader(content, suffix)]
    try:
        return reader(io.BytesIO(content), frame)
    except ImageError:
        raise
    except DAMAGE as error:
        raise ImageError(_explain(error)) from error


def draw_picture(
    picture: Picture, value_range: str = FILE, windows: str = ""
) -> tuple[NDArray[Any], ImageFacts]:
    """A picture to what `load_image` gives, and to the facts.

    Args:
        value_range, windows: see `decode_image`.

    Raises:
        ImageError: see `decode_image`.
    """
    try:
        pixels, rule, notes = _draw(picture, value_range, parse_windows(windows))
    except ImageError:
        raise
    except DAMAGE as error:
        raise ImageError(_explain(error)) from error
    stored_as = picture.stored_as
    if pixels.ndim == 3 and _is_grey(pixels):
        pixels = pixels[..., 0]
        stored_as = stored_as or "RGB"
    if is_blank(pixels) and TRANSPARENT not in notes:
        notes = (*notes, BLANK)
    mode = f"{8 * pixels.itemsize}-bit {'grey' if pixels.ndim == 2 else 'RGB'}"
    mode += _describe_storage(stored_as, rule)
    height, width = pixels.shape[:2]
    facts = ImageFacts(
        width,
        height,
        mode,
        picture.format,
        notes,
        picture.spacing,
        picture.frames,
        picture.acquired,
    )
    return np.ascontiguousarray(pixels), facts


def count_frames(content: bytes, suffix: str) -> int:
    """How many frames, pages or slices a file's bytes hold; 1 where they hold one image.

    Raises:
        ImageError: see `decode_image`.
    """
    count = COUNTERS.get(READERS[_find_reader(content, suffix)])
    if count is None:
        return 1
    try:
        return count(io.BytesIO(content))
    except DAMAGE as error:
        raise ImageError(_explain(error)) from error


def _draw(
    picture: Picture, value_range: str, windows: Sequence[Window]
) -> tuple[NDArray[Any], str, tuple[Note, ...]]:
    """A picture as uint8 or uint16, by which rule, and what is to be said of it."""
    if windows and picture.measured is not None and picture.measured.is_hounsfield:
        return *apply_windows(picture.measured, windows), picture.notes
    rule = picture.span.rule if picture.span is not None else ""
    notes = picture.notes
    if windows:
        notes = (*notes, explain_no_windows(windows))
    return _fill(picture, value_range), rule, notes


def _fill(picture: Picture, value_range: str) -> NDArray[Any]:
    """A picture's values as uint8 or uint16."""
    pixels = picture.pixels
    span = picture.span
    if span is None:
        return pixels
    if value_range == FILE:
        return fill(pixels, span)
    if pixels.ndim == 3:
        # As it was before there was a choice: the upper byte of 16.
        return (pixels >> 8).astype(np.uint8) if pixels.dtype == np.uint16 else pixels
    if pixels.dtype == np.uint16 and span.low < span.high:
        return pixels
    low, high = find_range(pixels)
    return fill(pixels, Span(low, high) if span.low <= span.high else Span(high, low))


def _describe_storage(stored_as: str, rule: str) -> str:
    # Of 16 bits that fill 16 bits there is nothing to say.
    words = [stored_as] if rule in (*stored_as.split(", "), "16 bits") else [stored_as, rule]
    said = ", ".join(word for word in words if word)
    return f" (stored as {said})" if said else ""


def _find_reader(content: bytes, suffix: str) -> str:
    kind = tell_kind(content[:HEAD_BYTES], f"x{suffix}")
    if kind.reader:
        return kind.reader
    if kind.name:
        raise ImageError(f"it is not an image: its content is {kind.name}")
    if kind.is_claimed:
        raise ImageError("it is not an image, or its beginning is damaged")
    raise ImageError(
        f"its kind {suffix!r} is not among those that are read ({', '.join(list_suffixes())})"
    )


def _is_grey(pixels: NDArray[Any]) -> bool:
    """Whether all channels are equal."""
    # A few pixels are compared first: where channels differ, these mostly tell.
    for sample in (pixels[::64, ::64], pixels):
        if not all(np.array_equal(sample[..., 0], sample[..., c]) for c in (1, 2)):
            return False
    return True


def _explain(error: BaseException) -> str:
    # What a library quotes may stand in a header, which may name somebody.
    text = re.sub(r"(?s)['\"].*['\"]", "…", str(error))
    if "cannot identify" in text:
        return "it is not an image, or its beginning is damaged"
    if "truncated" in text or isinstance(error, EOFError):
        return "the file is cut short"
    if isinstance(error, MemoryError | Image.DecompressionBombError):
        return "it claims more pixels than fit into memory"
    return (
        f"it is damaged or of an unknown variant ({' '.join(text.split()) or type(error).__name__})"
    )
