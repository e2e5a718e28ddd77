"""Copies of DICOM files in the workspace, stripped of what names anybody before they are read."""

import io
from collections.abc import Sequence

from medapp.data.importing.headers import hash_identifiers
from medapp.data.layouts.layout import FoundFile
from medapp.errors import ImageError
from medapp.imaging.image import read_content
from medapp.imaging.kinds import read_kind
from medapp.imaging.readers.dicom_header import read_header
from medapp.imaging.readers.dicom_strip import strip_dicom
from medapp.store.threads import map_threaded
from medapp.store.workspace import Workspace


def strip_copies(
    workspace: Workspace, files: Sequence[FoundFile]
) -> tuple[list[FoundFile], list[tuple[str, str]]]:
    """Strip the DICOM files among copies, in place.

    A DICOM file that cannot be stripped is deleted: a copy of it could name somebody.

    Returns:
        The files that are there, and (name, reason) for each that is not.
    """
    kept = []
    left_out = []
    reasons = map_threaded(lambda file: _strip(workspace, file), files)
    for file, reason in zip(files, reasons, strict=True):
        if reason:
            left_out.append((file.name, reason))
        else:
            kept.append(file)
    return kept, left_out


def _strip(workspace: Workspace, file: FoundFile) -> str:
    """Strip one file; gives the reason why it had to be deleted, else nothing."""
    try:
        if read_kind(file.path).name != "DICOM":
            return ""
        content = read_content(file.path)
        header = read_header(io.BytesIO(content))
        file.path.write_bytes(strip_dicom(content, hash_identifiers(workspace, header)))
    except ImageError as error:
        file.path.unlink()
        return str(error)
    except OSError as error:
        return f"it cannot be opened ({error.strerror or error})"
    return ""
