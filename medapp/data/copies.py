"""Which images are copies of one another: the same bytes, or the same picture stored otherwise.

Fingerprints are compared by pieces: two that differ in few bits agree wholly in at least one of 16
pieces, so that only images with a common piece are compared (multi-index hashing; Norouzi et al.
2012, "Fast Search in Hamming Space with Multi-Index Hashing").
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medapp.data.samples import Sample
from medapp.imaging.fingerprint import NEAR_BITS

PIECES = 16
# Comparisons at a time: some 100 MB.
AT_ONCE = 1_000_000

Codes = NDArray[np.uint16]  # (N, PIECES)
Pairs = NDArray[np.intp]  # (P, 2)


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
    for first, second in find_near(codes, codes):
        join(known[names[first]], known[names[second]])
    return [find(content) for content in hashes]


def read_codes(fingerprints: Sequence[str]) -> Codes:
    """Fingerprints as numbers, for `find_near`."""
    content = bytes.fromhex("".join(fingerprints))
    return np.frombuffer(content, np.uint16).reshape(-1, PIECES)


def find_near(first: Codes, second: Codes) -> Pairs:
    """The rows of both that differ in at most `NEAR_BITS` bits, each pair once."""
    # So few differences leave at least one of so many pieces untouched.
    found = [
        pairs[_count_differences(first[pairs[:, 0]], second[pairs[:, 1]]) <= NEAR_BITS]
        for piece in range(NEAR_BITS + 1)
        for pairs in _list_equal(first[:, piece], second[:, piece])
    ]
    whole = np.concatenate([np.empty((0, 2), np.intp), *found])
    return np.unique(whole, axis=0)


def _count_differences(first: Codes, second: Codes) -> NDArray[np.intp]:
    differences: NDArray[np.intp] = np.bitwise_count(first ^ second).sum(axis=1, dtype=np.intp)
    return differences


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
