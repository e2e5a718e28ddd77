"""A DICOM file without what names anybody: its pixels, how they are read, and the allow-list.

For copies that MedApp keeps. No profile of PS3.15 is promised, and what is burnt into the pixels
stays.
"""

import hashlib
import io
from typing import Any

import numpy as np

from medapp.errors import ImageError
from medapp.imaging.readers.dicom_file import PIXELS, open_dicom, read_code, read_element
from medapp.imaging.readers.dicom_header import HASHED, SEXES, Header
from medapp.imaging.readers.picture import DAMAGE

_PIXELS = (*PIXELS, "ExtendedOffsetTable", "ExtendedOffsetTableLengths")
_SPACINGS = (0x00181164, 0x00182010)  # at the detector, on the film
_LAYOUT = 0x0028  # the group of how pixels are laid out and shown
# Numbers, and tables of them.
_PLAIN = ("US", "SS", "UL", "SL", "FL", "FD", "DS", "IS", "AT", "OB", "OW", "OF", "OD")
_SEQUENCES = (
    "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence",
    "PixelMeasuresSequence",
    "FrameVOILUTSequence",
    "PixelValueTransformationSequence",
    "ModalityLUTSequence",
    "VOILUTSequence",
)
_CODES = (
    "PhotometricInterpretation",
    "PresentationLUTShape",
    "RescaleType",
    "ModalityLUTType",
    "VOILUTFunction",
    "PixelSpacingCalibrationType",
    "Units",
)
_KINDS = ("ORIGINAL", "DERIVED", "PRIMARY", "SECONDARY", "AXIAL", "LOCALIZER")  # of ImageType
# Where each column of `Header` is written.
_ELEMENTS = {
    "modality": "Modality",
    "body_part": "BodyPartExamined",
    "view": "ViewPosition",
    "laterality": "ImageLaterality",
    "manufacturer": "Manufacturer",
    "model": "ManufacturerModelName",
    "kvp": "KVP",
    "presentation": "PresentationIntentType",
    "burned_in_text": "BurnedInAnnotation",
}


def strip_dicom(content: bytes, header: Header) -> bytes:
    """A file's bytes with pixels, how they are read, and what `Header` takes over; nothing else.

    Args:
        header: of this file, its identifiers hashed to 16 hex digits.

    Raises:
        ImageError: the file is damaged, or holds no image.
    """
    import pydicom
    from pydicom.dataset import FileMetaDataset

    try:
        facts = open_dicom(io.BytesIO(content))
        kept = pydicom.Dataset()
        _keep(facts, kept)
        _write_header(kept, header)
        kept.SOPClassUID = pydicom.uid.SecondaryCaptureImageStorage
        # Made of the bytes, so that the same file gives the same copy.
        kept.SOPInstanceUID = _to_uid(hashlib.sha256(content).hexdigest()[:16])
        kept.file_meta = FileMetaDataset()
        kept.file_meta.TransferSyntaxUID = facts.file_meta.TransferSyntaxUID
        file = io.BytesIO()
        pydicom.dcmwrite(file, kept, enforce_file_format=True)
    except DAMAGE as error:
        raise ImageError("it is damaged, so that no copy of it can be kept") from error
    return file.getvalue()


def _keep(facts: Any, kept: Any) -> None:
    """Take over how pixels are laid out, shown and measured, and the pixels."""
    from pydicom.datadict import keyword_for_tag

    for tag in list(facts.keys()):
        name = keyword_for_tag(tag)
        if name in _SEQUENCES:
            items = [type(kept)() for _ in read_element(facts, name) or ()]
            for item, target in zip(read_element(facts, name) or (), items, strict=True):
                _keep(item, target)
            setattr(kept, name, items)
        elif name in _PIXELS or _is_layout(facts, tag):
            kept[tag] = facts[tag]
        elif name in _CODES and read_code(facts, name):
            setattr(kept, name, read_code(facts, name))
        elif name == "ImageType":
            kinds = [str(kind).upper() for kind in read_element(facts, name) or ()]
            kept.ImageType = [kind if kind in _KINDS else "OTHER" for kind in kinds]


def _is_layout(facts: Any, tag: Any) -> bool:
    """Whether an element is a number, or a table of them, on how pixels are laid out or shown."""
    if tag.group != _LAYOUT and tag not in _SPACINGS:
        return False
    try:
        element = facts[tag]
        if element.VR in ("DS", "IS"):
            np.asarray(element.value or 0, dtype=np.float64)
    except DAMAGE:
        return False
    return element.VR in _PLAIN


def _write_header(kept: Any, header: Header) -> None:
    """Write columns and hashed identifiers where `read_header` finds them."""
    kept.DeidentificationMethod = HASHED
    if header.patient is not None:
        kept.PatientID = header.patient
    if header.study is not None:
        kept.StudyInstanceUID = _to_uid(header.study)
    if header.series is not None:
        kept.SeriesInstanceUID = _to_uid(header.series)
    for column, name in _ELEMENTS.items():
        if column in header.attributes:
            value = header.attributes[column]
            setattr(kept, name, value if column in ("manufacturer", "model") else value.upper())
    sexes = {word: code for code, word in SEXES.items()}
    if "sex" in header.attributes:
        kept.PatientSex = sexes[header.attributes["sex"]]
    if "age" in header.attributes:
        kept.PatientAge = f"{int(header.attributes['age'].rstrip('+')):03d}Y"


def _to_uid(digits: str) -> str:
    """16 hex digits as a unique identifier (PS3.5 B.2), which `read_header` turns back."""
    return f"2.25.{int(digits, 16)}"
