"""Which slices of a volume become images."""

import numpy as np
import pytest

from medapp.data.containers.slices import SliceChoice, is_nearly_empty
from medapp.errors import DataError


@pytest.mark.parametrize(
    ("text", "count", "expected"),
    [
        ("", 3, [0, 1, 2]),
        ("all", 2, [0, 1]),
        ("middle", 5, [2]),
        ("middle", 4, [2]),
        ("every:5", 12, [2, 7]),
        ("every:5", 2, [0]),
        ("every:1", 2, [0, 1]),
        ("2-4", 10, [1, 2, 3]),
        ("2-400", 3, [1, 2]),
    ],
)
def test_slices_are_chosen_by_number(text: str, count: int, expected: list[int]) -> None:
    assert list(SliceChoice(slices=text).list_slices(count)) == expected


@pytest.mark.parametrize("text", ["every:0", "4-2", "0-3", "first", "every:", "1-2-3", "-1"])
def test_what_cannot_be_told_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="cannot be told"):
        SliceChoice(slices=text)


def test_slices_beyond_a_volume_are_refused() -> None:
    with pytest.raises(DataError, match="no slices 9-12: the volume has 8"):
        SliceChoice(slices="9-12").list_slices(8)


def test_an_unknown_plane_is_refused() -> None:
    with pytest.raises(DataError, match="no plane 'oblique'"):
        SliceChoice("oblique")


def test_a_slice_is_nearly_empty_below_a_hundredth() -> None:
    values = np.zeros((10, 20))
    values[0, 0] = 50
    assert is_nearly_empty(values, 0, 100)
    values[0, 1] = 50
    assert not is_nearly_empty(values, 0, 100)
    assert is_nearly_empty(values, 0, 1000)
