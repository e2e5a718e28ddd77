"""Path templates: what each folder of a path says, such as `{patient}/{label}`.

A template names folders from the root down; deeper folders are free, and so is the file's name,
unless the template ends in `.*`: then its last part is the file's name, as in
`{label}_{number}.*`. Its fields are label, patient, split, site, number (digits) and any; other
text stands for itself. A regular expression that names a group label, such as
`(?P<label>[a-z]+)\\d+`, is sought in the whole path instead.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath

from medapp.errors import DataError

FIELDS = ("label", "patient", "split", "site", "number", "any")
_FREE = {"any": ".+?", "number": r"\d+"}  # fields that may stand several times
_FILE_END = ".*"
_GROUP = "(?P<label>"

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


def find_split_in(name: str) -> str | None:
    """The split that a word of a file's name means, as in `train_labels.csv`; None for none, or
    for several. Training and validation together, as in `train_val_list.txt`, are training.
    """
    found = list_splits_in(name)
    if found == {"train", "validation"}:
        return "train"
    return found.pop() if len(found) == 1 else None


def list_splits_in(name: str) -> set[str]:
    """All splits that words of a file's name mean."""
    stem = re.sub("train(?=val)", "train_", PurePath(name).stem.casefold())
    return {split for word in re.split(r"[\W\d_]+", stem) if (split := find_split(word))}


@dataclass(frozen=True)
class Template:
    """A template that can be matched.

    Args:
        text: such as "{split}/{label}".

    Raises:
        DataError: an unknown field, a field twice, no label, or no regular expression.
    """

    text: str

    def __post_init__(self) -> None:
        if self.is_expression:
            self._check_expression()
            return
        fields = re.findall(r"\{([^{}]*)\}", self.text)
        twice = [field for field in fields if field not in _FREE and fields.count(field) > 1]
        unknown = [field for field in fields if field not in FIELDS]
        if unknown or twice or "label" not in fields or not all(self._parts):
            raise DataError(
                f"The layout {self.text!r} cannot be used.",
                remedy=(
                    "Name folders from the top, divided by /, with {label} once, and {patient},"
                    " {split}, {site}, {any} where they fit: '{patient}/{label}'. One that ends in"
                    " .* names the file too: '{label}_{number}.*'."
                ),
            )

    @property
    def is_expression(self) -> bool:
        """Whether the template is a regular expression."""
        return _GROUP in self.text

    @property
    def names_file(self) -> bool:
        """Whether the last part is the file's name."""
        return self.text.endswith(_FILE_END)

    @property
    def depth(self) -> int:
        """How many folders the template names."""
        return 0 if self.is_expression else len(self._parts) - self.names_file

    def has(self, field: str) -> bool:
        """Whether the template tells this field."""
        return f"{{{field}}}" in self.text or f"(?P<{field}>" in self.text

    def find_level(self, field: str) -> int | None:
        """The folder that holds a field, counted from 1; None for the file's name or an expression.

        The field must be one of the template's.
        """
        if self.is_expression:
            return None
        level = next(i for i, part in enumerate(self._parts, 1) if f"{{{field}}}" in part)
        return None if self.names_file and level == len(self._parts) else level

    def match(self, parts: Sequence[str]) -> dict[str, str] | None:
        """The fields of a file's path, given by its folders and its name; None if it does not fit.

        A part that stands for a split must have a name that means one.
        """
        found = self._search(parts) if self.is_expression else self._match_parts(parts)
        if found is not None and "split" in found:
            split = find_split(found["split"])
            return {**found, "split": split} if split else None
        return found

    def _search(self, parts: Sequence[str]) -> dict[str, str] | None:
        match = re.search(self.text, "/".join(parts))
        if match is None or not match["label"]:
            return None
        return {name: value for name, value in match.groupdict().items() if value}

    def _match_parts(self, parts: Sequence[str]) -> dict[str, str] | None:
        folders = [*parts[: self.depth]] if len(parts) > self.depth else []
        named = [*folders, PurePath(parts[-1]).stem] if self.names_file else folders
        if len(named) < len(self._patterns):
            return None
        found: dict[str, str] = {}
        for pattern, name in zip(self._patterns, named, strict=True):
            match = pattern.fullmatch(name)
            if match is None:
                return None
            found |= match.groupdict()
        return found

    def _check_expression(self) -> None:
        try:
            fields = re.compile(self.text).groupindex
        except re.error as error:
            raise DataError(
                f"The layout {self.text!r} is no regular expression: {error}.",
                remedy="'(?P<label>[a-z]+)' takes the first lower-case word of a path.",
            ) from error
        unknown = [field for field in fields if field not in FIELDS]
        if unknown:
            raise DataError(
                f"The layout {self.text!r} cannot be used: nothing is called {unknown[0]}.",
                remedy=f"Name groups {', '.join(FIELDS[:4])}.",
            )

    @property
    def _parts(self) -> list[str]:
        return self.text.removesuffix(_FILE_END).split("/")

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(_build_pattern(part), re.DOTALL) for part in self._parts)


def _build_pattern(part: str) -> str:
    pieces = re.split(r"(\{[^{}]*\})", part)
    return "".join(
        re.escape(piece)
        if not piece.startswith("{")
        else _FREE.get(piece[1:-1]) or f"(?P<{piece[1:-1]}>.+?)"
        for piece in pieces
    )
