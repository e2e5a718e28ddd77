"""One file's bytes to an upright array, a reader a format.

To add a format, write its reader and name its suffixes in `READERS`.

What a reader does not know: paths, data sets, how the pixels are shown. Whatever a damaged file
makes a library raise is turned into an `ImageError` by `medapp.imaging.image`.
"""

from medapp.imaging.readers.dicom import read_dicom
from medapp.imaging.readers.picture import Reader
from medapp.imaging.readers.pillow import read_with_pillow

READERS: dict[str, Reader] = {
    ".png": read_with_pillow,
    ".jpg": read_with_pillow,
    ".jpeg": read_with_pillow,
    ".tif": read_with_pillow,
    ".tiff": read_with_pillow,
    ".bmp": read_with_pillow,
    ".webp": read_with_pillow,
    ".dcm": read_dicom,
}


def list_suffixes() -> tuple[str, ...]:
    """The suffixes of all files that can be read, in lower case, such as ".png"."""
    return tuple(READERS)
