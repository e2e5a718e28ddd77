"""What is taken over from a DICOM header: an allow-list, and nothing else.

Names, dates, free descriptions and private elements are read by nothing here. Identifiers are for
hashing (`medapp.store.salt.hash_names`) and are never stored as they are.
"""

import datetime
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

from medapp.errors import ImageError
from medapp.imaging.readers.dicom_file import adopt_frame, open_dicom, read_code, read_element
from medapp.imaging.readers.picture import DAMAGE, Spacing, build_spacing
from medapp.notes import Note

HASHED = "MedApp: identifiers are hashed"  # in copies, see `medapp.imaging.readers.dicom_strip`
OLDEST = 89  # years; an age above tells who somebody is (45 CFR 164.514(b)(2)(i)(C))
SEXES = {"F": "F", "M": "M", "O": "other"}
INTENTS = {"FOR PRESENTATION": "for presentation", "FOR PROCESSING": "for processing"}
BURNED_IN = Note(
    "burned-in",
    "The file says that text is burnt into this image. It may name the patient, and a network may"
    " learn from it.",
    "caution",
    "Look at the image; export it without its text.",
)
FOR_PROCESSING = Note(
    "for-processing",
    "This file holds a detector's raw values, meant for processing: a reader sees another picture,"
    " made of them by the manufacturer.",
    "caution",
    "Use the files that are meant for presentation.",
)
# The columns of codes, and the elements that may fill each, the first that is there.
_CODES = {
    "modality": ("Modality",),
    "body_part": ("BodyPartExamined",),
    "view": ("ViewPosition",),
    "laterality": ("ImageLaterality", "FrameLaterality", "Laterality"),
}
_TEXTS = {"manufacturer": "Manufacturer", "model": "ManufacturerModelName"}
_NUMBERS = {"kvp": "KVP"}
COLUMNS = (*_CODES, *_TEXTS, *_NUMBERS, "sex", "age", "presentation", "burned_in_text")
_ABBREVIATED = {"kvp": "kVp"}
# Where spacings are true, those that tell most first.
_SPACINGS = {
    "PixelSpacing": "",
    "ImagerPixelSpacing": "at the detector",
    "NominalScannedPixelSpacing": "on the film",
}
_DAYS = {"D": 1.0, "W": 7.0, "M": 365.25 / 12, "Y": 365.25}


@dataclass(frozen=True)
class Header:
    """What is taken over from a header.

    Attributes:
        patient: the patient's id, after that of who issued it. None without one.
        study, series: their unique identifiers; None without one.
        attributes: column to value, of those of `COLUMNS` that the header fills. An age is in
            completed years, "90+" above 89.
        is_hashed: the identifiers are hashed: they may be kept.
    """

    patient: str | None
    study: str | None
    series: str | None
    attributes: Mapping[str, str]
    is_hashed: bool = False


def write_column(column: str) -> str:
    """A column of `COLUMNS` as a reader is shown it, such as "Body part"."""
    return _ABBREVIATED.get(column) or column.replace("_", " ").capitalize()


def read_header(file: IO[bytes]) -> Header:
    """What is taken over from the header of a DICOM file that holds an image.

    Raises:
        ImageError: see `open_dicom`.
    """
    try:
        facts = open_dicom(file)
        adopt_frame(facts, 0)
    except DAMAGE as error:
        raise ImageError("its header is damaged") from error
    patient = _read_text(facts, "PatientID")
    issuer = _read_text(facts, "IssuerOfPatientID")
    is_hashed = _read_text(facts, "DeidentificationMethod") == HASHED
    study, series = (
        _from_uid(uid) if is_hashed else uid
        for uid in (_read_text(facts, f"{name}InstanceUID") for name in ("Study", "Series"))
    )
    return Header(
        (f"{issuer}|{patient}" if issuer else patient) if patient else None,
        study or None,
        series or None,
        _list_attributes(facts),
        is_hashed,
    )


def _from_uid(uid: str) -> str:
    """The 16 hex digits that a copy's unique identifier was made of; "" where there is none."""
    digits = uid.removeprefix("2.25.")
    return f"{int(digits):016x}" if digits.isdecimal() else ""


