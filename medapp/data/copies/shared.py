"""Pictures that two collections share, and whether both say the same of them.

Classes have other names elsewhere. Which mean the same is told by the pictures themselves: the
class that most of a class's pictures have there. A picture that departs from it is contrary.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medapp.data.copies.near import Codes, Pairs, Ways, read_codes
from medapp.data.copies.rule import find_copies
from medapp.data.samples import UNLABELLED

# With fewer shared pictures of a class, or where fewer agree, nothing is said of its meaning.
FEWEST = 5
AGREEING = 0.8


@dataclass(frozen=True)
class Shared:
    """Pairs of copies between two collections; each picture of the first stands in one pair.

    Attributes:
        pairs: (P, 2) the row in the first and the nearest one in the second, sorted by the first.
        ways: (P,) how the pictures differ, see `medapp.data.copies.near.describe_way`.
    """

    pairs: Pairs
    ways: Ways


def find_shared(first: Sequence[str | None], second: Sequence[str | None]) -> Shared:
    """The pictures of the first collection that are in the second too.

    Args:
        first, second: (N,) and (M,) fingerprints; images without one are passed over.
    """
    rows, codes = _read(first)
    others, other_codes = _read(second)
    copies = find_copies(codes, other_codes)
    own, theirs = copies.pairs.T
    order = np.lexsort((theirs, copies.bits, own))
    _, starts = np.unique(own[order], return_index=True)
    chosen = order[starts]
    pairs = np.stack([rows[own[chosen]], others[theirs[chosen]]], axis=1)
    return Shared(pairs, copies.ways[chosen])


def find_contrary(labels: Sequence[str], others: Sequence[str]) -> NDArray[np.bool_]:
    """Which pairs of copies (P,) are said to show different things.

    Args:
        labels, others: (P,) the class of each copy in the one collection and in the other; a copy
            of which nothing is said is contrary to none.
    """
    counts = Counter(pair for pair in zip(labels, others, strict=True) if UNLABELLED not in pair)
    totals = Counter(label for label, _ in counts.elements())
    usual: dict[str, set[str]] = {}
    for (label, other), times in counts.items():
        is_usual = totals[label] >= FEWEST and times >= AGREEING * totals[label]
        if is_usual or _simplify(label) == _simplify(other):
            usual.setdefault(label, set()).add(other)
    pairs = zip(labels, others, strict=True)
    contrary = [
        label in usual and other not in usual[label] and other != UNLABELLED
        for label, other in pairs
    ]
    return np.array(contrary, bool)


def _read(fingerprints: Sequence[str | None]) -> tuple[NDArray[np.intp], Codes]:
    marked = [(row, f) for row, f in enumerate(fingerprints) if f]
    return np.array([row for row, _ in marked], np.intp), read_codes([f for _, f in marked])


def _simplify(label: str) -> str:
    return re.sub(r"[\W_]+", "", label.casefold())
