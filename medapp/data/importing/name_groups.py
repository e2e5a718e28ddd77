"""Groups of images that their files' names may hold, such as patients: `CNV-1000001-2.jpeg`."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath

from medapp.data.layouts.recognition import look_like_patients
from medapp.errors import Remedy
from medapp.notes import Note

LOOKED_AT = 20_000  # names
DEEPEST = 4  # parts of a name that are tried
LEAST = 3  # groups
MOST_SHARE = 0.67  # groups an image: more are no groups


@dataclass(frozen=True)
class NameGroups:
    """Names by a part that several share.

    Attributes:
        pattern: a regular expression that finds the part, as a patient pattern.
        count: how many groups there are.
        example: a name.
        group: the group of that name.
    """

    pattern: str
    count: int
    example: str
    group: str


def find_name_groups(names: Sequence[str]) -> NameGroups | None:
    """The first part of all names that is numbered as patients are, and that several names share.

    Args:
        names: of the images, as paths.
    """
    stems = [PurePosixPath(name).stem for name in islice(names, LOOKED_AT)]
    for sign in "_-":
        parts = [stem.split(sign) for stem in stems]
        for place in range(min(DEEPEST, min(map(len, parts), default=0) - 1)):
            found = {part[place] for part in parts}
            are_few = LEAST <= len(found) <= MOST_SHARE * len(stems)
            if are_few and "" not in found and look_like_patients(found):
                pattern = f"^{f'[^{sign}]*{sign}' * place}([^{sign}]+)"
                example = PurePosixPath(names[0]).name
                return NameGroups(pattern, len(found), example, parts[0][place])
    return None


def suggest_pattern(names: Sequence[str]) -> tuple[Note, ...]:
    """A note on what names may say of patients; none where they say nothing."""
    groups = find_name_groups(names)
    if groups is None:
        return ()
    text = (
        f"File names may tell patients: {groups.example} is of {groups.group}, one of"
        f" {groups.count:,} such groups of several images."
    )
    begin = "If these are patients, keep each in one split:"
    remedy = Remedy(
        f"{begin} take {groups.group} as the patient, below Patient in the file name.",
        f"{begin} --patient-pattern '{groups.pattern}'",
    )
    return (Note("patients-in-names", text, "info", remedy),)
