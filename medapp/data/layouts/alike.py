"""Classes that may be one: their names differ only in case, spaces or signs."""

import re
from collections.abc import Iterable

from medapp.notes import Note


def find_alike_classes(classes: Iterable[str]) -> tuple[Note, ...]:
    """A note for each group of names that are alike."""
    alike: dict[str, list[str]] = {}
    for label in classes:
        alike.setdefault(re.sub(r"[\W_]+", "", label.casefold()) or label, []).append(label)
    return tuple(
        Note(
            "alike-classes",
            f"The classes {' and '.join(map(repr, labels))} differ only in case, spaces or signs,"
            f" and count as {len(labels)} classes.",
            "grave",
            "Give them one name, where the folders or the table say it, if they mean the same, and"
            " add the data set again.",
        )
        for labels in alike.values()
        if len(labels) > 1
    )
