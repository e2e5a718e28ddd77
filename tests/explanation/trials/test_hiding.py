"""Regions of an image: where they are, what is put in their place, and their control elsewhere."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medapp.explanation.trials.hiding import (
    FILLINGS,
    mark_borders,
    mark_boxes,
    mark_corners,
    move_elsewhere,
)
from medapp.imaging.geometry import Box

SIZE = 64
WHOLE = Box("", 0, 0, SIZE, SIZE)
PADDED = Box("", 16, 0, 48, SIZE)  # an image half as wide as the square


def test_corners_and_borders_are_those_of_the_image() -> None:
    corners = mark_corners(WHOLE, SIZE)
    assert corners.sum() == 4 * 8 * 8
    assert corners[0, 0]
    assert corners[-1, -1]
    assert not corners[8:-8].any()
    borders = mark_borders(WHOLE, SIZE)
    assert borders.sum() == SIZE**2 - (SIZE - 8) ** 2
    padded = mark_corners(PADDED, SIZE)
    assert padded.sum() == 4 * 4 * 8
    assert not padded[:, :16].any()
    assert padded[0, 16]
    assert not mark_borders(PADDED, SIZE)[:, 48:].any()


def test_boxes_are_marked_within_the_square() -> None:
    mask = mark_boxes([Box("a", -5, 2, 3, 6), Box("a", 1, 4, 5, 8)], SIZE)
    assert mask.sum() == 3 * 4 + 4 * 4 - 2 * 2
    assert not mark_boxes([], SIZE).any()


@given(st.integers(0, 10_000))
def test_a_control_is_as_large_and_elsewhere_in_the_image(seed: int) -> None:
    for mask, content in (
        (mark_corners(PADDED, SIZE), PADDED),
        (mark_boxes([Box("", 20, 5, 30, 30)], SIZE), PADDED),
    ):
        control = move_elsewhere(mask, content, seed)
        assert control.sum() == mask.sum()
        assert not control[:, :16].any()
        assert not control[:, 48:].any()
        assert (control & mask).sum() <= mask.sum() / 4


@pytest.mark.parametrize("fill", FILLINGS)
@pytest.mark.parametrize("channels", [1, 3])
def test_a_fill_changes_its_region_alone_and_takes_a_mark_away(fill: str, channels: int) -> None:
    generator = np.random.default_rng(0)
    image = generator.integers(40, 60, (SIZE, SIZE, channels)).astype(np.uint8)
    image[2:5, 2:5] = 250
    mask = mark_corners(WHOLE, SIZE)
    filled = FILLINGS[fill](image, mask, WHOLE)
    assert filled.dtype == np.uint8
    assert np.array_equal(filled[~mask], image[~mask])
    assert filled[mask].max() < 80


def test_padding_does_not_count_for_the_mean() -> None:
    image = np.zeros((SIZE, SIZE, 1), np.uint8)
    image[:, 16:48] = 100
    mask = mark_corners(PADDED, SIZE)
    filled = FILLINGS["mean"](image, mask, PADDED)
    assert (filled[mask] == 100).all()


def test_equal_channels_are_filled_as_different_ones_are() -> None:
    grey = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE, 1)).astype(np.uint8)
    mask = mark_corners(WHOLE, SIZE)
    colour = np.concatenate([grey, 255 - grey, grey], axis=2)
    equal = FILLINGS["around"](np.repeat(grey, 3, axis=2), mask, WHOLE)
    mixed = FILLINGS["around"](colour, mask, WHOLE)
    assert equal.shape == mixed.shape
    # Each channel is filled by itself, and to a residual that depends on no other.
    assert np.abs(equal[..., 0].astype(int) - mixed[..., 0]).max() <= 1
    assert np.abs(equal[mask].astype(int) - mixed[mask]).max() > 1
