"""Files that were left out, in few words: by reason, with their number and a few names."""

from collections.abc import Iterable
from dataclasses import dataclass

NAMED = 3


@dataclass(frozen=True)
class PassedOver:
    """Files of one kind that do not come in: the kind, how many, and one of their names."""

    kind: str
    count: int
    example: str


def group_left_out(left_out: Iterable[tuple[str, str]]) -> tuple[PassedOver, ...]:
    """Files that were left out, by the reason; (file, reason) for each."""
    groups = _group(left_out).items()
    return tuple(PassedOver(reason, len(names), names[0]) for reason, names in groups)


def summarise_left_out(left_out: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """A sentence for each reason, the most frequent first.

    Args:
        left_out: (file, reason) for each.
    """
    ordered = sorted(_group(left_out).items(), key=lambda entry: -len(entry[1]))
    return tuple(_say(names, reason) for reason, names in ordered)


def _group(left_out: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    by_reason: dict[str, list[str]] = {}
    for name, reason in left_out:
        by_reason.setdefault(reason, []).append(name)
    return by_reason


def _say(names: list[str], reason: str) -> str:
    if len(names) == 1:
        return f"{names[0]}: {reason}"
    rest = len(names) - NAMED
    more = f" and {rest:,} more" if rest > 0 else ""
    return f"{len(names):,} files: {reason} ({', '.join(names[:NAMED])}{more})"
