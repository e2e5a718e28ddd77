"""Where decisions stand in the plane of a ROC curve."""

import numpy as np

from medapp.evaluation.intervals import find_wilson
from medapp.evaluation.roc_point import find_point


def test_a_point_has_both_rates_with_their_intervals() -> None:
    true = np.arange(10) < 4
    called = np.array([1, 1, 1, 0, 1, 0, 0, 0, 0, 0], bool)
    point = find_point("A", called, true, ~true, np.arange(10), 10)
    assert point is not None
    assert (point.sensitivity.value, point.specificity.value) == (3 / 4, 5 / 6)
    assert point.sensitivity.interval == find_wilson(3 / 4, 4)
    assert point.to_dict()["specificity"]["interval"] == list(find_wilson(5 / 6, 6))


def test_what_is_not_known_is_on_neither_side() -> None:
    true = np.array([True, False, False])
    false = np.array([False, True, False])
    point = find_point("A", np.array([True, False, True]), true, false, np.arange(3), 3)
    assert point is not None
    assert (point.sensitivity.value, point.specificity.value) == (1.0, 1.0)
    assert find_point("A", true, true, np.zeros(3, bool), np.arange(3), 3) is None
