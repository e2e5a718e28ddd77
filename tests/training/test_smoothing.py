"""The moving average of a series, by hand."""

import pytest

from medapp.training.smoothing import smooth


def test_the_average_weighs_each_loss_half_as_much_as_the_next() -> None:
    # (2·½ + 4·¼) / ¾, and (3·½ + 2·¼ + 4·⅛) / ⅞
    assert smooth([4.0, 2.0, 3.0], 0.5) == pytest.approx([4.0, 8 / 3, 20 / 7])
    assert smooth([4.0, 2.0, 3.0], 0.0) == [4.0, 2.0, 3.0]
    assert smooth([], 0.5) == []


def test_a_level_series_stays_level_from_its_first_value() -> None:
    assert smooth([3.0] * 20, 0.9) == pytest.approx([3.0] * 20)
