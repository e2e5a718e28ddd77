"""Losses of a batch's parts add up, term by term."""

from medapp.training.sums import Sums


def test_parts_add_up_by_term_where_a_part_lacks_one() -> None:
    parts = [Sums(1.0, 2, {"supervised": 0.75, "coral": 0.25}), Sums(0.5, 1, {"supervised": 0.5})]
    assert Sums.add_up(parts) == Sums(1.5, 3, {"supervised": 1.25, "coral": 0.25})
