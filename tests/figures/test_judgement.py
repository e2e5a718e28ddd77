"""Figures of how a model judges."""

import numpy as np
import pytest

from medapp.evaluation.evaluate import evaluate
from medapp.figures import PALETTES, draw_probabilities, draw_roc, draw_sensitivity
from medapp.task import find_task

CLASSES = ("effusion", "nodule", "normal")
TRUTH = [0] * 10 + [1] * 5 + [2] * 5
PREDICTIONS = [0] * 7 + [1] * 3 + [1] * 4 + [2] + [2] * 5
EVALUATION = evaluate(np.eye(3)[PREDICTIONS], TRUTH, CLASSES)
NOTHING = evaluate(np.empty((0, 3)), [], CLASSES)


def test_bars_have_the_classes_colours_and_the_title_the_prediction() -> None:
    figure = draw_probabilities({"effusion": 0.2, "nodule": 0.797, "normal": 0.003}, "dark")
    assert list(figure.data[0].marker.color) == list(PALETTES["dark"].classes[:3])
    assert list(figure.data[0].text) == ["0.20", "0.80", "&lt;0.01"]
    assert figure.layout.title.text == "nodule, probability\u00a00.80"
    assert draw_probabilities({}).layout.title.text == "No prediction"


def test_whiskers_end_at_the_interval() -> None:
    figure = draw_sensitivity(EVALUATION)
    effusion = figure.data[0]
    low, high = EVALUATION.per_class["effusion"].intervals["sensitivity"]
    assert effusion.x[0] == 0.7
    assert effusion.x[0] - effusion.error_x.arrayminus[0] == pytest.approx(low)
    assert effusion.x[0] + effusion.error_x.array[0] == pytest.approx(high)
    assert figure.layout.yaxis.ticktext[0] == "effusion (n = 10)"
    title = figure.layout.title.text.replace("<br>", " ")
    assert title.startswith("Sensitivity is lowest for effusion: 0.700\u00a0[")


def test_a_class_that_is_never_right_has_a_dot_at_zero_with_its_whisker() -> None:
    evaluation = evaluate(np.eye(3)[[1, 1, 1, 2]], [0, 0, 1, 2], CLASSES)
    dot = draw_sensitivity(evaluation).data[0]
    low, high = evaluation.per_class["effusion"].intervals["sensitivity"]
    assert (dot.x[0], dot.y[0], low) == (0.0, 0, 0.0)
    assert dot.error_x.array[0] == pytest.approx(high)


def test_a_class_that_was_not_judged_has_no_dot_and_keeps_its_colour() -> None:
    evaluation = evaluate(np.eye(3)[[1, 2]], [1, 2], CLASSES)
    figure = draw_sensitivity(evaluation)
    assert [dot.y[0] for dot in figure.data] == [1, 2]
    assert figure.data[0].marker.color == PALETTES["light"].classes[1]
    assert draw_sensitivity(NOTHING).layout.title.text == "No image was judged"


def test_the_area_under_each_curve_is_the_auroc_beside_its_name() -> None:
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 3, 400)
    logits = generator.normal(size=(400, 3)) + 1.5 * np.eye(3)[truth]
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    evaluation = evaluate(probabilities, truth, CLASSES)
    figure = draw_roc(probabilities, truth, evaluation)
    for name, curve in zip(CLASSES, figure.data, strict=True):
        auroc = evaluation.per_class[name].auroc
        assert np.trapezoid(curve.y, curve.x) == pytest.approx(auroc, abs=1e-3)
        assert curve.name.startswith(f"{name} {auroc:.3f} [")
        assert len(curve.x) <= 500


def test_without_a_second_class_there_is_no_curve() -> None:
    figure = draw_roc(np.eye(3)[[0, 0]], [0, 0], evaluate(np.eye(3)[[0, 0]], [0, 0], CLASSES))
    assert len(figure.data) == 0
    assert "AUROC is undefined" in figure.layout.title.text


def test_of_two_classes_the_positive_one_has_the_only_curve() -> None:
    truth = [0] * 10 + [1] * 10
    probabilities = np.eye(2)[[0] * 8 + [1] * 12]
    evaluation = evaluate(probabilities, truth, ("normal", "pneumonia"))
    curve, point = draw_roc(probabilities, truth, evaluation).data
    assert curve.name.startswith("pneumonia 0.900")
    assert (point.name, point.x[0], point.y[0]) == ("as the model decides", 1 - 0.8, 1.0)
    assert draw_roc(probabilities, truth, evaluation).layout.title.text.startswith("AUROC 0.900")


def test_a_finding_s_bar_has_its_threshold_and_whether_it_is_reached() -> None:
    figure = draw_probabilities(
        {"mass": 0.3, "nodule": 0.4, "scar": 0.02},
        thresholds={"mass": 0.2, "nodule": 0.5, "scar": 0.01},
    )
    bars, marks, words = figure.data
    assert list(words.text) == list(bars.text) == ["0.30 ✓", "0.40 ✗", "0.02 ✓"]
    assert list(marks.x) == [0.2, 0.5, 0.01]
    assert "Found: mass, scar" in figure.layout.title.text
    none = draw_probabilities({"mass": 0.1}, thresholds={"mass": 0.2})
    assert "No finding" in none.layout.title.text


def test_the_decided_grade_stands_in_the_title_though_another_is_more_probable() -> None:
    figure = draw_probabilities({"0": 0.4, "1": 0.3, "2": 0.3}, decided="1")
    assert "1, " in figure.layout.title.text


def test_a_finding_s_roc_curve_counts_the_images_of_which_it_is_known() -> None:
    targets = np.array([[1, 0], [0, 1], [np.nan, 1], [0, 0]] * 5)
    scores = np.array([[0.9, 0.1], [0.1, 0.8], [0.0, 0.7], [0.2, 0.3]] * 5)
    evaluation = evaluate(scores, targets, ("mass", "nodule"), task=find_task("multi-label"))
    curves = draw_roc(scores, targets, evaluation).data
    assert [curve.name.split()[0] for curve in curves] == ["mass", "nodule"]
    assert curves[0].y[1] == 1.0  # the unknown image at 0.0 is no miss
