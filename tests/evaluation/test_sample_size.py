"""How many images an interval half as wide takes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medapp.evaluation.evaluate import evaluate
from medapp.evaluation.intervals import find_wilson
from medapp.evaluation.sample_size import find_times_to_halve, state_sample_size
from medapp.task import find_task


def find_width(value: float, n: float) -> float:
    low, high = find_wilson(value, n)
    return high - low


@given(st.floats(0, 1), st.floats(3, 1e5))
def test_so_many_more_make_it_half_as_wide(value: float, n: float) -> None:
    times = find_times_to_halve(value, find_wilson(value, n))
    assert times is not None
    assert 1.9 < times < 9
    assert find_width(value, n * times) == pytest.approx(find_width(value, n) / 2, rel=1e-3)


def test_many_images_need_four_times_as_many_and_a_perfect_figure_fewer() -> None:
    assert find_times_to_halve(0.8, find_wilson(0.8, 5000)) == pytest.approx(4, abs=0.01)
    # Wilson's interval of 1 is 1 − n / (n + z²) wide: half of it takes 2 n + z².
    times = find_times_to_halve(1.0, find_wilson(1.0, 50))
    assert times == pytest.approx((2 * 50 + 1.96**2) / 50, rel=1e-3)
    assert find_times_to_halve(0.5, (0.5, 0.5)) is None


def test_the_sentence_speaks_of_the_headline_s_units() -> None:
    truth = np.arange(100) % 2
    decisions = np.where(np.arange(100) < 80, truth, 1 - truth)
    patients = [str(i // 2) for i in range(100)]
    found = evaluate(np.eye(2)[decisions], truth, ("normal", "nodule"), patients)
    said = state_sample_size(found)
    assert said.startswith("An interval of the balanced accuracy half as wide would take about 2")
    assert said.endswith("patients in place of 50.")
    assert state_sample_size(evaluate([], [], ("normal", "nodule"))) == ""
    grades = np.arange(80) % 4
    graded = evaluate(np.eye(4)[grades], grades, "0123", task=find_task("ordinal"))
    assert "images in place of 80." in state_sample_size(graded)
