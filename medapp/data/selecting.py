"""Images that a person names: by their names in a data set, or by patterns of names."""

import difflib
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from medapp.data.samples import Sample
from medapp.errors import DataError

WILDCARDS = "*?["


def select_by_name(samples: Sequence[Sample], names: Sequence[str]) -> list[Sample]:
    """The samples of these names, each once, in the order in which they stand in the data set.

    Args:
        names: as `Sample.name`, or patterns in which `*` stands for anything, `?` for one character
            and `[…]` for one of several; a name that exists is no pattern.

    Raises:
        DataError: a name or pattern fits none; names the nearest.
    """
    by_name = {sample.name: sample for sample in samples}
    chosen: set[str] = set()
    for name in names:
        found = [name] if name in by_name else _match(name, by_name)
        if not found:
            raise DataError(f"No image is called {name!r}.", remedy=_suggest(name, list(by_name)))
        chosen.update(found)
    return [sample for sample in samples if sample.name in chosen]


def select_one(samples: Sequence[Sample], name: str) -> Sample:
    """The sample of this name, or the only one that fits the pattern.

    Raises:
        DataError: there is none, or several.
    """
    chosen = select_by_name(samples, [name])
    if len(chosen) > 1:
        raise DataError(
            f"{name!r} names {len(chosen):,} images.", remedy=f"Name one, such as {chosen[0].name}."
        )
    return chosen[0]


def _match(pattern: str, names: Iterable[str]) -> list[str]:
    if not any(mark in pattern for mark in WILDCARDS):
        return []
    return [name for name in names if fnmatchcase(name, pattern)]


def _suggest(name: str, known: Sequence[str]) -> str:
    """The nearest names: those that end alike, else those that are spelled alike."""
    last = name.rpartition("/")[2]
    near = [other for other in known if other.rpartition("/")[2] == last][:3]
    near = near or difflib.get_close_matches(name, known, 3)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    example = f", such as {known[0]}" if known else ""
    return f"Names are paths below the data set's folder{example}; '*' stands for anything."
