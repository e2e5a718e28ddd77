"""Two sets of images are told to be the same where they share half of their images or more."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medapp.runs.sketch import SKETCH_SIZE, are_alike, sketch_images


def draw_hashes(first: int, last: int) -> list[str]:
    return [hashlib.sha256(b"%d" % number).hexdigest() for number in range(first, last)]


@given(st.permutations(draw_hashes(0, 50)))
def test_a_sketch_is_that_of_the_set(hashes: list[str]) -> None:
    assert sketch_images([*hashes, *hashes[:9]]) == sketch_images(draw_hashes(0, 50))
    assert len(sketch_images(hashes)) == SKETCH_SIZE


@pytest.mark.parametrize(
    ("first", "last", "alike"),
    [(0, 20, True), (0, 10, True), (0, 9, False), (1, 21, True), (11, 31, False), (20, 40, False)],
)
def test_small_sets_are_compared_whole(first: int, last: int, alike: bool) -> None:
    one = sketch_images(draw_hashes(0, 20))
    other = sketch_images(draw_hashes(first, last))
    assert are_alike(one, other) is are_alike(other, one) is alike


def test_large_sets_are_told_apart() -> None:
    one = sketch_images(draw_hashes(0, 1000))
    assert are_alike(one, sketch_images(draw_hashes(50, 1050)))
    assert not are_alike(one, sketch_images(draw_hashes(800, 1800)))


def test_nothing_is_like_nothing() -> None:
    assert not are_alike((), ())
