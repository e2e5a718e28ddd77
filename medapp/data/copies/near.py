"""Fingerprints that differ in few bits, also of pictures that were mirrored, turned or inverted.

The bits of a fingerprint are signs of frequencies (row, column). A picture that is mirrored left to
right has the opposite sign in each odd column, one that is upside down in each odd row, one that
is inverted everywhere, and one that is turned has rows and columns exchanged. So the bits fall into
four kinds (even or odd row, even or odd column), and each of these changes flips all bits of a kind
or none. Pieces of 16 bits of one kind are compared up to such a flip: two fingerprints that differ
in few bits agree wholly in at least one of 13 pieces, so that only those with a common piece are
compared (multi-index hashing; Norouzi et al. 2012, "Fast Search in Hamming Space with Multi-Index
Hashing").
"""

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from medapp.errors import DataError
from medapp.imaging.fingerprint import FREQUENCIES, NEAR_BITS

# The kinds of bits, in the order of the four numbers of a code: (row is odd, column is odd).
KINDS = tuple(itertools.product((0, 1), (0, 1)))
# Bits of each kind; that of the mean is no sign and is always 0.
BITS = np.array([63, 64, 64, 64], np.float32)
MIRRORED, UPSIDE_DOWN, INVERTED, TRANSPOSED = 1, 2, 4, 8  # a way is a sum of these
# Whether a way flips the bits of a kind: (8, 4).
FLIPS = np.array(
    [[way >> 2 ^ column & way ^ row & way >> 1 for row, column in KINDS] for way in range(8)],
    np.float32,
)
# The pieces that are compared, of 16; the first three are most often equal by chance.
PIECES = range(3, 4 + NEAR_BITS)
# Comparisons at a time: some 100 MB.
AT_ONCE = 1_000_000

Codes = NDArray[np.uint64]  # (N, 8): the four kinds, then the four of the picture transposed
Pairs = NDArray[np.intp]  # (P, 2)
Ways = NDArray[np.intp]  # (P,)


def read_codes(fingerprints: Sequence[str]) -> Codes:
    """Fingerprints, as `compute_fingerprint` gives them, as numbers for `find_near`.

    Raises:
        DataError: one of them is damaged.
    """
    try:
        content = np.frombuffer(bytes.fromhex("".join(fingerprints)), np.uint8)
        signs = np.unpackbits(content).reshape(-1, FREQUENCIES, FREQUENCIES)
    except ValueError as error:
        raise DataError(
            "What copies are found by is damaged.",
            remedy="Remove the data set and add it again: images and runs are not touched.",
        ) from error
    pictures = (signs, signs.transpose(0, 2, 1))
    kinds = [picture[:, row::2, column::2] for picture in pictures for row, column in KINDS]
    # Columns are dealt to the pieces in turn: neighbours among the frequencies go together.
    dealt = [kind.reshape(-1, 16, 4).transpose(0, 2, 1).reshape(-1, 64) for kind in kinds]
    packed = np.packbits(np.stack(dealt, axis=1), axis=2)
    return np.ascontiguousarray(packed).view(np.uint64)[..., 0]


def find_near(first: Codes, second: Codes, most_bits: int = NEAR_BITS) -> Pairs:
    """The rows of both whose pictures differ in at most so many bits in some way, each pair once.

    Args:
        most_bits: of more than `NEAR_BITS` a few pairs are missed: of those that differ in 24 bits
            about one in twenty.
    """
    found = [np.empty((0, 2), np.intp)]
    for other in (second[:, :4], second[:, 4:]):
        one_pieces = _read_pieces(first[:, :4])
        other_pieces = _read_pieces(other)
        for piece in PIECES:
            for pairs in _list_equal(one_pieces[:, piece], other_pieces[:, piece]):
                counts = np.bitwise_count(first[pairs[:, 0], :4] ^ other[pairs[:, 1]])
                # No way differs in fewer bits; most pairs are sorted out by this.
                likely = np.minimum(counts, BITS - counts).sum(axis=1) <= most_bits
                is_near = _compare(counts[likely]).min(axis=1, initial=1e9) <= most_bits
                found.append(pairs[likely][is_near])
    return np.unique(np.concatenate(found), axis=0)


def tell_ways(first: Codes, second: Codes) -> tuple[Ways, NDArray[np.intp]]:
    """How the pictures of each row (P,) differ: in which way they are nearest, and by how many
    bits; of ways that are equally near the plainest.
    """
    both = [
        _compare(np.bitwise_count(first[:, :4] ^ other)) for other in (second[:, :4], second[:, 4:])
    ]
    differences = np.concatenate(both, axis=1)
    return differences.argmin(axis=1), differences.min(axis=1, initial=1e9).astype(np.intp)


def list_within(codes: Codes, row: int, bits: int) -> NDArray[np.intp]:
    """The rows whose pictures, as they lie, differ from that of one row in at most so many bits."""
    differences = np.zeros(len(codes), np.uint8)  # 255 at most
    for kind in range(4):
        differences += np.bitwise_count(codes[row, kind] ^ codes[:, kind])
    return np.flatnonzero(differences <= bits)


def describe_way(way: int) -> str:
    """A way in words, such as "mirrored and inverted"; empty for a picture as it was."""
    flips = way & (MIRRORED | UPSIDE_DOWN)
    words = ["", "mirrored", "upside down", "turned by 180°"][flips]
    if way & TRANSPOSED:
        words = "turned by 90°" if flips in (MIRRORED, UPSIDE_DOWN) else "mirrored at a diagonal"
    return " and ".join(word for word in (words, "inverted" if way & INVERTED else "") if word)


def _compare(counts: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The bits (P, 8) that differ in each way, from those that differ of each kind (P, 4)."""
    return counts.astype(np.float32) @ (1 - 2 * FLIPS).T + FLIPS @ BITS


def _read_pieces(codes: NDArray[np.uint64]) -> NDArray[np.uint16]:
    """The 16 pieces of each code (N, 16), equal for a piece and its opposite."""
    pieces = np.ascontiguousarray(codes).view(np.uint16)
    return np.where(pieces & 1, ~pieces, pieces)


def _list_equal(first: NDArray[np.uint16], second: NDArray[np.uint16]) -> Iterator[Pairs]:
    """All pairs of rows (P, 2) with equal values, in parts."""
    order = np.argsort(second, kind="stable")
    starts = np.searchsorted(second[order], first, "left")
    counts = np.searchsorted(second[order], first, "right") - starts
    parts = np.cumsum(counts) // AT_ONCE
    for part in np.unique(parts):
        rows = np.flatnonzero(parts == part)
        sizes = counts[rows]
        steps = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        others = order[np.repeat(starts[rows], sizes) + steps]
        yield np.stack([np.repeat(rows, sizes), others], axis=1)