def find_notes(facts: Any) -> tuple[Note, ...]:
    """What to know of an image where it is judged, as its header says."""
    notes = []
    if read_code(facts, "BurnedInAnnotation") == "YES":
        notes.append(BURNED_IN)
    if read_code(facts, "PresentationIntentType") == "FOR PROCESSING":
        notes.append(FOR_PROCESSING)
    return tuple(notes)


def find_acquisition(facts: Any) -> dict[str, str]:
    """Modality and body part, of which a header says something."""
    found = {column: read_code(facts, _CODES[column][0]) for column in ("modality", "body_part")}
    return {column: code for column, code in found.items() if code}


def find_spacing(facts: Any) -> Spacing | None:
    """From pixel to pixel, else on the detector or the film (PS3.3 10.7.1.3).

    In a projection a body lies nearer to the source than the detector, and is smaller. A spacing
    that equals the detector's, and was not calibrated, is the detector's.
    """
    found = [_read_spacing(facts, name, where) for name, where in _SPACINGS.items()]
    pixel, detector, _ = found
    is_calibrated = bool(read_code(facts, "PixelSpacingCalibrationType"))
    if pixel and detector and not is_calibrated and _measures_alike(pixel, detector):
        return detector
    return next(filter(None, found), None)


def _read_spacing(facts: Any, name: str, where: str) -> Spacing | None:
    try:
        down, across = (float(value) for value in read_element(facts, name) or ())
    except (TypeError, ValueError):
        return None
    return build_spacing(down, across, where)


def _measures_alike(one: Spacing, other: Spacing) -> bool:
    return math.isclose(one.down, other.down) and math.isclose(one.across, other.across)


def _list_attributes(facts: Any) -> dict[str, str]:
    found = {
        column: next((code for code in (read_code(facts, n) for n in names) if code), "")
        for column, names in _CODES.items()
    }
    found |= {column: _read_harmless(facts, name) for column, name in _TEXTS.items()}
    found |= {column: _read_number(facts, name) for column, name in _NUMBERS.items()}
    found["sex"] = SEXES.get(read_code(facts, "PatientSex"), "")
    found["age"] = _find_age(facts)
    found["presentation"] = INTENTS.get(read_code(facts, "PresentationIntentType"), "")
    burned_in = read_code(facts, "BurnedInAnnotation").lower()
    found["burned_in_text"] = burned_in if burned_in in ("yes", "no") else ""
    return {column: value for column, value in found.items() if value}


def _read_text(facts: Any, name: str) -> str:
    value = read_element(facts, name)
    values = [value] if isinstance(value, str) else value or []
    return "\\".join(str(part) for part in values).strip()


def _read_harmless(facts: Any, name: str) -> str:
    """A text of free form; "" where it looks like a person's name, an identifier or a date."""
    text = " ".join(_read_text(facts, name).split())
    is_doubtful = "^" in text or re.search(r"\d{6}|\d{4}-\d\d|\d\d[./]\d\d[./]", text)
    return "" if is_doubtful or len(text) > 64 or not text.isprintable() else text


def _read_number(facts: Any, name: str) -> str:
    try:
        return f"{float(read_element(facts, name)):g}"
    except (TypeError, ValueError):
        return ""


def _find_age(facts: Any) -> str:
    """Completed years: as the header says (PS3.5 6.2, AS), else from its dates; "" if unknown."""
    said = re.fullmatch(r"(\d{1,3})([DWMY])", _read_text(facts, "PatientAge").upper())
    if said:
        years = int(int(said[1]) * _DAYS[said[2]] / _DAYS["Y"] + 1e-9)
    else:
        born = _read_date(facts, "PatientBirthDate")
        examined = _read_date(facts, "StudyDate") or _read_date(facts, "AcquisitionDate")
        if born is None or examined is None or examined < born:
            return ""
        is_before = (examined.month, examined.day) < (born.month, born.day)
        years = examined.year - born.year - is_before
    return f"{OLDEST + 1}+" if years > OLDEST else str(years)


def _read_date(facts: Any, name: str) -> datetime.date | None:
    try:
        return datetime.datetime.strptime(_read_text(facts, name), "%Y%m%d").date()
    except ValueError:
        return None
