"""The order in which people see images."""

from hypothesis import given
from hypothesis import strategies as st

from medapp.data.layouts.order import (
    Entry,
    arrange,
    sort_by_name,
    write_natural_key,
)


def list_names(entries: list[Entry]) -> list[str]:
    return [entry.name for entry in entries]


def test_numbers_count_as_numbers_and_letters_whatever_their_case() -> None:
    names = ["a10.png", "B1.png", "a2.png", "a1.png", "a02b3.png", "a2b1.png"]
    found = sorted(names, key=write_natural_key)
    assert found == ["a1.png", "a2.png", "a2b1.png", "a02b3.png", "a10.png", "B1.png"]


def test_classes_are_mixed_and_each_is_in_order() -> None:
    rows = [("n/10", "n"), ("n/2", "n"), ("n/1", "n"), ("p/3", "p"), ("p/20", "p")]
    entries = [Entry(i, name, label, "train") for i, (name, label) in enumerate(rows)]
    assert list_names(arrange(entries)) == ["n/1", "p/3", "n/2", "p/20", "n/10"]


@given(st.lists(st.tuples(st.text(max_size=6), st.sampled_from("ab")), max_size=20))
def test_nothing_is_lost_whatever_the_names(rows: list[tuple[str, str]]) -> None:
    entries = [Entry(i, name, label, "test") for i, (name, label) in enumerate(rows)]
    assert sorted(arrange(entries), key=lambda entry: entry.id) == entries


def test_images_are_sorted_by_name() -> None:
    names = ["x10.png", "x2.png", "x1.png"]
    entries = [Entry(i, name, "a", "train") for i, name in enumerate(names)]
    assert list_names(sort_by_name(entries)) == ["x1.png", "x2.png", "x10.png"]
