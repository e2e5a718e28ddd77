"""A few hashes that stand for a set of images, to tell whether two sets are much the same."""

from collections.abc import Iterable, Sequence

SKETCH_SIZE = 32


def sketch_images(hashes: Iterable[str]) -> tuple[str, ...]:
    """The least of the content hashes, each once."""
    return tuple(sorted(set(hashes))[:SKETCH_SIZE])


def are_alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two sets of images share half of their images or more, as their sketches tell."""
    both = set(one) & set(other)
    union = sketch_images([*one, *other])
    return bool(both) and 2 * sum(content in both for content in union) >= len(union)
