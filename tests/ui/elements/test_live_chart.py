"""What is sent to the chart in the browser."""

import json

from hypothesis import given
from hypothesis import strategies as st

from medapp.ui.elements.live_chart import MOST_POINTS, Chart, Series, build_plain, thin_out


@given(st.lists(st.integers(), max_size=3000), st.integers(1, 600))
def test_thinned_values_are_few_in_order_and_end_with_the_last(
    values: list[int], most: int
) -> None:
    places = thin_out(list(range(len(values))), most)
    assert len(places) <= most
    assert places == sorted(set(places))
    assert not values or places[-1] == len(values) - 1


def test_a_hundred_thousand_steps_are_a_small_message() -> None:
    steps = [i / 1000 for i in range(100_000)]
    plain = build_plain(
        Chart(
            "loss",
            "Loss",
            "epoch",
            "loss",
            [Series("train", steps, [1 / (1 + s) for s in steps], is_thin=True)],
        )
    )
    assert len(plain["series"][0]["x"]) <= MOST_POINTS
    assert len(json.dumps(plain)) < 10_000


def test_a_loss_that_is_no_number_is_a_gap_and_not_broken_json() -> None:
    plain = build_plain(
        Chart(
            "loss", "Loss", "epoch", "loss", [Series("train", [1, 2, 3], [0.5, float("nan"), None])]
        )
    )
    assert plain["series"][0]["y"] == [0.5, None, None]
    assert "NaN" not in json.dumps(plain)
