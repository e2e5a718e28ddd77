"""Which images are copies of one another: the same bytes, or the same picture stored otherwise.

A picture that was mirrored, turned or inverted is a copy too. Another contrast, or a cut edge,
changes more bits of a fingerprint than neighbouring slices of one patient may differ in. Such a
copy is told by having no other neighbour: two pictures that are nearer to each other than to any
third one by far (as Lowe 2004, "Distinctive Image Features", tells matches from look-alikes).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medapp.data.copies.near import Codes, Pairs, find_near, list_within, read_codes, tell_ways
from medapp.data.samples import Sample
from medapp.imaging.fingerprint import NEAR_BITS

# Bits in which copies without another neighbour may differ, and by how many bits more all other
# pictures must. Measured (benchmarks.accuracy.near_copies).
DOUBT_BITS = 24
GAP_BITS = 20


@dataclass(frozen=True)
class CopyGroup:
    """Images that are copies of one another, at least two.

    Attributes:
        is_exact: all are the same byte by byte.
    """

    samples: tuple[Sample, ...]
    is_exact: bool

    @property
    def splits(self) -> frozenset[str]:
        """Where the copies stand."""
        return frozenset(sample.split for sample in self.samples)

    @property
    def labels(self) -> frozenset[str]:
        """What the copies are said to show; more than one contradict each other."""
        return frozenset(sample.label for sample in self.samples)

    @property
    def is_leak(self) -> bool:
        """Whether a test image was also learned from, or chosen by."""
        return "test" in self.splits and len(self.splits) > 1


def list_copies(samples: Sequence[Sample]) -> list[CopyGroup]:
    """The groups of copies: leaks first, then those under several classes, then by name."""
    members: dict[str, list[Sample]] = {}
    for sample in samples:
        members.setdefault(sample.copy_group or sample.content_hash, []).append(sample)
    groups = [
        CopyGroup(tuple(found), len({sample.content_hash for sample in found}) == 1)
        for found in members.values()
        if len(found) > 1
    ]
    return sorted(groups, key=lambda g: (not g.is_leak, len(g.labels) < 2, g.samples[0].name))


def group_copies(hashes: Sequence[str], fingerprints: Sequence[str | None]) -> list[str]:
    """The group of each image: the least content hash among its copies.

    A copy of a copy is one too.

    Args:
        hashes: (N,) the SHA-256 of each image's bytes, in hex.
        fingerprints: (N,) as `compute_fingerprint` gives them; an image without one has copies with
            the same bytes only.
    """
    known = {f: h for h, f in zip(hashes, fingerprints, strict=True) if f}
    names = sorted(known)
    parent = {content: content for content in hashes}

    def find(content: str) -> str:
        while parent[content] != content:
            parent[content] = content = parent[parent[content]]
        return content

    def join(one: str, other: str) -> None:
        low, high = sorted((find(one), find(other)))
        parent[high] = low

    for content, fingerprint in zip(hashes, fingerprints, strict=True):
        if fingerprint:
            join(content, known[fingerprint])
    codes = read_codes(names)
    pairs = find_near(codes, codes, DOUBT_BITS)
    _, bits = tell_ways(codes[pairs[:, 0]], codes[pairs[:, 1]])
    for first, second in pairs[bits <= NEAR_BITS].tolist():
        join(known[names[first]], known[names[second]])
    groups = [find(known[name]) for name in names]
    for first, second in _find_lonely(
        codes, groups, pairs[bits > NEAR_BITS], bits[bits > NEAR_BITS]
    ):
        join(known[names[first]], known[names[second]])
    return [find(content) for content in hashes]


def _find_lonely(
    codes: Codes, groups: Sequence[str], pairs: Pairs, bits: NDArray[np.intp]
) -> list[tuple[int, int]]:
    """The pairs in doubt (P, 2) whose groups are nearest to each other, and to no third one.

    Args:
        groups: (N,) of each code, from the pairs that are not in doubt.
        bits: (P,) in which the pairs differ.
    """
    # A pair that differs by so much may be found in one direction alone.
    differing = dict(zip(map(frozenset, pairs.tolist()), bits.tolist(), strict=True))
    partners: dict[str, set[str]] = {}
    for pair in differing:
        two = {groups[row] for row in pair}
        for group in two:
            partners.setdefault(group, set()).update(two)

    def is_alone(row: int, two: set[str], most_bits: int) -> bool:
        return {groups[other] for other in list_within(codes, row, most_bits)} <= two

    lonely = []
    for pair, bits_apart in differing.items():
        two = {groups[row] for row in pair}
        # A second partner in doubt is a third neighbour: nothing has to be compared.
        is_likely = len(two) == 2 and all(partners[group] == two for group in two)
        if is_likely and all(is_alone(row, two, bits_apart + GAP_BITS - 1) for row in pair):
            first, second = sorted(pair)
            lonely.append((first, second))
    return lonely
