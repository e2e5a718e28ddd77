"""A DICOM file's data set: opened with what bare files lack, its frames' own values beside it."""

import logging
import struct
import zlib
from typing import IO, Any

from medapp.errors import ImageError
from medapp.imaging.readers.picture import DAMAGE, MAX_PIXELS, silence_libraries

PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
MAX_INFLATED_BYTES = 3 * MAX_PIXELS  # of a deflated file: 100 MP at 16 bits, and what is said of it
# By whether types are implied and whether bytes are little-endian (PS3.5 A).
_SYNTAX_UIDS = {
    (True, True): "1.2.840.10008.1.2",
    (False, True): "1.2.840.10008.1.2.1",
    (False, False): "1.2.840.10008.1.2.2",
}
_DIRECTORY = "1.2.840.10008.1.3.10"  # the class of a DICOMDIR (PS3.4 B.5)
_DEFLATED = b"1.2.840.10008.1.2.1.99"
# What an enhanced file (PS3.3 C.7.6.16) says of frames in sequences, where others say it at the
# top: the sequence, and what is read from it.
_FRAME_GROUPS = {
    "PixelMeasuresSequence": ("PixelSpacing",),
    "FrameVOILUTSequence": ("WindowCenter", "WindowWidth", "VOILUTFunction"),
    "PixelValueTransformationSequence": ("RescaleSlope", "RescaleIntercept", "RescaleType"),
    "FrameAnatomySequence": ("FrameLaterality",),
}


def open_dicom(file: IO[bytes]) -> Any:
    """The data set of a DICOM file that holds an image, with a transfer syntax.

    Raises:
        ImageError: it is no DICOM file, its beginning is damaged, or it holds no image.
    """
    import pydicom
    from pydicom.errors import BytesLengthException, InvalidDicomError

    _silence_pydicom()
    _check_inflated(file)
    try:
        facts = pydicom.dcmread(file, force=True)  # some have no preamble
    except (InvalidDicomError, BytesLengthException) as error:
        raise ImageError("it is not a DICOM file, or its beginning is damaged") from error
    if not any(facts.get(name) for name in PIXELS):
        raise _explain_no_image(facts)
    if "Rows" not in facts or "Columns" not in facts:
        raise ImageError("this DICOM file does not say how large its image is")
    if not getattr(facts, "file_meta", None):
        facts.file_meta = pydicom.dataset.FileMetaDataset()
    if "TransferSyntaxUID" not in facts.file_meta:
        is_implied, is_little = facts.original_encoding
        syntax = _SYNTAX_UIDS[bool(is_implied), bool(is_little)]
        facts.file_meta.TransferSyntaxUID = pydicom.uid.UID(syntax)
    return facts


def _explain_no_image(facts: Any) -> ImageError:
    meta = getattr(facts, "file_meta", None) or {}
    if "DirectoryRecordSequence" in facts or meta.get("MediaStorageSOPClassUID") == _DIRECTORY:
        return ImageError("it is a DICOMDIR, a disc's list of its files, and holds no image itself")
    if "SOPClassUID" not in facts and "Rows" not in facts and not meta:
        return ImageError("it is not a DICOM file, or its beginning is damaged")
    modality = read_code(facts, "Modality")
    return ImageError(f"this DICOM file holds no image{f', but {modality}' if modality else ''}")


def _silence_pydicom() -> None:
    """Keep pydicom from writing what stands in a header to a log or to standard error."""
    silence_libraries()
    logging.getLogger("pydicom").propagate = False


def count_frames(file: IO[bytes]) -> int:
    """How many frames a DICOM file holds.

    Raises:
        ImageError: see `open_dicom`.
    """
    return find_frame_count(open_dicom(file))


def find_frame_count(facts: Any) -> int:
    """How many frames a data set says to hold; at least 1."""
    return max(1, int(facts.get("NumberOfFrames") or 1))


def adopt_frame(facts: Any, number: int) -> None:
    """Set at a data set's top what an enhanced file says of one frame (from 0) in its sequences.

    What stands at the top already stays.
    """
    every = facts.get("SharedFunctionalGroupsSequence") or []
    each = facts.get("PerFrameFunctionalGroupsSequence") or []
    for group in (*each[number : number + 1], *every[:1]):
        for sequence, names in _FRAME_GROUPS.items():
            for item in (group.get(sequence) or [])[:1]:
                for name in names:
                    if name in item and name not in facts:
                        facts[name] = item[name]


def read_element(facts: Any, name: str) -> Any:
    """An element's value; None where there is none, or what stands there cannot be read."""
    try:
        return facts.get(name)
    except DAMAGE:
        return None


def read_code(facts: Any, name: str) -> str:
    """A code string (PS3.5 6.2, CS) in capitals; "" where there is none, or what stands there is
    no code: other text could name somebody.
    """
    value = read_element(facts, name)
    code = str(value).strip().upper() if isinstance(value, str) else ""
    is_code = len(code) <= 16 and all((c.isalnum() and c.isascii()) or c in " _" for c in code)
    return code if is_code else ""


def _check_inflated(file: IO[bytes]) -> None:
    """Raise ImageError where a deflated data set (PS3.5 A.5) would fill the memory."""
    head = file.read(1024)
    if _DEFLATED in head:
        (length,) = struct.unpack("<I", head[140:144])  # of group 0002 (PS3.10, 7.1)
        file.seek(144 + length)
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        waiting = file.read()
        size = 0
        while waiting and not inflater.eof:
            size += len(inflater.decompress(waiting, 2**20))
            waiting = inflater.unconsumed_tail
            if size > MAX_INFLATED_BYTES:
                most = MAX_INFLATED_BYTES // 10**6
                raise ImageError(f"its data are more than {most} MB when they are inflated")
    file.seek(0)
