"""The accuracy among the surest images."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medapp.evaluation.selective import trace_coverage


def test_the_surest_are_answered_first() -> None:
    sureness = np.linspace(0.99, 0.5, 40)
    right = np.arange(40) < 30
    points = trace_coverage(sureness, right, np.arange(40))
    assert [point.n for point in points] == list(range(2, 41, 2))
    assert points[-1].coverage == 1.0
    assert points[-1].accuracy == 0.75
    by_share = {point.coverage: point for point in points}
    assert by_share[0.75].accuracy == 1.0
    assert by_share[0.75].least == pytest.approx(sureness[29])
    assert all(point.interval[0] <= point.accuracy <= point.interval[1] for point in points)
    assert trace_coverage(sureness[:0], right[:0], np.arange(0)) == ()


@given(st.lists(st.tuples(st.sampled_from([0.5, 0.7, 0.9]), st.booleans()), min_size=1))
def test_images_as_sure_are_answered_together(rows: list[tuple[float, bool]]) -> None:
    sureness = np.array([sure for sure, _ in rows])
    right = np.array([is_right for _, is_right in rows])
    points = trace_coverage(sureness, right, np.arange(len(rows)))
    assert {point.least for point in points} <= set(sureness)
    for point in points:
        answered = sureness >= point.least
        assert (point.n, point.accuracy) == (answered.sum(), pytest.approx(right[answered].mean()))
    assert points[-1].n == len(rows)
