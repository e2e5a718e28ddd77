"""A curve through figures: recovered where it is known, wide where little is, silent where none."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medapp.evaluation.estimates import Estimate
from medapp.evaluation.power_law import Point, fit_power_law

SIZES = (20, 40, 80, 160, 320)


def build_points(
    values: list[float], deviation: float = 0.0, seeds: int = 1, sizes: tuple[int, ...] = SIZES
) -> list[Point]:
    """Points whose units all move them alike, by a standard deviation in all."""
    units = 50
    shifts = np.full(units, deviation / math.sqrt(units))
    return [
        Point(size, (Estimate(value, (0.0, 1.0), shifts),) * seeds)
        for size, value in zip(sizes, values, strict=True)
    ]


def follow(floor: float, slope: float, exponent: float) -> list[float]:
    return [1 - floor - slope * size**-exponent for size in SIZES]


@pytest.mark.parametrize("law", [(0.05, 1.0, 0.5), (0.0, 0.6, 0.25), (0.2, 2.0, 1.0)])
def test_a_curve_without_doubt_is_recovered_and_carried_on(
    law: tuple[float, float, float],
) -> None:
    floor, slope, exponent = law
    found = fit_power_law(build_points(follow(*law)))
    assert found is not None
    for size in (320, 640, 1200):
        value, (low, high) = found.foretell(size)
        assert value == pytest.approx(1 - floor - slope * size**-exponent, abs=1e-6)
        assert low == pytest.approx(value, abs=1e-3)
        assert high == pytest.approx(value, abs=1e-3)


def test_the_size_that_reaches_a_value() -> None:
    """1 - 0.05 - 1 / sqrt(n) = 0.9 at n = 400."""
    found = fit_power_law(build_points(follow(0.05, 1.0, 0.5)))
    assert found is not None
    reach = found.reach(0.9)
    assert reach.size == pytest.approx(400, rel=1e-3)
    assert reach.interval[0] == pytest.approx(400, rel=0.02)
    # The floor is at 0.95, and 0.93 takes 2,500, which is too far from 320 to be said.
    assert found.reach(0.96).size is None
    assert found.reach(0.93).size is None
    assert found.reach(0.93).interval == (math.inf, math.inf)


def test_the_doubt_over_test_patients_is_that_of_the_figures() -> None:
    """All points move together by 0.03, so that what is foretold moves by about as much."""
    found = fit_power_law(build_points(follow(0.1, 1.0, 0.5), deviation=0.03))
    assert found is not None
    value, (low, high) = found.foretell(320)
    assert high - low == pytest.approx(2 * 1.96 * 0.03, rel=0.15)
    assert low < value < high


def test_seeds_that_agree_narrow_the_interval_and_seeds_that_do_not_open_it() -> None:
    def fit(apart: float) -> float:
        points = [
            Point(
                size,
                tuple(
                    Estimate(value + off, (0.0, 1.0), np.full(50, 0.01 / math.sqrt(50)))
                    for off in (-apart, 0.0, apart)
                ),
            )
            for size, value in zip(SIZES, follow(0.05, 1.0, 0.5), strict=True)
        ]
        found = fit_power_law(points)
        assert found is not None
        low, high = found.foretell(640)[1]
        return high - low

    assert fit(0.001) < 0.06 < fit(0.05)


def test_points_off_the_curve_open_the_interval_of_one_seed() -> None:
    values = follow(0.05, 1.0, 0.5)
    bent = [v + off for v, off in zip(values, (0.04, -0.05, 0.05, -0.04, 0.02), strict=True)]
    even, uneven = (fit_power_law(build_points(of, 0.005)) for of in (values, bent))
    assert even is not None
    assert uneven is not None
    widths = [high - low for low, high in (law.foretell(640)[1] for law in (even, uneven))]
    assert widths[1] > 3 * widths[0]


@pytest.mark.parametrize(
    ("values", "sizes"),
    [
        ([0.5, 0.6, 0.7], (10, 20, 40)),  # too few
        ([0.8, 0.7, 0.75, 0.7], (10, 20, 40, 80)),  # it falls
        ([0.8, 0.8, 0.8, 0.8], (10, 20, 40, 80)),  # it stands
    ],
)
def test_nothing_is_foretold_where_nothing_rises(
    values: list[float], sizes: tuple[int, ...]
) -> None:
    assert fit_power_law(build_points(values, sizes=sizes)) is None


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0.3, 0.95), min_size=5, max_size=5), st.floats(0.001, 0.1))
def test_what_is_foretold_rises_and_lies_in_its_interval(
    values: list[float], deviation: float
) -> None:
    found = fit_power_law(build_points(values, deviation))
    if found is None:
        assert values[-1] <= values[0]
        return
    foretold = [found.foretell(size) for size in (320, 640, 1280)]
    assert all(value <= 1 for value, _ in foretold)
    assert [value for value, _ in foretold] == sorted(value for value, _ in foretold)
    assert all(low <= high for _, (low, high) in foretold)


def test_the_same_points_give_the_same_interval() -> None:
    points = build_points(follow(0.1, 1.0, 0.5), deviation=0.03)
    one, other = fit_power_law(points), fit_power_law(points[::-1])
    assert one is not None
    assert other is not None
    assert one.foretell(640) == other.foretell(640)
