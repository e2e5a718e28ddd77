"""A pair that differs more is one of copies only where no third picture is near."""

import numpy as np

from medapp.data.copies.near import read_codes
from medapp.data.copies.rule import DOUBT_BITS, GAP_BITS, find_copies
from medapp.imaging.fingerprint import NEAR_BITS


def flip(fingerprint: str, bits: list[int]) -> str:
    """A fingerprint with some of its bits changed."""
    number = int(fingerprint, 16)
    for bit in bits:
        number ^= 1 << bit
    return f"{number:064x}"


def draw_prints(images: int) -> list[str]:
    """Fingerprints that are far from one another, as those of different pictures are."""
    random = np.random.default_rng(0)
    return [random.bytes(32).hex() for _ in range(images)]


def find_pairs(first: list[str], second: list[str]) -> set[tuple[int, int]]:
    copies = find_copies(read_codes(first), read_codes(second))
    return {(row, other) for row, other in copies.pairs.tolist()}


def find_within(prints: list[str]) -> set[frozenset[int]]:
    codes = read_codes(prints)
    pairs = find_copies(codes, codes).pairs.tolist()
    return {frozenset(pair) for pair in pairs if pair[0] != pair[1]}


IMAGE, *OTHERS = draw_prints(11)
JUST = flip(IMAGE, list(range(0, 10 * DOUBT_BITS, 10)))
BEYOND = flip(JUST, [1])
BESIDE = flip(IMAGE, list(range(5, 5 + DOUBT_BITS + GAP_BITS - 1)))
APART = flip(IMAGE, list(range(5, 5 + DOUBT_BITS + GAP_BITS)))
SAME = flip(IMAGE, [3])


def test_within_a_collection_a_third_picture_makes_a_pair_doubtful() -> None:
    assert find_within([IMAGE, JUST, *OTHERS]) == {frozenset({0, 1})}
    assert find_within([IMAGE, BEYOND, *OTHERS]) == set()
    assert find_within([IMAGE, JUST, BESIDE, *OTHERS]) == set()
    assert find_within([IMAGE, JUST, APART, *OTHERS]) == {frozenset({0, 1})}


def test_a_copy_of_either_is_no_third_picture() -> None:
    found = find_within([IMAGE, JUST, SAME, *OTHERS])
    assert {frozenset({0, 1}), frozenset({0, 2})} <= found
    assert find_pairs([IMAGE, SAME, *OTHERS], [JUST, JUST]) >= {(0, 0), (0, 1)}


def test_between_two_collections_a_third_picture_may_stand_in_either() -> None:
    assert find_pairs([IMAGE, *OTHERS], [JUST]) == {(0, 0)}
    assert find_pairs([*OTHERS, IMAGE], [BEYOND]) == set()
    assert find_pairs([IMAGE, *OTHERS], [JUST, BESIDE]) == set()
    assert find_pairs([IMAGE, *OTHERS, BESIDE], [JUST]) == set()
    assert find_pairs([IMAGE, *OTHERS, APART], [JUST, APART]) == {(0, 0), (11, 1)}


def test_a_pair_that_differs_little_needs_no_distance_from_others() -> None:
    near = flip(IMAGE, list(range(NEAR_BITS)))
    assert (0, 0) in find_pairs([IMAGE, BESIDE], [near, BESIDE])


def test_slices_in_a_row_are_no_copies() -> None:
    row = [flip(IMAGE, list(range(0, 16 * step))) for step in range(6)]
    assert find_within(row) == set()
    assert find_pairs(row[::2], row[1::2]) == set()


def test_the_rule_is_the_same_from_both_sides() -> None:
    random = np.random.default_rng(0)
    prints = draw_prints(40)
    changed = [
        flip(mark, random.choice(200, random.integers(0, 40), replace=False).tolist())
        for mark in prints
    ]
    there = find_pairs(prints, changed)
    assert {(row, other) for other, row in find_pairs(changed, prints)} == there
    assert 10 < len(there) < 40
    assert {frozenset({row, 40 + other}) for row, other in there} == find_within(
        [*prints, *changed]
    )
