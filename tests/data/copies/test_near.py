"""Near fingerprints are those that a look at all pairs finds, however a picture was turned."""

import numpy as np
import pytest
from conftest import draw_picture
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from medapp.data.copies.near import FLIPS, describe_way, find_near, read_codes, tell_ways
from medapp.errors import DataError
from medapp.imaging.fingerprint import NEAR_BITS, compute_fingerprint

Signs = NDArray[np.bool_]  # (N, 16, 16)


def write_fingerprints(signs: Signs) -> list[str]:
    return [np.packbits(picture).tobytes().hex() for picture in signs]


def turn(signs: Signs, way: int) -> Signs:
    """The signs after mirroring (1), turning upside down (2), inverting (4), transposing (8)."""
    turned = signs.transpose(0, 2, 1).copy() if way & 8 else signs.copy()
    turned[:, :, 1::2] ^= bool(way & 1)
    turned[:, 1::2, :] ^= bool(way & 2)
    turned ^= bool(way & 4)
    turned[:, 0, 0] = False
    return turned


def draw_signs(random: np.random.Generator, images: int) -> Signs:
    """Signs near a few centres, at distances around the limit, each turned in some way."""
    centres = np.random.default_rng(int(random.integers(3))).random((4, 16, 16)) < 0.5
    flips = random.random((images, 16, 16)) < random.uniform(0, 0.08, (images, 1, 1))
    near = centres[random.integers(0, 4, images)] ^ flips
    near[:, 0, 0] = False
    return np.concatenate([turn(near[i : i + 1], int(random.integers(16))) for i in range(images)])


@given(st.integers(0, 1000))
def test_near_pairs_are_those_that_a_look_at_all_pairs_finds(seed: int) -> None:
    random = np.random.default_rng(seed)
    first, second = draw_signs(random, 30), draw_signs(random, 20)
    differences = np.stack(
        [(first[:, None] != turn(second, way)[None]).sum((2, 3)) for way in range(16)]
    )
    codes = [read_codes(write_fingerprints(signs)) for signs in (first, second)]
    expected = np.argwhere(differences.min(axis=0) <= NEAR_BITS)
    pairs = find_near(*codes)
    np.testing.assert_array_equal(pairs, expected)
    # In parts as at once.
    twice = find_near(np.tile(codes[0], (2, 1)), codes[1])
    np.testing.assert_array_equal(twice[: len(expected)], expected)
    _, bits = tell_ways(codes[0][pairs[:, 0]], codes[1][pairs[:, 1]])
    np.testing.assert_array_equal(bits, differences.min(axis=0)[pairs[:, 0], pairs[:, 1]])


def test_nothing_is_near_nothing() -> None:
    nothing = read_codes([])
    assert find_near(nothing, nothing).shape == (0, 2)
    assert [len(found) for found in tell_ways(nothing, nothing)] == [0, 0]


def test_a_change_flips_a_kind_of_bits_or_none() -> None:
    # Kinds: even row and column, odd column, odd row, both.
    assert FLIPS[1].tolist() == [0, 1, 0, 1]
    assert FLIPS[2].tolist() == [0, 0, 1, 1]
    assert FLIPS[4].tolist() == [1, 1, 1, 1]
    assert FLIPS[3].tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("words", "change"),
    [
        ("", lambda p: p),
        ("mirrored", lambda p: p[:, ::-1]),
        ("upside down", lambda p: p[::-1]),
        ("turned by 180°", lambda p: p[::-1, ::-1]),
        ("turned by 90°", np.rot90),
        ("turned by 90°", lambda p: np.rot90(p, -1)),
        ("mirrored at a diagonal", lambda p: p.T),
        ("inverted", lambda p: 255 - p),
        ("mirrored and inverted", lambda p: 255 - p[:, ::-1]),
    ],
)
def test_a_changed_picture_is_found_and_the_change_is_named(words: str, change: object) -> None:
    picture = draw_picture(5)
    changed = np.ascontiguousarray(change(picture))  # type: ignore[operator]
    other = draw_picture(6)
    one, two = ([compute_fingerprint(p) for p in pair] for pair in ([picture], [other, changed]))
    codes = read_codes(one), read_codes(two)
    assert find_near(*codes).tolist() == [[0, 1]]
    ways, bits = tell_ways(codes[0], codes[1][1:])
    assert describe_way(int(ways[0])) == words
    assert bits[0] <= 2


@pytest.mark.parametrize("damaged", ["zz" * 32, "5a" * 31, "5"])
def test_a_damaged_fingerprint_is_refused_in_words(damaged: str) -> None:
    with pytest.raises(DataError, match="What copies are found by is damaged"):
        read_codes(["5a" * 32, damaged])
