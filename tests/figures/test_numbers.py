"""The numbers behind a figure: each point a row, called as it is, nothing rounded."""

import json

import numpy as np
import plotly.graph_objects as go
import pytest
from evaluation.robustness.test_record import build_robustness
from evaluation.stress.test_record import build_stress
from explanation.trials.test_words import build_trial
from figures.test_confusion import EVALUATION
from figures.test_intervals import ROWS
from figures.test_labelling import LabellingLine, draw_labelling
from figures.test_learning_curve import LAW, POINTS
from figures.test_operating import detect
from sklearn.metrics import roc_curve

from medapp.evaluation.evaluate import evaluate
from medapp.evaluation.net_benefit import trace_decisions
from medapp.evaluation.operating import judge_threshold
from medapp.evaluation.reliability import Bin, Reliability
from medapp.evaluation.selective import trace_coverage
from medapp.figures import (
    draw_balance,
    draw_confusion,
    draw_histogram,
    draw_probabilities,
    draw_roc,
    draw_sensitivity,
    list_numbers,
    list_roc,
)
from medapp.figures.curves import Chart, Series, list_lines
from medapp.figures.intervals import draw_intervals
from medapp.figures.learning_curve import CurveLine, draw_learning_curves
from medapp.figures.map import Points, list_places
from medapp.figures.numbers import AID
from medapp.figures.operating import draw_decisions, draw_operating, draw_scores
from medapp.figures.reliability import draw_reliability
from medapp.figures.robustness import draw_robustness
from medapp.figures.selective import draw_coverage
from medapp.figures.stress import draw_stress
from medapp.figures.thinning import ALL_POINTS
from medapp.figures.trial import draw_averages, draw_removal

LOW, HIGH = "95% low", "95% high"
NAN = float("nan")


def test_a_trace_is_called_as_it_is_and_its_columns_as_the_axes_are() -> None:
    figure = go.Figure()
    figure.add_scatter(x=[1, 2], y=[0.1, None], name="a &lt; b")
    figure.add_bar(x=[3], y=[NAN], meta={"images": 7})
    figure.add_scatter(x=[9], y=[9], meta=AID)
    figure.update_xaxes(title_text="A &amp; B")
    figure.update_yaxes(title_text="share, with 95% interval")
    assert list_numbers(figure) == [
        ["series", "A & B", "share", "images"],
        ["a < b", 1, 0.1, ""],
        ["a < b", 2, "", ""],
        ["", 3, "", 7],
    ]


def test_whiskers_are_ends_and_not_lengths() -> None:
    figure = go.Figure()
    ends = {"type": "data", "symmetric": False, "array": [0.25], "arrayminus": [0.5]}
    figure.add_scatter(x=[1.0], y=[2.0], error_x=ends, error_y=ends)
    figure.update_layout(xaxis_title_text="x", yaxis_title_text="y")
    (titles, row) = list_numbers(figure)
    assert dict(zip(titles, row, strict=True)) == {
        **{"x": 1.0, f"x, {LOW}": 0.5, f"x, {HIGH}": 1.25},
        **{"y": 2.0, f"y, {LOW}": 1.5, f"y, {HIGH}": 2.25},
    }


def test_a_figure_without_points_has_its_titles_alone() -> None:
    assert list_numbers(go.Figure()) == [[]]
    (titles,) = list_numbers(draw_balance({"train": {}}))
    assert set(titles) == {"split", "class", "images"}


def test_confusion_is_the_matrix_of_counts() -> None:
    assert list_numbers(draw_confusion(EVALUATION)) == [
        ["truth", "predicted effusion", "predicted nodule", "predicted normal"],
        ["effusion", 7, 3, 0],
        ["nodule", 0, 4, 1],
        ["normal", 0, 0, 5],
    ]


def test_a_bar_has_its_split_and_class_as_they_are_called() -> None:
    long = "a class with a name that no axis has room for"
    rows = list_numbers(draw_balance({"train": {long: 3, "=b": 1}, "test": {long: 2, "=b": 0}}))
    assert rows == [
        ["split", "class", "images"],
        ["train", long, 3],
        ["train", "=b", 1],
        ["test", long, 2],
        ["test", "=b", 0],
    ]


def test_probabilities_stand_beside_their_thresholds() -> None:
    chances = {"effusion": 0.123456789, "nodule": 0.8}
    assert list_numbers(draw_probabilities(chances)) == [
        ["class", "probability"],
        ["effusion", 0.123456789],
        ["nodule", 0.8],
    ]
    found = list_numbers(draw_probabilities(chances, thresholds={"effusion": 0.1, "nodule": 0.9}))
    assert found == [
        ["class", "probability", "threshold"],
        ["effusion", 0.123456789, 0.1],
        ["nodule", 0.8, 0.9],
    ]


