"""The map has a trace for each common value, one for all the others, and a scale for amounts."""

from collections.abc import Sequence

import numpy as np

from medapp.figures.map import MOST_DRAWN, Points, draw_amounts, draw_map


def place(ids: Sequence[int], name: str = "", shares: tuple[float, float] | None = None) -> Points:
    """Images in one place."""
    return Points(np.zeros((len(ids), 2)), shares, ids, [name] * len(ids))


def test_every_image_is_one_point_and_rare_values_share_a_colour() -> None:
    values = ["a", "a", *"bcdefghij"]
    figure = draw_map(place(range(11), "<b>", (0.5, 0.25)), values)
    assert [len(trace.x) for trace in figure.data] == [2, 1, 1, 1, 1, 1, 1, 3]
    assert sorted(id for trace in figure.data for id in trace.customdata) == list(range(11))
    assert figure.data[0].text[0] == "&lt;b&gt;<br>a"
    assert "75%" in figure.layout.title.text
    assert "others" in figure.layout.title.text


def test_values_with_an_order_stand_in_it() -> None:
    values = ["KL2", "KL0", "KL2", "KL1", "odd"]
    figure = draw_map(place(range(5)), values, order=("KL0", "KL1", "KL2"))
    said = [trace.text[0].removeprefix("<br>") for trace in figure.data]
    assert said == ["KL0", "KL1", "KL2", "odd"]


def test_the_highest_amount_lies_on_top_and_what_is_unknown_below_all() -> None:
    amounts = np.array([0.5, np.nan, 3.0, 0.25])
    figure = draw_amounts(place([7, 8, 9, 10]), amounts, "loss <x>", missing="not judged")
    grey, known = figure.data
    assert grey.customdata.tolist() == [8]
    assert known.customdata.tolist() == [10, 7, 9]
    assert known.marker.color.tolist() == [0.25, 0.5, 3.0]
    assert known.text[-1] == "<br>3"
    assert known.marker.colorbar.title.text == "loss &lt;x&gt;"
    assert "not judged" in figure.layout.title.text
    (only,) = draw_amounts(place([1, 2]), np.array([1.0, 2.0]), "age").data
    assert only.customdata.tolist() == [1, 2]


def test_axes_that_mean_nothing_say_nothing() -> None:
    figure = draw_map(place([1, 2]), ["a", "b"])
    assert figure.layout.xaxis.visible is False
    assert figure.layout.yaxis.visible is False
    named = draw_map(place([1, 2], shares=(0.5, 0.25)), ["a", "b"])
    assert named.layout.yaxis.title.text == "component 2, 25% of the variance"


def test_few_points_need_no_webgl() -> None:
    for count, kind in ((MOST_DRAWN, "scatter"), (MOST_DRAWN + 1, "scattergl")):
        figure = draw_map(place(range(count)), ["a"] * count)
        assert {trace.type for trace in figure.data} == {kind}
