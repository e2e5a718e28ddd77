"""Who the patient of each image is: by a pattern, by folders, or by DICOM headers."""

import re
from collections.abc import Callable, Sequence

from medapp.data.importing.frames import find_file_name
from medapp.data.importing.headers import HashedHeader
from medapp.data.layouts.layout import FoundFile
from medapp.errors import DataError

_PRIVATE = "Names and dates of birth are not kept."


def compile_pattern(pattern: str | None) -> re.Pattern[str] | None:
    """A patient pattern that can be searched; None for none.

    Raises:
        DataError: it is no regular expression.
    """
    try:
        return re.compile(pattern) if pattern else None
    except re.error as error:
        raise DataError(
            f"The patient pattern {pattern!r} is no regular expression: {error}.",
            remedy="'^.{8}' finds the first eight characters.",
        ) from error


def build_finder(
    pattern: re.Pattern[str] | None, names: Sequence[str]
) -> Callable[[str], str | None]:
    """A function from an image's name (its path below the root) to the patient, or None.

    The pattern is sought in the file's own name; one that holds a slash, or is found in none of the
    files' names, is sought in the whole path. The patient is the pattern's first group, or the
    whole match where it has no group.
    """

    def find_in(text: str) -> str | None:
        match = pattern.search(text) if pattern else None
        found = None if match is None else match[1] if match.re.groups else match[0]
        return found or None

    def find_in_name(name: str) -> str | None:
        return find_in(name.rpartition("/")[2])

    return find_in if sees_folders(pattern, names) else find_in_name


def sees_folders(pattern: re.Pattern[str] | None, names: Sequence[str]) -> bool:
    """Whether a pattern is sought in the whole path (see `build_finder`)."""
    if pattern is None or "/" in pattern.pattern:
        return pattern is not None
    return not any(pattern.search(name.rpartition("/")[2]) for name in names)


def preview_patients(names: Sequence[str], pattern: str) -> list[tuple[str, str | None]]:
    """Each name with the patient that the pattern finds in it, or None; see `build_finder`.

    Raises:
        DataError: the pattern is no regular expression.
    """
    find_patient = build_finder(compile_pattern(pattern), names)
    return [(name, find_patient(name)) for name in names]


def choose_patients(
    files: Sequence[FoundFile],
    headers: Sequence[HashedHeader],
    pattern: re.Pattern[str] | None,
    are_folders_asked: bool,
    source: str = "folders",
) -> tuple[list[str | None], str]:
    """The patient of each image, and a sentence that says where patients come from.

    A pattern goes first, then folders that were named as patients, then DICOM headers, then folders
    that were recognised as patients, then DICOM studies of several images. Headers that all name
    one patient tell nobody apart, as where names were blanked, and are not used.

    Args:
        headers: (N,) what is kept of the files' headers.
        are_folders_asked: the user said which folders are patients.
        source: where the files' own patients come from.
    """
    if pattern is not None:
        names = [file.name for file in files]
        find_patient = build_finder(pattern, names)
        found = [find_patient(name) for name in names]
        if not any(found):
            return found, f"The pattern '{pattern.pattern}' was found in no file's name or path."
        where = "paths" if sees_folders(pattern, names) else "file names"
        return found, _say(f"the pattern '{pattern.pattern}' in {where}", found)
    folders = [file.patient for file in files]
    if are_folders_asked and any(folders):
        return folders, _say(source, folders)
    named = [header.patient for header in headers]
    known = {patient for patient in named if patient is not None}
    is_one = name_one_patient(headers)
    if known and not is_one:
        found = [header or folder for header, folder in zip(named, folders, strict=True)]
        return found, f"{_say('DICOM headers (hashed)', found)} {_PRIVATE}"
    sentence = f"All {len(named):,} DICOM headers name one patient, so that is not used. "
    said = sentence if is_one else ""
    studies = [header.study for header in headers]
    if not any(folders) and 1 < len({study for study in studies if study}) < len(files):
        return studies, said + _say("DICOM studies (hashed), which stand for patients", studies)
    if not any(folders) and any(file.frame is not None for file in files):
        found = [None if f.frame is None else find_file_name(f) for f in files]
        return found, said + _say("files, whose frames stay together", found)
    return folders, said + _say(source, folders)


def name_one_patient(headers: Sequence[HashedHeader]) -> bool:
    """Whether all of several headers name the same patient."""
    named = {header.patient for header in headers}
    return len(headers) > 1 and len(named) == 1 and None not in named


def _say(source: str, patients: Sequence[str | None]) -> str:
    known = {patient for patient in patients if patient is not None}
    if not known:
        return "Patients are not known."
    missing = sum(patient is None for patient in patients)
    gap = f"; of {missing:,} images not known" if missing else ""
    return f"Patients from {source}: {len(known):,}{gap}."
