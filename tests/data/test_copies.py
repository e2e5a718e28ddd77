"""Copies are found whatever their order, and no pair that is none."""

from pathlib import Path

from medapp.data.copies import group_copies, list_copies
from medapp.data.samples import Sample
from medapp.imaging.fingerprint import NEAR_BITS


def flip(fingerprint: str, bits: list[int]) -> str:
    """A fingerprint with some of its bits changed."""
    number = int(fingerprint, 16)
    for bit in bits:
        number ^= 1 << bit
    return f"{number:064x}"


def test_nothing_has_no_copies() -> None:
    assert group_copies([], []) == []


def test_a_copy_of_a_copy_is_one_too() -> None:
    image = "5a" * 32
    near = flip(image, list(range(NEAR_BITS)))
    nearer = flip(near, list(range(100, 100 + NEAR_BITS)))
    far = flip(image, list(range(0, 100)))
    groups = group_copies(
        ["d", "c", "b", "a", "d", "e", "f"], [image, near, nearer, far, image, "", None]
    )
    assert groups == ["b", "b", "b", "a", "b", "e", "f"]


def test_the_limit_is_kept() -> None:
    image = "00" * 32
    just = flip(image, list(range(0, 16 * NEAR_BITS, 16)))
    beyond = flip(just, [1])
    assert group_copies(["a", "b"], [image, just]) == ["a", "a"]
    assert group_copies(["a", "b"], [image, beyond]) == ["a", "b"]


def test_the_same_bytes_are_copies_without_a_fingerprint() -> None:
    assert group_copies(["a", "a", "b"], ["", "", ""]) == ["a", "a", "b"]


def build_sample(name: str, split: str, content: str, group: str) -> Sample:
    path = Path(name)
    return Sample(0, name, path, name[0], None, None, split, content, 1, 1, "", copy_group=group)


def test_the_list_begins_with_leaks_then_contradictions() -> None:
    groups = list_copies(
        [
            build_sample("a/1", "train", "1", "g"),
            build_sample("a/2", "train", "1", "g"),
            build_sample("a/3", "train", "2", "h"),
            build_sample("b/4", "train", "3", "h"),
            build_sample("b/5", "test", "4", "i"),
            build_sample("b/6", "validation", "5", "i"),
            build_sample("b/7", "test", "6", "j"),
        ]
    )
    assert [[sample.name for sample in group.samples] for group in groups] == [
        ["b/5", "b/6"],
        ["a/3", "b/4"],
        ["a/1", "a/2"],
    ]
    assert [group.is_leak for group in groups] == [True, False, False]
    assert [group.is_exact for group in groups] == [False, False, True]
    assert groups[1].labels == {"a", "b"}
