"""Values in order: numbers, dates and words, whichever a column holds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medapp.data.ordering import Value, order_values


def sort(values: list[Value], is_descending: bool = False) -> list[Value]:
    return [values[place] for place in order_values(values, is_descending).tolist()]


@pytest.mark.parametrize(
    "ascending",
    [
        [-1.5, 0.0, 2.0, 10.0],
        ["-3", "−2.5", "0", "2", "7e1", "90+", "101"],
        ["1,25", "1,5", "12"],
        ["1.5", "999", "1,000", "12,000.5"],
        ["2023-12-31", "2024-01-02", "2024-01-02T08:30:00", "2024-01-02 21:00"],
        ["31.12.2023", "2.1.2024", "01.02.2024"],
        ["31/12/2023", "2/1/2024", "1/2/2024"],
        ["12/31/2023", "1/2/2024", "2/1/2024"],
        ["AP", "PA 2", "PA 10"],
        ["1 mm", "2 mm", "10 mm"],
    ],
)
def test_a_column_is_sorted_by_what_it_holds_and_what_is_missing_is_last(
    ascending: list[Value],
) -> None:
    shuffled = [*ascending[::2], None, *ascending[1::2]]
    assert sort(shuffled) == [*ascending, None]
    assert sort(shuffled, is_descending=True) == [*ascending[::-1], None]


def test_odd_words_among_numbers_come_after_them_either_way() -> None:
    values = ["unknown", "9", "", "10", None, "8", "not said"]
    assert sort(values) == ["8", "9", "10", "not said", "unknown", "", None]
    assert sort(values, is_descending=True) == ["10", "9", "8", "unknown", "not said", "", None]


def test_codes_of_which_a_few_are_numbers_are_words() -> None:
    assert sort(["3E4", "3D4", "3D12", "3B"]) == ["3B", "3D4", "3D12", "3E4"]


def test_equal_values_stay_as_they_are_and_what_is_no_number_is_missing() -> None:
    assert order_values([2.0, 1.0, np.nan, 2.0, 1.0]).tolist() == [1, 4, 0, 3, 2]
    assert order_values([2.0, 1.0, np.nan, 2.0, 1.0], True).tolist() == [0, 3, 1, 4, 2]
    assert order_values([]).tolist() == []


@given(st.lists(st.none() | st.text(max_size=8) | st.sampled_from(["1/1/1", "99.99.9999", "0,1"])))
def test_every_value_has_one_place_whatever_stands_there(values: list[Value]) -> None:
    assert sorted(order_values(values).tolist()) == list(range(len(values)))
