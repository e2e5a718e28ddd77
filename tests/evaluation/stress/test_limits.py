"""How far a fault may go: told by intervals of the drop, and by a row of strengths."""

from dataclasses import replace

import pytest
from evaluation.stress.test_record import build_levels, build_stress

from medapp.evaluation.stress.limits import Limit, find_floor, find_limits


def find_limit(name: str, floor: float | None = None) -> Limit:
    return next(limit for limit in find_limits(build_stress(), floor) if limit.fault == name)


def test_holding_and_falling_are_told_by_the_whole_interval_of_the_drop() -> None:
    """The margin is 0.90 - 0.80: drops of at most 0.06 hold, one of 0.12 to 0.30 falls."""
    limit = find_limit("blur")
    assert limit.verdicts == ("holds", "holds", "untold", "falls", "falls")
    assert limit.holds is not None
    assert limit.holds.strength == 1
    assert limit.falls is not None
    assert limit.falls.strength == 2
    assert find_limit("jpeg").verdicts == ("holds",) * 5
    assert find_limit("jpeg").falls is None
    assert find_limit("noise").verdicts == ("falls",) * 5
    assert find_limit("darker").verdicts == ("untold",) * 5


def test_another_floor_is_another_margin() -> None:
    assert find_limit("blur", 0.5).verdicts == ("holds", "holds", "holds", "holds", "untold")
    assert find_floor(build_stress()) == 0.8


@pytest.mark.parametrize("floor", [0.9, 0.95])
def test_there_is_no_limit_where_the_figure_is_not_above_the_floor(floor: float) -> None:
    assert find_limits(build_stress(), floor) == ()


def test_a_strength_that_fails_ends_the_claim() -> None:
    """Another one that holds beyond it, or falls before it, is no part of the claim."""
    drops = ((0.0, 0.05), (0.2, 0.3), (0.0, 0.05), (0.0, 0.3), (0.2, 0.3))
    found = replace(build_stress(), faults={"blur": build_levels("blur", drops)})
    (limit,) = find_limits(found)
    assert limit.verdicts == ("holds", "untold", "untold", "untold", "falls")


def test_an_undefined_drop_is_not_told() -> None:
    levels = tuple(replace(level, drop=None) for level in build_stress().faults["jpeg"])
    (limit,) = find_limits(replace(build_stress(), faults={"jpeg": levels}))
    assert (limit.holds, limit.falls) == (None, None)
