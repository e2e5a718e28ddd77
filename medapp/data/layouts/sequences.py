"""Sequences of MR that file names tell: `p01_t1ce.nii.gz` beside `p01_flair.nii.gz`."""

import re
from collections import Counter
from dataclasses import replace

from medapp.data.layouts.kinds import find_suffix
from medapp.data.layouts.layout import FoundFile, Layout
from medapp.errors import Remedy
from medapp.notes import Note

COLUMN = "sequence"
# Names of BraTS (2012 to 2023) and of usual exports, to one spelling each.
_NAMES = {
    **dict.fromkeys(("t1", "t1w", "t1n"), "T1"),
    **dict.fromkeys(("t1ce", "t1c", "t1gd", "t1post", "t1km"), "T1ce"),
    **dict.fromkeys(("t2", "t2w"), "T2"),
    **dict.fromkeys(("flair", "t2f", "t2flair"), "FLAIR"),
    **{name: name.upper() for name in ("dwi", "adc", "swi", "pd", "hbv")},
}
_LEAST_SHARE = 0.9  # of the names, that have to tell a sequence
_PARTS = re.compile(r"[^a-z0-9]+")


def tell_sequences(layout: Layout) -> Layout:
    """The layout with a column of the sequence, where names tell several of most images.

    Not where the sequences are the labels, or a table has such a column.
    """
    found = [_find_sequence(file) for file in layout.files]
    kinds = Counter(filter(None, found))
    are_told = len(kinds) > 1 and sum(kinds.values()) >= _LEAST_SHARE * len(found)
    labels = {label.casefold() for label in layout.classes}
    is_known = any(COLUMN in file.attributes for file in layout.files[:1])
    if not are_told or is_known or labels & {*_NAMES, *(kind.casefold() for kind in kinds)}:
        return layout
    files = tuple(
        replace(file, attributes={**file.attributes, COLUMN: sequence}) if sequence else file
        for file, sequence in zip(layout.files, found, strict=True)
    )
    named = ", ".join(f"{kind} {count:,}" for kind, count in sorted(kinds.items()))
    said = f"File names tell sequences of MR: {named}; they are kept in the column {COLUMN!r}."
    return replace(layout, files=files, remarks=(*layout.remarks, said))


def note_sequences(layout: Layout) -> tuple[Note, ...]:
    """A note where images of several sequences stand together under each label."""
    kinds = sorted({file.attributes.get(COLUMN, "") for file in layout.files} - {""})
    if len(kinds) < 2 or not any(COLUMN in said for said in layout.remarks):
        return ()
    text = (
        f"Images of {len(kinds)} sequences of MR ({', '.join(kinds)}) stand together under each"
        " label, as if they were alike."
    )
    one = "To learn from one alone, derive a data set of it"
    remedy = Remedy(
        f"{one}, under Derive on the data set's page.",
        f"{one}: medapp data derive NAME --from SET --where {COLUMN}={kinds[0]}",
    )
    return (Note("sequences", text, "caution", remedy),)


def _find_sequence(file: FoundFile) -> str | None:
    """The sequence that the last part of a file's name tells, that is one; None for none."""
    name = file.name.rpartition("/")[2].casefold()
    parts = _PARTS.split(name.removesuffix(find_suffix(name)))
    return next((_NAMES[part] for part in reversed(parts) if part in _NAMES), None)