def test_a_sensitivity_without_an_interval_has_empty_ends() -> None:
    rows = list_numbers(draw_sensitivity(EVALUATION))
    assert rows[0] == [
        "class",
        "sensitivity",
        f"sensitivity, {LOW}",
        f"sensitivity, {HIGH}",
        "images",
    ]
    low, high = EVALUATION.per_class["effusion"].intervals["sensitivity"]
    assert rows[1] == ["effusion", 0.7, low, high, 10]
    alone = evaluate(np.eye(2), [0, 1], ("a", "b"))
    for name, row in zip(alone.classes, list_numbers(draw_sensitivity(alone))[1:], strict=True):
        ends = alone.per_class[name].intervals.get("sensitivity") or ("", "")
        assert row[2:4] == list(ends)


def test_a_roc_curve_has_every_point_however_few_are_drawn() -> None:
    generator = np.random.default_rng(0)
    scores, truth = generator.random(2000), generator.integers(0, 2, 2000)
    probabilities = np.column_stack([1 - scores, scores])
    evaluation = evaluate(probabilities, truth, ["<b>", "normal"])
    rows = list_roc(probabilities, truth, evaluation)
    assert rows[0][:4] == ["class", "1 − specificity", "sensitivity", "threshold"]
    *curve, point = rows[1:]
    assert {row[0] for row in curve} == {"<b>"}
    assert len(curve) == 1 + 2000
    assert curve[0][1:4] == [0, 0, np.inf]
    assert curve[-1][1:4] == [1, 1, (1 - scores).min()]
    figures = evaluation.per_class["<b>"]
    assert point[:3] == ["as the model decides", 1 - figures.specificity, figures.sensitivity]


def test_a_point_of_a_roc_curve_has_the_threshold_that_makes_it() -> None:
    """Of four with a tumor all reach 0.2, three 0.6 and two 0.8; of two without, one 0.6."""
    scores = np.array([0.9, 0.8, 0.6, 0.2, 0.6, 0.1])
    truth = np.array([1, 1, 1, 1, 0, 0])
    probabilities = np.column_stack([1 - scores, scores])
    evaluation = evaluate(probabilities, truth, ["normal", "tumor"])
    titles, *rows, _ = (row[:4] for row in list_roc(probabilities, truth, evaluation))
    assert titles == ["class", "1 − specificity", "sensitivity", "threshold"]
    assert rows == [
        ["tumor", 0.0, 0.0, np.inf],
        ["tumor", 0.0, 0.25, 0.9],
        ["tumor", 0.0, 0.5, 0.8],
        ["tumor", 0.5, 0.75, 0.6],
        ["tumor", 0.5, 1.0, 0.2],
        ["tumor", 1.0, 1.0, 0.1],
    ]
    named = roc_curve(truth, scores, drop_intermediate=False)
    assert [tuple(row[1:]) for row in rows] == list(zip(*named, strict=True))
    # What is not a number stands in no figure that a browser reads.
    json.loads(draw_roc(probabilities, truth, evaluation).to_json(), parse_constant=pytest.fail)


def test_an_operating_point_stands_below_its_curve() -> None:
    found = detect()
    point = judge_threshold(found, 0.4)
    rows = list_numbers(draw_operating(found, point, most=ALL_POINTS))
    *curve, mark = rows[1:]
    assert {row[0] for row in curve} == {"ROC curve"}
    shown = dict(zip(rows[0], mark, strict=True))
    assert point.sensitivity is not None
    assert point.specificity is not None
    assert shown["series"] == "threshold 0.4"
    assert shown["threshold"] == 0.4
    assert {row[rows[0].index("threshold")] for row in curve} == {np.inf, *found.scores}
    assert shown["sensitivity"] == point.sensitivity.value
    assert shown[f"sensitivity, {LOW}"] == pytest.approx(point.sensitivity.interval[0])
    assert shown[f"1 − specificity, {LOW}"] == pytest.approx(1 - point.specificity.interval[1])
    assert shown[f"1 − specificity, {HIGH}"] == pytest.approx(1 - point.specificity.interval[0])


def test_counts_of_scores_are_counts_on_both_sides() -> None:
    titles, *rows = list_numbers(draw_scores(detect(), 0.5))
    assert titles == ["series", "probability of nodule", "patients", "from", "to"]
    of = {side: sum(row[2] for row in rows if row[0] == side) for side in {r[0] for r in rows}}
    assert of == {"with nodule": 80, "without": 120}
    assert rows[0][1:] == [0.025, rows[0][2], 0.0, 0.05]


def test_of_decisions_the_model_alone_has_intervals() -> None:
    curve = trace_decisions(detect())
    assert curve is not None
    titles, *rows = list_numbers(draw_decisions(curve))
    assert titles[:3] == ["series", "probability from which one would act", "net benefit"]
    model = [row for row in rows if row[0] == "the model decides"]
    assert [tuple(row[3:]) for row in model] == [point.interval for point in curve.points]
    assert {tuple(row[3:]) for row in rows if row[0] != "the model decides"} == {("", "")}


