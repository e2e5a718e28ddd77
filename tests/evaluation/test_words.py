"""Figures and probabilities in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medapp.evaluation.words import write_figure, write_often, write_p, write_probability


@pytest.mark.parametrize(
    ("value", "interval", "text"),
    [
        (0.93449, (0.91, 0.95051), "0.934 [0.910, 0.951]"),
        (1.0, [1.0, 1.0], "1.000 [1.000, 1.000]"),
        (0.5, None, "0.500"),
        (0.0, (0.0, 0.1611), "0.000 [0.000, 0.161]"),
        (0.0, None, "0.000"),
        (0.9996, (0.9994, 1.0), ">0.999 [0.999, 1.000]"),
        (0.0004, (0.0, 0.9999), "<0.001 [0.000, >0.999]"),
        (None, None, "undefined"),
        (None, (0.1, 0.2), "undefined"),
    ],
)
def test_a_figure_carries_its_interval(
    value: float | None, interval: tuple[float, float] | None, text: str
) -> None:
    assert write_figure(value, interval) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "<0.01"),
        (0.001, "<0.01"),
        (0.0049, "<0.01"),
        (0.0051, "0.01"),
        (0.5, "0.50"),
        (0.9049, "0.90"),
        (0.994, "0.99"),
        (0.9951, ">0.99"),
        (1.0, ">0.99"),
    ],
)
def test_a_probability_is_never_rounded_to_certainty(value: float, text: str) -> None:
    assert write_probability(value) == text


@given(st.floats(0, 1, width=32))
def test_probabilities_of_two_classes_add_up(value: float) -> None:
    pair = {write_probability(value), write_probability(1 - value)}
    if pair & {"<0.01", ">0.99"}:
        assert pair == {"<0.01", ">0.99"} or abs(min(value, 1 - value) - 0.005) < 1e-7
    else:
        assert sum(map(float, pair)) == pytest.approx(1, abs=0.011) or pair == {"0.50"}


@pytest.mark.parametrize(
    ("p", "written", "often"),
    [
        (0.2344, "p = 0.234", "in 23 of 100 studies"),
        (0.034, "p = 0.034", "in 34 of 1,000 studies"),
        (0.0004, "p < 0.001", "in fewer than 1 of 1,000 studies"),
        (1.0, "p = 1.000", "in 100 of 100 studies"),
    ],
)
def test_a_p_is_written_and_said_in_words(p: float, written: str, often: str) -> None:
    assert (write_p(p), write_often(p)) == (written, often)
