"""Which pictures are copies of one another: the one rule, in a data set and between two.

A copy differs in few bits of its fingerprint, also when it was mirrored, turned or inverted.
Another contrast, or a cut edge, changes more bits than neighbouring slices of one patient may
differ in. Such a copy is told by having no other neighbour: two pictures that are nearer to each
other than to any third one by far (as Lowe 2004, "Distinctive Image Features", tells matches from
look-alikes).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medapp.data.copies.near import Codes, Pairs, Ways, find_near, list_within, tell_ways
from medapp.imaging.fingerprint import NEAR_BITS

# Bits in which copies without another neighbour may differ, and by how many bits more all other
# pictures must. Measured (benchmarks.accuracy.near_copies).
DOUBT_BITS = 24
GAP_BITS = 20


@dataclass(frozen=True)
class Copies:
    """Pairs of copies.

    Attributes:
        pairs: (P, 2) a row of the first pictures and one of the second.
        ways: (P,) how the pictures differ, see `medapp.data.copies.near.describe_way`.
        bits: (P,) in how many bits.
    """

    pairs: Pairs
    ways: Ways
    bits: NDArray[np.intp]


def find_copies(first: Codes, second: Codes) -> Copies:
    """The pictures of the first collection and those of the second that are copies of them.

    A third picture, which makes a pair doubtful, may stand in either collection.

    Args:
        second: the same as the first for the copies within it; each picture is its own copy.
    """
    pairs = find_near(first, second, DOUBT_BITS)
    ways, bits = tell_ways(first[pairs[:, 0]], second[pairs[:, 1]])
    known, shift = (first, 0) if second is first else (np.concatenate([first, second]), len(first))
    doubtful = np.flatnonzero(bits > NEAR_BITS)
    rows = pairs[doubtful] + (0, shift)
    lonely = _mark_lonely(known, rows, bits[doubtful])
    is_copy = bits <= NEAR_BITS
    is_copy[doubtful[lonely]] = True
    return Copies(pairs[is_copy], ways[is_copy], bits[is_copy])


def _mark_lonely(codes: Codes, pairs: Pairs, bits: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Which pairs in doubt (P, 2) have no third picture near either of them.

    Args:
        codes: (N, 8) of all pictures.
        bits: (P,) in which the pairs differ.
    """
    is_lonely = np.ones(len(pairs), bool)
    both = np.concatenate([pairs, pairs[:, ::-1]])
    order = np.lexsort((both[:, 1], both[:, 0]))
    _, starts, counts = np.unique(both[order, 0], return_index=True, return_counts=True)
    # A second partner in doubt is a third picture: with most pairs nothing else is compared.
    for places in (starts, starts + counts - 1):
        partners = np.empty(len(both), np.intp)
        partners[order] = np.repeat(both[order[places], 1], counts)
        _, apart = tell_ways(codes[both[:, 1]], codes[partners])
        is_lonely &= (apart <= NEAR_BITS).reshape(2, -1).all(axis=0)
    for place in np.flatnonzero(is_lonely).tolist():
        most_bits = int(bits[place]) + GAP_BITS - 1
        is_lonely[place] = _is_lonely(codes, pairs[place], most_bits)
    return is_lonely


def _is_lonely(codes: Codes, pair: NDArray[np.intp], most_bits: int) -> bool:
    """Whether all that differ from one of a pair in at most so many bits are copies of either."""
    for row in pair.tolist():
        others = list_within(codes, row, most_bits)
        is_third = np.ones(len(others), bool)
        for one in pair.tolist():
            _, apart = tell_ways(codes[others], np.repeat(codes[one : one + 1], len(others), 0))
            is_third &= apart > NEAR_BITS
        if is_third.any():
            return False
    return True
