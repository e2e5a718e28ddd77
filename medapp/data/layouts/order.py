"""The order in which people see images: 1, 2, 10 within a class, and the classes mixed."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_NUMBER = re.compile(r"(\d+)")


@dataclass(frozen=True)
class Entry:
    """What is needed of a sample to sort, count and filter a hundred thousand of them.

    Attributes: as those of `samples.Sample`; `patient` is empty where unknown.
    """

    id: int
    name: str
    label: str
    split: str
    patient: str = ""


def arrange(entries: Sequence[Entry]) -> list[Entry]:
    """The first image of each class, then the second of each, and so on; a class by its names.

    The first page then shows all classes, and images of one class stand as they are numbered.
    """
    by_class: dict[str, list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda entry: write_natural_key(entry.name)):
        by_class[entry.label].append(entry)
    ranked = [
        (rank, label, entry)
        for label, found in by_class.items()
        for rank, entry in enumerate(found)
    ]
    return [entry for _, _, entry in sorted(ranked, key=lambda row: row[:2])]


def sort_by_name(entries: Sequence[Entry]) -> list[Entry]:
    """By name in natural order."""
    return sorted(entries, key=lambda entry: write_natural_key(entry.name))


def write_natural_key(name: str) -> list[tuple[int, str]]:
    """A key by which numbers within names count as numbers, whatever the case of letters."""
    pieces = _NUMBER.split(name.casefold())
    return [
        (int(piece), "") if index % 2 else (-1, piece) for index, piece in enumerate(pieces)
    ] + [(-1, name)]


def sort_paths(paths: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Paths, each given by its parts, in natural order, folder after folder."""
    return sorted(paths, key=lambda parts: [write_natural_key(part) for part in parts])
