"""What is sent to the chart in the browser."""

import json

from medapp.figures.curves import Chart, Series
from medapp.figures.thinning import MOST_POINTS
from medapp.ui.elements.live_chart import build_plain


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
