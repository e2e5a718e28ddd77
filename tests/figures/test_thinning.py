"""Fewer points for a line."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from medapp.figures.thinning import thin_out


@given(st.integers(0, 100_000), st.integers(2, 600))
def test_kept_points_are_few_even_and_reach_both_ends(count: int, most: int) -> None:
    kept = thin_out(count, most).tolist()
    assert len(kept) == min(count, most)
    assert kept == sorted(set(kept))
    assert not count or (kept[0], kept[-1]) == (0, count - 1)
    steps = {b - a for a, b in itertools.pairwise(kept)}
    assert not steps or max(steps) - min(steps) <= 1
