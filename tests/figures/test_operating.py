"""The ROC curve with its point, scores by truth, and the decision curve."""

import numpy as np
import pytest

from medapp.evaluation.detection import Detection
from medapp.evaluation.net_benefit import trace_decisions
from medapp.evaluation.operating import judge_threshold
from medapp.figures.operating import draw_decisions, draw_operating, draw_scores

TRUE = np.arange(200) < 80


def detect(distance: float = 3.0, name: str = "nodule") -> Detection:
    noise = np.random.default_rng(0).normal(size=200)
    scores = 1 / (1 + np.exp(-(distance * TRUE - distance / 2 + noise)))
    return Detection(name, scores, TRUE, np.arange(200), "patients", "test split")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_point_lies_on_the_curve_with_both_intervals(theme: str) -> None:
    found = detect()
    point = judge_threshold(found, 0.4)
    figure = draw_operating(found, point, theme)
    curve, mark = figure.data
    assert point.sensitivity is not None
    assert point.specificity is not None
    assert (mark.x[0], mark.y[0]) == (1 - point.specificity.value, point.sensitivity.value)
    steps = np.column_stack([curve.x, curve.y])
    assert np.abs(steps - [mark.x[0], mark.y[0]]).sum(axis=1).min() < 1e-9
    low, high = point.sensitivity.interval
    assert mark.error_y.array[0] == pytest.approx(high - point.sensitivity.value)
    assert mark.error_y.arrayminus[0] == pytest.approx(point.sensitivity.value - low)
    # A higher specificity lies to the left.
    least, most = point.specificity.interval
    assert mark.error_x.array[0] == pytest.approx(point.specificity.value - least)
    assert mark.error_x.arrayminus[0] == pytest.approx(most - point.specificity.value)
    assert f"{point.sensitivity.value:.3f}" in figure.layout.title.text


def test_scores_are_counted_up_with_the_finding_and_down_without() -> None:
    found = detect(name="<b>nodule")
    figure = draw_scores(found, 0.5)
    above, below = figure.data
    assert sum(above.y) == 80
    assert sum(below.y) == -120
    assert figure.layout.shapes[0].x0 == 0.5
    ticks = list(figure.layout.yaxis.tickvals)
    assert ticks == [-tick for tick in reversed(ticks)]
    assert ticks[1] - ticks[0] in (1, 2, 5, 10, 20, 50)
    hits = int((found.scores[TRUE] >= 0.5).sum())
    assert f"{hits} of 80 with &lt;b&gt;nodule reach 0.5" in figure.layout.title.text.replace(
        "<br>", " "
    )
    assert "<b>nodule" not in figure.layout.xaxis.title.text


def test_the_decision_curve_says_where_the_model_is_shown_to_be_better() -> None:
    curve = trace_decisions(detect())
    assert curve is not None
    figure = draw_decisions(curve)
    _, everyone, nobody, model = figure.data
    assert list(model.y) == [point.model for point in curve.points]
    assert list(everyone.y) == [point.all for point in curve.points]
    assert set(nobody.y) == {0.0}
    (low, high) = curve.useful[0][0], curve.useful[-1][1]
    title = figure.layout.title.text.replace("\u00a0", " ").replace("<br>", " ")
    assert f"from {low:.2f} to {high:.2f}" in title
    nothing = trace_decisions(detect(0.0))
    assert nothing is not None
    said = draw_decisions(nothing).layout.title.text.replace("<br>", " ")
    assert said.startswith("At no threshold is the model shown to beat treating all, or none")
