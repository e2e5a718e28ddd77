"""Figures and probabilities in words."""

import pytest

from medapp.evaluation.words import write_figure, write_probability


@pytest.mark.parametrize(
    ("value", "interval", "text"),
    [
        (0.93449, (0.91, 0.95051), "0.934 [0.910, 0.951]"),
        (1.0, [1.0, 1.0], "1.000 [1.000, 1.000]"),
        (0.5, None, "0.500"),
        (0.0, (0.0, 0.1611), "0.000 [0.000, 0.161]"),
        (0.0, None, "0.000"),
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
        (0.0, "0.00"),
        (0.001, "<0.01"),
        (0.005, "0.01"),
        (0.5, "0.50"),
        (0.994, "0.99"),
        (0.995, ">0.99"),
        (0.999, ">0.99"),
        (1.0, "1.00"),
    ],
)
def test_a_probability_is_never_rounded_to_certainty(value: float, text: str) -> None:
    assert write_probability(value) == text
