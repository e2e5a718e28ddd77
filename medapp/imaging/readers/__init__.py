"""One file's bytes to an upright array, a reader a format.

To add a format, write its reader and name its suffixes in `READERS`. One whose files can hold
several images (frames, pages, slices) has a row in `COUNTERS` too.

What a reader does not know: paths, data sets, how the pixels are shown. Whatever a damaged file
makes a library raise is turned into an `ImageError` by `medapp.imaging.image`.
"""

from collections.abc import Callable
from typing import IO

from medapp.imaging.readers.dicom import read_dicom
from medapp.imaging.readers.dicom_file import count_frames
from medapp.imaging.readers.npy import read_npy
from medapp.imaging.readers.picture import Reader
from medapp.imaging.readers.pillow import count_pages, read_with_pillow

READERS: dict[str, Reader] = {
    ".png": read_with_pillow,
    ".jpg": read_with_pillow,
    ".jpeg": read_with_pillow,
    ".jpe": read_with_pillow,
    ".jfif": read_with_pillow,
    ".tif": read_with_pillow,
    ".tiff": read_with_pillow,
    ".bmp": read_with_pillow,
    ".webp": read_with_pillow,
    ".gif": read_with_pillow,
    ".pgm": read_with_pillow,
    ".ppm": read_with_pillow,
    ".pbm": read_with_pillow,
    ".pnm": read_with_pillow,
    ".jp2": read_with_pillow,
    ".j2k": read_with_pillow,
    ".avif": read_with_pillow,
    ".dcm": read_dicom,
    ".dicom": read_dicom,
    ".dic": read_dicom,
    ".ima": read_dicom,
    ".npy": read_npy,
}
# What counts the frames, pages or slices of a file, by the reader; one, where a reader has no row.
COUNTERS: dict[Reader, Callable[[IO[bytes]], int]] = {
    read_with_pillow: count_pages,
    read_dicom: count_frames,
}


def list_suffixes() -> tuple[str, ...]:
    """The suffixes of all files that can be read, in lower case, such as ".png".

    A file with another suffix, or with none, may be an image too: `medapp.imaging.kinds` tells.
    """
    return tuple(READERS)
