"""Truth by prediction: the right number in the right cell, and what a click on it tells."""

import numpy as np

from medapp.evaluation.evaluate import evaluate
from medapp.figures import draw_confusion

CLASSES = ("effusion", "nodule", "normal")
TRUTH = [0] * 10 + [1] * 5 + [2] * 5
PREDICTIONS = [0] * 7 + [1] * 3 + [1] * 4 + [2] + [2] * 5
EVALUATION = evaluate(np.eye(3)[PREDICTIONS], TRUTH, CLASSES)
NOTHING = evaluate(np.empty((0, 3)), [], CLASSES)


def test_cells_show_counts_and_shares_of_the_truth() -> None:
    heat, _ = draw_confusion(EVALUATION).data
    assert np.array(heat.z).tolist() == [[0.7, 0.3, 0], [0, 0.8, 0.2], [0, 0, 1]]
    assert heat.text[0][1] == "3<br>30%"


def test_a_click_tells_row_and_column() -> None:
    figure = draw_confusion(EVALUATION)
    _, clicks = figure.data
    for x, y, cell in zip(clicks.x, clicks.y, clicks.customdata, strict=True):
        assert (y, x) == tuple(cell)
    assert "3 of 10 images of effusion<br>taken for nodule (30%)" in clicks.text
    assert clicks.marker.opacity == 0
    assert figure.layout.hoverdistance == -1  # anywhere in a cell
    assert figure.layout.clickmode == "event+select"
    assert figure.layout.yaxis.range == (2.5, -0.5)  # the first class on top


def test_the_confusion_states_its_worst_error() -> None:
    title = draw_confusion(EVALUATION).layout.title.text.replace("<br>", " ").replace("\u00a0", " ")
    assert title == "Most frequent error: 3 of 10 effusion taken for nodule (n = 20)"
    assert (
        "No error among 3 images"
        in draw_confusion(evaluate(np.eye(3), [0, 1, 2], CLASSES)).layout.title.text
    )
    assert "No image was judged" in draw_confusion(NOTHING).layout.title.text
