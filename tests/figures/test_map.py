"""The map has a trace for each common value, and one for all the others."""

import numpy as np

from medapp.figures.map import draw_map


def test_every_image_is_one_point_and_rare_values_share_a_colour() -> None:
    values = ["a", "a", *"bcdefghij"]
    ids = list(range(11))
    figure = draw_map(np.zeros((11, 2)), (0.5, 0.25), ids, ["<b>"] * 11, values)
    assert [len(trace.x) for trace in figure.data] == [2, 1, 1, 1, 1, 1, 1, 3]
    assert sorted(row[0] for trace in figure.data for row in trace.customdata) == ids
    assert figure.data[0].customdata[0][1] == "&lt;b&gt;"
    assert "75%" in figure.layout.title.text


def test_values_with_an_order_stand_in_it() -> None:
    values = ["KL2", "KL0", "KL2", "KL1", "odd"]
    order = ("KL0", "KL1", "KL2")
    figure = draw_map(np.zeros((5, 2)), (0.5, 0.25), range(5), [""] * 5, values, order=order)
    assert [trace.customdata[0][2] for trace in figure.data] == ["KL0", "KL1", "KL2", "odd"]
