"""What is dealt evenly of an image: its class, its findings, and combinations that are common."""

from medapp.data.splits.strata import COMMON, find_strata
from medapp.task import find_task

SEVERAL = find_task("multi-label")


def test_one_label_is_its_own_stratum() -> None:
    assert find_strata(["a", "b"], find_task("single-label")) == [("a",), ("b",)]
    assert find_strata(["0", "1"], find_task("ordinal")) == [("0",), ("1",)]


def test_a_combination_is_a_stratum_where_it_is_common_in_whatever_order() -> None:
    labels = ["a|b", "b|a"] * (COMMON // 2) + ["a|c", "?a|b", ""]
    found = find_strata(labels, SEVERAL)
    assert set(found[0]) == set(found[1]) == {"a", "b", "a and b"}
    assert found[-3:] == [("a", "c"), ("?a", "b"), ("",)]


def test_one_image_less_leaves_it_to_its_findings() -> None:
    assert find_strata(["a|b"] * (COMMON - 1), SEVERAL) == [("a", "b")] * (COMMON - 1)
