"""What runs are called beside each other: by what tells them apart."""

import re
from collections.abc import Sequence

_PART = re.compile(r"(?<=[:,]) ")


def tell_apart(names: Sequence[str]) -> tuple[str, ...]:
    """Names without the parts that all begin and end with; a part ends with a comma or a colon.

    "Fine-tune" and "From scratch" are left of "Race on hands: Fine-tune, seed 0" and "Race on
    hands: From scratch, seed 0".
    """
    parts = [_PART.split(name) for name in names]
    # One part of each is left, at least.
    most = min(map(len, parts), default=1) - 1
    first = _count_shared(parts, most)
    last = _count_shared([each[::-1] for each in parts], most - first)
    left = (each[first : len(each) - last] for each in parts)
    return tuple(" ".join(some).rstrip(":,") for some in left)


def _count_shared(parts: Sequence[Sequence[str]], most: int) -> int:
    """How many parts, `most` at most, are the same at the beginning of all."""
    return next((at for at in range(most) if len({each[at] for each in parts}) > 1), most)
