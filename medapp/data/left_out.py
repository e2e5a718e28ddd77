"""Files that were left out, in few words: by reason, with their number and a few names."""

from collections.abc import Iterable

NAMED = 3


def summarise_left_out(left_out: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """A sentence for each reason, the most frequent first.

    Args:
        left_out: (file, reason) for each.
    """
    by_reason: dict[str, list[str]] = {}
    for name, reason in left_out:
        by_reason.setdefault(reason, []).append(name)
    ordered = sorted(by_reason.items(), key=lambda entry: -len(entry[1]))
    return tuple(_say(names, reason) for reason, names in ordered)


def _say(names: list[str], reason: str) -> str:
    if len(names) == 1:
        return f"{names[0]}: {reason}"
    rest = len(names) - NAMED
    more = f" and {rest:,} more" if rest > 0 else ""
    return f"{len(names):,} files: {reason} ({', '.join(names[:NAMED])}{more})"
