"""One image file, read once and whole: its hash, its facts and its header from the same bytes."""

import io
from dataclasses import dataclass
from pathlib import Path

from medapp.errors import ImageError
from medapp.imaging.fingerprint import compute_fingerprint
from medapp.imaging.image import ImageFacts, decode_image, read_content
from medapp.imaging.readers.dicom_header import Header, read_header
from medapp.imaging.registered import hash_content

# Modalities of DICOM (PS3.3 C.7.3.1.1.1) whose pixels mark other images, or say something of them.
MARKING = {"SEG": "a segmentation (SEG)", "RTDOSE": "doses (RTDOSE)"}


@dataclass(frozen=True)
class ReadFile:
    """What a file holds.

    Attributes:
        content_hash: see `hash_content`.
        fingerprint: see `compute_fingerprint`.
        file_bytes, modified_ns: of the file, by which it is later seen whether it was changed.
        header: what is taken over from a DICOM's header, identifiers not hashed yet; None for
            other formats.
    """

    content_hash: str
    fingerprint: str
    facts: ImageFacts
    file_bytes: int
    modified_ns: int
    header: Header | None = None


def read_file(path: Path, frame: int | None = None) -> ReadFile | str:
    """What a file holds, or why it cannot be used.

    Args:
        frame: which frame of a file with several, from 0; None for the whole file.
    """
    try:
        stated = path.stat()
        content = read_content(path)
        pixels, facts = decode_image(content, path.suffix, frame=frame)
    except OSError as error:
        return f"it cannot be opened ({error.strerror or error})"
    except ImageError as error:
        return str(error)
    header = read_header(io.BytesIO(content)) if facts.format == "DICOM" else None
    marks = MARKING.get(header.attributes.get("modality", "")) if header else None
    if marks:
        return f"this DICOM file holds {marks} of other images, and no image of a patient"
    content_hash = hash_content(content, frame)
    fingerprint = compute_fingerprint(pixels)
    return ReadFile(content_hash, fingerprint, facts, stated.st_size, stated.st_mtime_ns, header)


def read_header_alone(content: bytes) -> Header | None:
    """The header of a DICOM file that holds an image; None for other files, damaged ones too."""
    try:
        return read_header(io.BytesIO(content))
    except ImageError:
        return None
