"""Points on a model's ROC curve and agreement, for classes, grades and several findings."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, roc_auc_score

from medapp.errors import RecipeError, RunError
from medapp.evaluation.evaluate import evaluate
from medapp.runs.results import name_column
from medapp.runs.run import Run
from medapp.studies.comparison import compare_judged
from medapp.studies.judged import Judged, Key
from medapp.studies.readers.beside import list_agreements, trace_curve
from medapp.studies.readers.reader import Reader, build_reader
from medapp.studies.readers.readings import Readings
from medapp.task import find_task

N = 30
KEYS: list[Key] = [(f"{i}", 0) for i in range(N)]


def build_model(labels: Sequence[str], classes: Sequence[str], kind: str, folder: Path) -> Judged:
    """A model with random probabilities, each image of a patient of its own."""
    task = find_task(kind)
    random = np.random.default_rng(0)
    scores = random.dirichlet(np.ones(len(classes)), N)
    evaluation = evaluate(scores, task.encode(labels, classes), classes, None, task)
    decisions = task.decide(scores)
    rows = {
        key: {
            "name": f"{key[0]}.png",
            "label": label,
            "patient": None,
            "content_hash": key[0],
            "prediction": task.describe(decision, classes),
            **{name_column(c): float(p) for c, p in zip(classes, probabilities, strict=True)},
        }
        for key, label, decision, probabilities in zip(KEYS, labels, decisions, scores, strict=True)
    }
    return Judged(Run(folder), evaluation, rows, {})


def build_readers(model: Judged, calls: Sequence[Sequence[str]]) -> list[Reader]:
    return [
        build_reader(model, Readings(f"R{i}", dict(zip(KEYS, said, strict=True)), {}, ()))
        for i, said in enumerate(calls)
    ]


def test_one_of_three_classes_is_traced_against_the_rest(tmp_path: Path) -> None:
    classes = ("a", "b", "c")
    labels = [classes[i % 3] for i in range(N)]
    calls = [classes[(i + (i % 5 == 0)) % 3] for i in range(N)]
    model = build_model(labels, classes, "single-label", tmp_path)
    (reader,) = build_readers(model, [calls])
    names = ("model", "R0")
    curve = trace_curve([model, reader], names, KEYS, None, ("b",))
    is_b = np.array(labels) == "b"
    says_b = np.array(calls) == "b"
    own, point = curve.points
    assert point.sensitivity.value == pytest.approx(says_b[is_b].mean())
    assert point.specificity.value == pytest.approx((~says_b)[~is_b].mean())
    scores = [model.rows[key][name_column("b")] for key in KEYS]
    assert curve.detection.scores == pytest.approx(scores)
    assert roc_auc_score(curve.detection.true, curve.detection.scores) == pytest.approx(
        roc_auc_score(is_b, scores)
    )
    model_says = np.array([model.rows[key]["prediction"] for key in KEYS]) == "b"
    assert own.sensitivity.value == pytest.approx(model_says[is_b].mean())
    with pytest.raises(RecipeError, match="none of the"):
        trace_curve([model, reader], names, KEYS, None, ("d",))


def test_grades_agree_by_quadratic_kappa(tmp_path: Path) -> None:
    classes = ("0", "1", "2", "3")
    labels = [classes[i % 4] for i in range(N)]
    first = [classes[min(i % 4 + (i % 3 == 0), 3)] for i in range(N)]
    second = [classes[max(i % 4 - (i % 5 == 0), 0)] for i in range(N)]
    model = build_model(labels, classes, "ordinal", tmp_path)
    readers = build_readers(model, [first, second])
    found = list_agreements([model, *readers], ("model", "R0", "R1"))
    assert [(each.a, each.b) for each in found] == [("R0", "R1"), ("model", "R0"), ("model", "R1")]
    assert found[0].kappa is not None
    expected = cohen_kappa_score(list(map(int, first)), list(map(int, second)), weights="quadratic")
    assert found[0].kappa.value == pytest.approx(expected)
    assert "quadratic_kappa" in readers[0].estimate(KEYS)
    assert "macro_auroc" not in readers[0].estimate(KEYS)


def test_a_reader_may_call_several_findings(tmp_path: Path) -> None:
    classes = ("effusion", "nodule")
    labels = [("effusion", "nodule", "effusion|nodule", "")[i % 4] for i in range(N)]
    calls = ["" if i % 7 == 0 else label for i, label in enumerate(labels)]
    model = build_model(labels, classes, "multi-label", tmp_path)
    (reader,) = build_readers(model, [calls])
    right = [call == label for call, label in zip(calls, labels, strict=True)]
    assert reader.estimate(KEYS)["accuracy"].value == pytest.approx(np.mean(right))
    curve = trace_curve([model, reader], ("model", "R0"), KEYS, None, ("nodule",))
    has = np.array(["nodule" in label for label in labels])
    says = np.array(["nodule" in call for call in calls])
    assert curve.points[1].sensitivity.value == pytest.approx(says[has].mean())
    # Several answers an image have no one kappa.
    assert list_agreements([model, reader], ("model", "R0")) == []


def test_too_few_images_for_any_figure_are_refused_in_words(tmp_path: Path) -> None:
    classes = ("effusion", "nodule")
    model = build_model(["effusion"] * 3 + ["nodule"] * 27, classes, "multi-label", tmp_path)
    few = dict.fromkeys(KEYS[:2], "nodule")
    reader = build_reader(model, Readings("R0", few, {}, ()))
    with pytest.raises(RunError, match="No figure is defined on the 2 test images"):
        compare_judged([model, reader], ("model", "R0"), [])
