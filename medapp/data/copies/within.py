"""Which images of a data set are copies of one another: the same bytes, or the same picture stored
otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from medapp.data.copies.near import read_codes
from medapp.data.copies.rule import find_copies
from medapp.data.samples import UNLABELLED, Sample


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
        """What the copies are said to show; more than one contradict each other.

        A copy of which nothing is said contradicts none.
        """
        return frozenset(sample.label for sample in self.samples) - {UNLABELLED}

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
    for first, second in find_copies(codes, codes).pairs.tolist():
        join(known[names[first]], known[names[second]])
    return [find(content) for content in hashes]
