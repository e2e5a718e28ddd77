"""Tables of patients, studies or series: their rows are found by what the DICOM headers say.

Identifiers are compared and not kept: the patients of the images come from the headers, hashed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from medapp.data.layouts.listing import Parts
from medapp.data.layouts.roles import Asked, Roles
from medapp.data.reading import read_header_alone
from medapp.imaging.kinds import HEAD_BYTES, tell_kind


def list_header_keys(names: Sequence[Parts], read: Callable[..., bytes]) -> Iterator[list[Parts]]:
    """The images' paths as if they lay in a folder a patient, then a study, then a series.

    None where the first image is no DICOM file: headers are read only where they may help.

    Args:
        names: of the images, as parts of their paths.
        read: a file's first bytes, so many; all of them where no number is given.
    """
    if not names or tell_kind(read(names[0], HEAD_BYTES), names[0][-1]).name != "DICOM":
        return
    headers = [read_header_alone(read(parts)) for parts in names]
    for fact in ("patient", "study", "series"):
        ids = [getattr(header, fact, None) for header in headers]
        if any(ids):
            # An id may stand after who issued it.
            yield [
                (id.rpartition("|")[2], *parts) if id else parts
                for id, parts in zip(ids, names, strict=True)
            ]


def name_by_headers(roles: Roles, asked: Asked) -> Roles:
    """The roles of a table whose rows were found by headers.

    Its column of patients is not taken, as their ids stay out: the headers tell patients, hashed.
    """
    reasons = {**roles.reasons, "image": f"The column {roles.image!r} holds ids of DICOM headers."}
    if asked.patient is None:
        reasons.pop("patient", None)
        roles = replace(roles, patient="")
    return replace(roles, reasons=reasons)
