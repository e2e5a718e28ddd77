"""A name that is free stays; one that is taken gets the first number that frees it."""

from medapp.store.names import number_name


def test_a_taken_name_gets_the_first_free_number() -> None:
    assert number_name("chest", {"hands"}) == "chest"
    assert number_name("chest", {"chest", "chest 3"}) == "chest 2"
    assert number_name("chest", {"chest", "chest 2"}) == "chest 3"
