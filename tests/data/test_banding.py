"""Groups of images by a column: words as they are, numbers in bands."""

import pytest

from medapp.data.banding import band_values
from medapp.errors import DataError


def test_words_stand_for_themselves_in_natural_order() -> None:
    found, order = band_values(["F", " M ", None, "", "F"], "sex")
    assert found == ["F", "M", None, None, "F"]
    assert order == ("F", "M")
    assert band_values(["site 10", "site 2"], "site")[1] == ("site 2", "site 10")
    assert band_values([None, " "], "sex") == ([None, None], ())


def test_ages_are_parted_where_clinics_do() -> None:
    found, order = band_values(["17", "18", "39", "40", "64", "65", "90+", "unknown"], "age")
    assert found == [
        *("under 18", "18 to 39", "18 to 39", "40 to 64", "40 to 64"),
        *("65 and over", "65 and over", "unknown"),
    ]
    assert order == ("under 18", "18 to 39", "40 to 64", "65 and over", "unknown")
    assert band_values(["50", "60"], "age")[1] == ("40 to 64",)


def test_other_numbers_are_parted_in_four_of_about_as_many() -> None:
    found, order = band_values([str(i) for i in range(40)], "dose")
    assert order == ("0 to 9", "10 to 19", "20 to 29", "30 to 39")
    assert [found.count(name) for name in order] == [10, 10, 10, 10]
    # Equal numbers stay together, so that there are fewer bands.
    found, order = band_values(["0"] * 30 + [str(i) for i in range(1, 11)], "nodules")
    assert order[0] == "0"
    assert found.count("0") == 30


def test_few_numbers_are_names() -> None:
    assert band_values(["1.5", "3", "3"], "tesla")[1] == ("1.5", "3")


def test_a_column_of_many_words_parts_nothing() -> None:
    with pytest.raises(DataError, match="13 different values"):
        band_values([f"scanner {letter}" for letter in "abcdefghijklm"], "scanner")