def test_intervals_are_exact_and_names_whole() -> None:
    titles, *rows = list_numbers(draw_intervals(ROWS, "", "AUROC, 95% interval"))
    assert titles == ["name", "in words", "AUROC", f"AUROC, {LOW}", f"AUROC, {HIGH}"]
    assert rows == [[row.name, row.said, row.value, *row.interval] for row in ROWS]


def test_points_that_stand_aside_say_where_they_belong() -> None:
    lines = [CurveLine("<b>", POINTS, LAW), CurveLine("flat", POINTS, None)]
    titles, *rows = list_numbers(draw_learning_curves(lines, "", "patients", "accuracy"))
    assert titles == [
        "way",
        "of",
        "training patients",
        "accuracy",
        f"accuracy, {LOW}",
        f"accuracy, {HIGH}",
    ]
    measured = [row for row in rows if row[1] == "measured"]
    assert measured == [[w, "measured", n, v, *i] for w in ("<b>", "flat") for n, v, i in POINTS]
    assert {row[1] for row in rows} == {"fitted", "carried on", "measured"}
    labelled = [LabellingLine("A <b>", POINTS), LabellingLine("Tuned", POINTS)]
    titles, *rows = list_numbers(draw_labelling(labelled, "", "accuracy"))
    assert titles[:3] == ["way", "labelled images there", "accuracy"]
    assert [row[1] for row in rows] == [25, 100, 25, 100]
    found = build_robustness()
    titles, *rows = list_numbers(draw_robustness(found))
    assert [row[1] for row in rows] == [level / 255 for level in found.levels] * 2
    assert [row[2] for row in rows] == [0.9, 0.8, 0.6, 0.9, 0.7, 0.2]


def test_bins_of_calibration_and_of_coverage_have_their_images_and_intervals() -> None:
    bins = (Bin(8, 0.1, 0.25, (0.05, 0.6)), Bin(10, 0.12, 0.5, (0.2, 0.8)))
    found = Reliability("", 18, bins, 0.1, 0.05, 0.15, 0.5, 100, 0)
    seen = "seen: share of images"
    assert list_numbers(draw_reliability(found)) == [
        ["probability that was said", seen, f"{seen}, {LOW}", f"{seen}, {HIGH}", "images"],
        [0.1, 0.25, 0.05, 0.6, 8],
        [0.12, 0.5, 0.2, 0.8, 10],
    ]
    points = trace_coverage(np.linspace(1, 0.5, 100), np.arange(100) < 80, np.arange(100))
    titles, *rows = list_numbers(draw_coverage(points))
    assert titles[2:4] == ["images", "least probability"]
    assert rows == [[p.coverage, p.accuracy, p.n, p.least, *p.interval] for p in points]


def test_cells_of_a_table_are_rows() -> None:
    titles, *rows = list_numbers(draw_stress(build_stress()))
    assert titles[:2] == ["change", "strength"]
    assert len(rows) == sum(map(len, build_stress().faults.values()))
    assert rows[1][:3] == ["Blur", "1 px", pytest.approx(0.87)]
    titles, *rows = list_numbers(draw_averages(build_trial().averages))
    assert titles == ["class", "maps", "row", "column", "mean"]
    assert rows[1] == ["a", 40, 1, 2, 1.0]
    titles, *rows = list_numbers(draw_removal(build_trial()))
    assert titles[0] == "series"
    assert len(rows) == 8


def test_values_of_a_histogram_belong_to_a_channel() -> None:
    titles, *rows = list_numbers(draw_histogram(np.array([[0, 1], [1, 3]], dtype=np.uint8)))
    assert titles == ["series", "pixel value", "% of the pixels"]
    assert rows[1] == ["grey", 1, 50]


def test_images_of_a_map_have_their_names_and_exact_places() -> None:
    points = Points(np.array([[0.1, 0.2], [1 / 3, 0.5]]), None, [1, 2], ["<b>.png", "b.png"])
    assert list_places(points, [0.5, NAN], "age") == [
        ["image", "x", "y", "age"],
        ["<b>.png", 0.1, 0.2, 0.5],
        ["b.png", 1 / 3, 0.5, ""],
    ]


def test_lines_of_a_run_are_whole() -> None:
    steps = list(range(2000))
    chart = Chart("loss", "", "epoch", "cross-entropy", [Series("train", steps, [1 / 3] * 2000)])
    titles, *rows = list_lines([chart])
    assert titles == ["chart", "line", "along", "x", "y"]
    assert len(rows) == 2000
    assert rows[7] == ["loss", "train", "epoch", 7, 1 / 3]
