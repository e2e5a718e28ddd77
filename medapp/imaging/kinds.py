"""What a file is, by its first bytes: the one answer for scans, uploads and predictions.

A name counts only where the bytes say nothing: `scan`, `x.IMA` and `photo.png` that begin like
DICOM are DICOM, and a page of HTML called `a.jpg` is no image.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

from medapp.imaging.readers import READERS

HEAD_BYTES = 352  # NIfTI has its mark at the end of these

# (where, bytes, what it is called, the suffix whose reader reads it; "" where none does)
_SIGNATURES: tuple[tuple[int, bytes, str, str], ...] = (
    # The first: some DICOM files have a TIFF's beginning in their preamble, to be both.
    (128, b"DICM", "DICOM", ".dcm"),
    (0, b"\x89PNG\r\n\x1a\n", "PNG", ".png"),
    (0, b"\xff\xd8\xff", "JPEG", ".jpg"),
    (0, b"II*\0", "TIFF", ".tif"),
    (0, b"MM\0*", "TIFF", ".tif"),
    (0, b"II+\0", "BigTIFF", ".tif"),
    (0, b"MM\0+", "BigTIFF", ".tif"),
    (0, b"GIF87a", "GIF", ".gif"),
    (0, b"GIF89a", "GIF", ".gif"),
    (8, b"WEBP", "WebP", ".webp"),
    (0, b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000", ".jp2"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000", ".jp2"),
    (4, b"ftypavif", "AVIF", ".avif"),
    (4, b"ftyphei", "HEIC", ""),
    (4, b"ftypmif1", "HEIF", ""),
    (344, b"n+1\0", "NIfTI", ""),
    (344, b"ni1\0", "NIfTI", ""),
    (0, b"\x5c\x01\0\0", "NIfTI-2 or Analyze", ""),
    (0, b"NRRD0", "NRRD", ""),
    (0, b"ObjectType", "MetaImage", ""),
    (0, b"\x93NUMPY", "NumPy array", ".npy"),
    (0, b"\x89HDF", "HDF5", ""),
    (0, b"PAR1", "Parquet", ""),
    (0, b"%PDF", "PDF", ""),
    (0, b"PK\x03\x04", "zip", ""),
    (0, b"\x1f\x8b", "gzip", ""),
    (0, b"8BPS", "Photoshop", ""),
)
_BMP_HEADERS = {struct.pack("<I", size) for size in (12, 40, 52, 56, 64, 108, 124)}
# Files of these suffixes begin with a signature; those of a row that was added need not.
_SIGNED = frozenset(READERS)


@dataclass(frozen=True)
class Kind:
    """What a file is.

    Attributes:
        name: such as "PNG", "DICOM", "PDF" or "text"; "" where neither bytes nor suffix say.
        reader: the key of `READERS` that reads it; "" where nothing does.
        is_claimed: its name ends like that of an image. A file that is claimed and has no reader
            is one whose owner wants to know why it was left out.
    """

    name: str
    reader: str
    is_claimed: bool

    @property
    def is_image(self) -> bool:
        """Whether the file is to be tried as an image: by its content or by its name."""
        return bool(self.reader) or self.is_claimed


def tell_kind(head: bytes, name: str = "") -> Kind:
    """What a file is that begins with these bytes.

    Args:
        head: its first `HEAD_BYTES`, or all where it has fewer.
        name: its name or path; counts where the bytes say nothing.
    """
    suffix = Path(name).suffix.lower()
    is_claimed = suffix in READERS
    found = _find_signature(head)
    if found is not None:
        return Kind(*found, is_claimed)
    if is_claimed and READERS[suffix] is READERS[".dcm"]:
        return Kind("DICOM", ".dcm", is_claimed)
    if is_claimed and suffix not in _SIGNED:
        return Kind(suffix[1:], suffix, is_claimed)
    return Kind("text" if _is_text(head) else "", "", is_claimed)


def read_kind(path: Path) -> Kind:
    """What the file at a path is; no more than its first bytes are read.

    Raises:
        OSError: the file cannot be opened.
    """
    with path.open("rb") as file:
        return tell_kind(file.read(HEAD_BYTES), path.name)


def _find_signature(head: bytes) -> tuple[str, str] | None:
    for where, mark, name, reader in _SIGNATURES:
        if head[where : where + len(mark)] == mark:
            return name, reader
    if head[:2] == b"BM" and head[14:18] in _BMP_HEADERS:
        return "BMP", ".bmp"
    if head[:1] == b"P" and head[1:2] in b"123456" and head[2:3].isspace():
        return "PNM", ".pgm"
    if _is_bare_dicom(head):
        return "DICOM", ".dcm"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "HTML page", ""
    if start.startswith((b"<?xml", b"<svg")):
        return "XML", ""
    return None


def _is_bare_dicom(head: bytes) -> bool:
    """Whether bytes are a DICOM data set without its preamble (PS3.10, 7.1).

    Its first element is of group 0002 or 0008, and the length that follows is a small one.
    """
    if len(head) < 12:
        return False
    group, element = struct.unpack("<HH", head[:4])
    if group not in (2, 8) or element > 0x20:
        return False
    if head[4:6].isalpha() and head[4:6].isupper():
        return True
    (length,) = struct.unpack("<I", head[4:8])
    return bool(length <= 64 and length % 2 == 0)


def _is_text(head: bytes) -> bool:
    return bool(head) and all(byte >= 32 or byte in b"\t\r\n\f" for byte in head)
