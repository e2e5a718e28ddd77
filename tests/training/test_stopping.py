"""Early stopping by hand: what is smoothed, when the rate falls, when the training ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medapp.training.stopping import Fall, find_fall

LOSSES = st.lists(st.floats(0.01, 10), max_size=40)


def test_a_loss_that_falls_never_ends_a_training() -> None:
    assert find_fall([1 / n for n in range(1, 50)], patience=1, epochs=100) is None


def test_a_single_jump_ends_nothing_though_three_epochs_are_no_better_than_the_best() -> None:
    # The plain loss is lowest at epoch 4; none of the next three is lower.
    losses = [1.0, 0.8, 0.6, 0.3, 0.5, 0.42, 0.35, 0.31]
    # Smoothed 1, .867, .714, .493, .497, .458, .404, .356: one epoch without a lower one.
    assert find_fall(losses, patience=2, epochs=40) is None


def test_the_fall_begins_when_the_smoothed_loss_has_waited_and_takes_a_fifth_of_the_whole() -> None:
    # Smoothed 1, 2/3, .714…, .733…: the second is the lowest.
    losses = [1.0, 0.5, 0.75, 0.75]
    assert find_fall(losses[:3], patience=2, epochs=50) is None
    assert find_fall(losses, patience=2, epochs=50) == Fall(4, 5)
    rising = [float(n) for n in range(1, 21)]
    # The first is the best; after eight more, nine are done, and three make a whole of twelve.
    assert find_fall(rising, patience=8, epochs=50) == Fall(9, 12)
    # After sixteen, four make a whole of twenty.
    assert find_fall(rising, patience=15, epochs=50) == Fall(16, 20)


def test_what_comes_after_the_fall_has_begun_changes_nothing() -> None:
    begun = [1.0, 2.0, 3.0]
    assert find_fall(begun, 2, 50) == Fall(3, 4)
    assert find_fall([*begun, 0.001, 0.0001], 2, 50) == Fall(3, 4)


def test_a_schedule_that_ends_no_later_is_kept() -> None:
    rising = [1.0, 2.0, 3.0]
    assert find_fall(rising, 2, epochs=5) == Fall(3, 4)
    assert find_fall(rising, 2, epochs=4) is None


def test_nothing_ends_before_all_has_learned_for_as_long_as_is_waited() -> None:
    rising = [float(n) for n in range(1, 21)]
    assert find_fall(rising, patience=2, epochs=50) == Fall(3, 4)
    assert find_fall(rising, patience=2, epochs=50, joined=10) == Fall(12, 15)
    # A lower loss later than that counts from its own epoch.
    later = [9.0, 8.0, 7.0, 6.0, 9.0, 9.0]
    assert find_fall(later, patience=2, epochs=50, joined=2) == Fall(6, 8)


def test_without_patience_or_losses_nothing_ends() -> None:
    assert find_fall([1.0, 2.0, 3.0, 4.0], patience=0, epochs=50) is None
    assert find_fall([], patience=1, epochs=50) is None


def test_the_rate_falls_evenly_from_the_start_of_the_fall_to_its_end() -> None:
    fall = Fall(start=4, end=6)
    # Two epochs of ten steps: the first step is whole, the last one a twentieth.
    shares = [fall.find_share(step, 10) for step in (0, 39, 40, 41, 50, 59, 60)]
    assert shares == pytest.approx([1, 1, 1, 0.95, 0.5, 0.05, 0])


@given(LOSSES, st.integers(1, 10), st.integers(1, 60))
def test_more_epochs_never_change_an_end_that_was_found(
    losses: list[float], patience: int, epochs: int
) -> None:
    found = find_fall(losses, patience, epochs)
    if found is None:
        return
    assert patience < found.start <= len(losses)
    assert found.start < found.end < epochs
    for n in range(len(losses)):
        assert find_fall(losses[:n], patience, epochs) in (None, found)
    assert find_fall(losses[: found.start], patience, epochs) == found
    assert find_fall([*losses, 0.0], patience, epochs) == found
