"""How many images of each data set a step sees."""

import pytest

from medapp.training.shares import count_shown, temper_shares


@pytest.mark.parametrize(
    ("power", "wanted"),
    [
        (0.0, (16, 16)),  # each data set equally often
        (1.0, (64, 4)),  # each image equally often
        (0.5, (32, 8)),  # the square root of 4, and of a quarter
    ],
)
def test_shares_follow_tempered_sizes(power: float, wanted: tuple[int, ...]) -> None:
    assert temper_shares(16, [100, 400, 25], power) == wanted
    assert count_shown(16, [100, 400, 25], power) == 100 + 7 * sum(wanted)


def test_every_data_set_has_at_least_one_image_a_step() -> None:
    assert temper_shares(4, [1000, 3], 1.0) == (1,)


def test_a_batch_larger_than_the_data_set_asks_for_no_more_of_the_others() -> None:
    assert temper_shares(64, [10, 50], 0.0) == (10,)


def test_one_data_set_alone_has_no_others() -> None:
    assert temper_shares(16, [100], 0.0) == ()
    assert count_shown(16, [100], 0.0) == 100
