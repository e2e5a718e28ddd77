"""Figures against scikit-learn, where every image and every known finding counts once."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn import metrics as reference

from medapp.evaluation.evaluate import evaluate
from medapp.evaluation.metrics import rank_pairs, trace_roc
from medapp.task import find_task
from medapp.task.thresholds import FEWEST


@st.composite
def judged_images(draw: st.DrawFn, least_classes: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Scores (N, K) on a coarse grid, so that ties are common, and truths (N,)."""
    n, k = draw(st.integers(1, 30)), draw(st.integers(least_classes, 4))
    scores = draw(hnp.arrays(float, (n, k), elements=st.integers(0, 4).map(lambda i: i / 4)))
    return scores, draw(hnp.arrays(np.intp, (n,), elements=st.integers(0, k - 1)))


@given(judged_images(), st.data())
@settings(max_examples=60)
def test_figures_are_those_of_scikit_learn_whoever_the_patients_are(
    images: tuple[np.ndarray, np.ndarray], data: st.DataObject
) -> None:
    scores, truths = images
    names = "abcd"[: scores.shape[1]]
    patients = data.draw(
        st.lists(st.sampled_from("pqr"), min_size=len(truths), max_size=len(truths))
    )
    ours, predictions = evaluate(scores, truths, names, patients), scores.argmax(axis=1)
    present = sorted(set(truths.tolist()))
    options = {"labels": present, "average": None, "zero_division": 0}
    assert ours.accuracy == pytest.approx(reference.accuracy_score(truths, predictions))
    sensitivity = reference.recall_score(truths, predictions, **options)
    f1 = reference.f1_score(truths, predictions, **options)
    for place, c in enumerate(present):
        assert ours.per_class[names[c]].sensitivity == pytest.approx(sensitivity[place])
        assert ours.per_class[names[c]].f1 == pytest.approx(f1[place])
    balanced = reference.recall_score(truths, predictions, labels=present, average="macro")
    assert ours.balanced_accuracy == pytest.approx(balanced)
    assert ours.macro_f1 == pytest.approx(f1.mean())
    for c in present:
        is_class = truths == c
        figures = ours.per_class[names[c]]
        if predictions[predictions == c].size:
            precision = reference.precision_score(is_class, predictions == c, zero_division=0)
            assert figures.precision == pytest.approx(precision)
        if is_class.sum() < len(truths):
            specificity = reference.recall_score(~is_class, predictions != c)
            assert figures.specificity == pytest.approx(specificity)
            assert figures.auroc == pytest.approx(reference.roc_auc_score(is_class, scores[:, c]))
        else:
            assert figures.auroc is None
        for name, interval in figures.intervals.items():
            if interval is not None:
                assert 0 <= interval[0] <= getattr(figures, name) <= interval[1] <= 1


@given(judged_images())
@settings(max_examples=40)
def test_the_area_under_the_roc_curve_is_the_auroc(images: tuple[np.ndarray, np.ndarray]) -> None:
    scores, truths = images
    false_rate, true_rate, thresholds = trace_roc(scores[:, 0], truths == 0)
    positives, negatives = scores[truths == 0, 0], scores[truths != 0, 0]
    if not len(positives) or not len(negatives):
        assert len(false_rate) == len(true_rate) == len(thresholds) == 0
    else:
        of_positives, of_negatives = rank_pairs(positives, negatives)
        assert (false_rate[0], true_rate[0], false_rate[-1], true_rate[-1]) == (0, 0, 1, 1)
        area = np.trapezoid(true_rate, false_rate)
        assert of_positives.mean() == pytest.approx(area)
        assert of_negatives.mean() == pytest.approx(area)
        named = reference.roc_curve(truths == 0, scores[:, 0], drop_intermediate=False)
        for ours, theirs in zip((false_rate, true_rate, thresholds), named, strict=True):
            assert ours == pytest.approx(theirs)


@st.composite
def judged_findings(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Scores (N, K) on a coarse grid and targets (N, K): there, not there, not known."""
    n, k = draw(st.integers(10, 60)), draw(st.integers(1, 4))
    scores = draw(hnp.arrays(float, (n, k), elements=st.integers(0, 4).map(lambda i: i / 4)))
    known = st.sampled_from([0.0, 1.0, math.nan])
    return scores, draw(hnp.arrays(float, (n, k), elements=known))


@given(judged_findings())
@settings(max_examples=60)
def test_figures_of_findings_are_those_of_scikit_learn_over_what_is_known(
    images: tuple[np.ndarray, np.ndarray],
) -> None:
    scores, targets = images
    names = "abcd"[: scores.shape[1]]
    found = scores >= 0.5
    ours = evaluate(scores, targets, names, task=find_task("multi-label"))
    wanted: dict[str, list[float]] = {
        "f1": [],
        "auroc": [],
        "sensitivity": [],
        "balanced": [],
        "ap": [],
    }
    for c, name in enumerate(names):
        known = ~np.isnan(targets[:, c])
        truth, decided = targets[known, c] == 1, found[known, c]
        figures = ours.per_class[name]
        if min(truth.sum(), (~truth).sum()) < FEWEST:
            assert (figures.sensitivity, figures.f1, figures.auroc) == (None, None, None)
            continue
        sensitivity = reference.recall_score(truth, decided)
        f1 = reference.f1_score(truth, decided)
        assert figures.sensitivity == pytest.approx(sensitivity)
        assert figures.f1 == pytest.approx(f1)
        wanted["sensitivity"].append(sensitivity)
        wanted["f1"].append(f1)
        specificity = reference.recall_score(~truth, ~decided)
        auroc = reference.roc_auc_score(truth, scores[known, c])
        ap = reference.average_precision_score(truth, scores[known, c])
        assert figures.specificity == pytest.approx(specificity)
        assert figures.auroc == pytest.approx(auroc)
        assert figures.average_precision == pytest.approx(ap)
        wanted["auroc"].append(auroc)
        wanted["ap"].append(ap)
        wanted["balanced"].append((sensitivity + specificity) / 2)
    for name, macro in (
        ("f1", ours.macro_f1),
        ("auroc", ours.macro_auroc),
        ("sensitivity", ours.macro_sensitivity),
        ("balanced", ours.balanced_accuracy),
        ("ap", ours.macro_average_precision),
    ):
        assert macro == (pytest.approx(np.mean(wanted[name])) if wanted[name] else None)
    is_right = [
        all(f == t for f, t in zip(fs, ts, strict=True) if t == t)
        for fs, ts in zip(found, targets, strict=True)
        if not np.isnan(ts).all()
    ]
    assert ours.accuracy == (pytest.approx(np.mean(is_right)) if is_right else None)
