"""Copies are found whatever their order, and no pair that is none."""

from pathlib import Path

import numpy as np
from data.copies.test_rule import draw_prints, flip
from hypothesis import given
from hypothesis import strategies as st

from medapp.data.copies.rule import DOUBT_BITS
from medapp.data.copies.within import group_copies, list_copies
from medapp.data.samples import Sample
from medapp.imaging.fingerprint import NEAR_BITS


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


def test_the_rule_of_copies_holds() -> None:
    image, *others = draw_prints(11)
    hashes = [f"{number:02d}" for number in range(12)]
    just = flip(image, list(range(0, 10 * DOUBT_BITS, 10)))
    assert group_copies(hashes, [image, just, *others]) == ["00", "00", *hashes[2:]]


@given(st.integers(0, 300))
def test_groups_are_the_same_whatever_the_order_and_never_fail(seed: int) -> None:
    random = np.random.default_rng(seed)
    centres = random.random((6, 16, 16)) < 0.5
    pictures = centres[random.integers(0, 6, 24)]
    flips = random.random((24, 16, 16)) < random.uniform(0, 0.1, (24, 1, 1))
    turned = [p.T if random.random() < 0.5 else p for p in pictures ^ flips]
    prints = [np.packbits(picture).tobytes().hex() for picture in turned]
    hashes = [f"{number:02d}" for number in range(24)]
    groups = dict(zip(hashes, group_copies(hashes, prints), strict=True))
    order = random.permutation(24).tolist()
    again = group_copies([hashes[i] for i in order], [prints[i] for i in order])
    assert dict(zip((hashes[i] for i in order), again, strict=True)) == groups


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
