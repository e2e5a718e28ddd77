"""Path templates: what each folder of a path says, such as `{patient}/{label}`.

A template names folders from the root down; deeper folders and the file's name are free. Its fields
are label, patient, split, site and any; other text stands for itself.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from medapp.errors import DataError

FIELDS = ("label", "patient", "split", "site", "any")

_SPLIT_WORDS = {
    "train": "train",
    "training": "train",
    "trn": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "validating": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
    "tst": "test",
    "holdout": "test",
}


def find_split(name: str) -> str | None:
    """The split that a folder's name means, such as "Training" or "val_set"; None if it is none."""
    word = re.sub(r"[\W\d_]+", "", name.casefold())
    return _SPLIT_WORDS.get(word) or _SPLIT_WORDS.get(re.sub("(set|data|images|split)$", "", word))


@dataclass(frozen=True)
class Template:
    """A template that can be matched.

    Args:
        text: such as "{split}/{label}".

    Raises:
        DataError: an unknown field, a field twice, or no label.
    """

    text: str

    def __post_init__(self) -> None:
        fields = re.findall(r"\{([^{}]*)\}", self.text)
        twice = [field for field in fields if field != "any" and fields.count(field) > 1]
        unknown = [field for field in fields if field not in FIELDS]
        if unknown or twice or "label" not in fields or not all(self.text.split("/")):
            raise DataError(
                f"The layout {self.text!r} cannot be used.",
                remedy=(
                    "Name folders from the top, divided by /, with {label} once, and {patient},"
                    " {split}, {site}, {any} where they fit: '{patient}/{label}'."
                ),
            )

    @property
    def depth(self) -> int:
        """How many folders the template names."""
        return self.text.count("/") + 1

    @property
    def has_splits(self) -> bool:
        return "{split}" in self.text

    def find_level(self, field: str) -> int:
        """The folder that holds a field, counted from 1."""
        return next(i for i, part in enumerate(self._parts, 1) if f"{{{field}}}" in part)

    def match(self, folders: Sequence[str]) -> dict[str, str] | None:
        """The fields of a file's folders, from the root down; None where they do not fit.

        A folder that stands for a split must have a name that means one.
        """
        if len(folders) < self.depth:
            return None
        found: dict[str, str] = {}
        for pattern, folder in zip(self._patterns, folders, strict=False):
            match = pattern.fullmatch(folder)
            if match is None:
                return None
            found |= match.groupdict()
        if "split" in found:
            split = find_split(found["split"])
            if split is None:
                return None
            found["split"] = split
        return found

    @property
    def _parts(self) -> list[str]:
        return self.text.split("/")

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(_build_pattern(part), re.DOTALL) for part in self._parts)


def _build_pattern(part: str) -> str:
    pieces = re.split(r"(\{[^{}]*\})", part)
    return "".join(
        re.escape(piece)
        if not piece.startswith("{")
        else ".+?"
        if piece == "{any}"
        else f"(?P<{piece[1:-1]}>.+?)"
        for piece in pieces
    )
