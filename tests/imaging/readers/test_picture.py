"""Values to 16 bits: whether a value is looked up or computed, it is the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from medapp.imaging.readers.picture import LOOKED_UP_PIXELS, Span, fill

SIDE = 520  # squared, more than are computed one by one
ENDS = st.floats(-70_000, 70_000).map(round)


@pytest.mark.parametrize("kind", ["<u2", ">u2", "<i2", ">i2", "u1", "i1"])
@given(low=ENDS, high=ENDS, padding=st.none() | st.integers(-128, 127), seed=st.integers(0, 9))
def test_values_that_are_looked_up_are_those_that_are_computed(
    kind: str, low: float, high: float, padding: int | None, seed: int
) -> None:
    assert SIDE**2 >= LOOKED_UP_PIXELS
    limits = np.iinfo(kind)
    drawn = np.random.default_rng(seed).integers(limits.min, limits.max, (4, SIDE), endpoint=True)
    few: NDArray[np.integer] = drawn.astype(kind)
    few[0, :2] = limits.min, limits.max
    many = np.tile(few, (SIDE // 4, 1))
    span = Span(low, high, padding=None if padding is None else (padding, padding + 3))
    computed = fill(few, span)
    looked_up = fill(many, span)
    assert looked_up.dtype == np.uint16
    assert np.array_equal(looked_up[:4], computed)
    assert np.array_equal(looked_up[-4:], computed)
