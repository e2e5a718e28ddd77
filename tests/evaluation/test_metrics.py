"""Weighted metrics against scikit-learn, and against counting by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn import metrics as reference

from medapp.evaluation.intervals import find_percentiles, find_wilson
from medapp.evaluation.metrics import FindingTables, LabelTables, resample, trace_roc


@st.composite
def judged_images(draw: st.DrawFn, least_classes: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Scores (N, K) on a coarse grid, so that ties are common, and truths (N,)."""
    n, k = draw(st.integers(1, 30)), draw(st.integers(least_classes, 4))
    scores = draw(hnp.arrays(float, (n, k), elements=st.integers(0, 4).map(lambda i: i / 4)))
    return scores, draw(hnp.arrays(np.intp, (n,), elements=st.integers(0, k - 1)))


def measure(scores: np.ndarray, truths: np.ndarray, weights: np.ndarray) -> dict[str, np.ndarray]:
    tables = LabelTables.build(scores, truths, scores.argmax(axis=1))
    return {name: values[0] for name, values in tables.measure(weights[None].astype(float)).items()}


@given(judged_images(), st.data())
@settings(max_examples=60, deadline=None)
def test_weighted_metrics_are_those_of_scikit_learn(
    images: tuple[np.ndarray, np.ndarray], data: st.DataObject
) -> None:
    scores, truths = images
    weights = data.draw(hnp.arrays(int, truths.shape, elements=st.integers(1, 3)))
    ours, predictions = measure(scores, truths, weights), scores.argmax(axis=1)
    present = sorted(set(truths.tolist()))
    options = {"sample_weight": weights, "labels": present, "average": None, "zero_division": 0}
    assert ours["accuracy"] == pytest.approx(
        reference.accuracy_score(truths, predictions, sample_weight=weights)
    )
    sensitivity = reference.recall_score(truths, predictions, **options)
    assert ours["sensitivity"][present] == pytest.approx(sensitivity)
    assert ours["balanced_accuracy"] == pytest.approx(sensitivity.mean())
    f1 = reference.f1_score(truths, predictions, **options)
    assert ours["f1"][present] == pytest.approx(f1)
    assert ours["macro_f1"] == pytest.approx(f1.mean())
    for c in range(scores.shape[1]):
        is_class = truths == c
        if predictions[predictions == c].size:
            precision = reference.precision_score(
                is_class, predictions == c, sample_weight=weights, zero_division=0
            )
            assert ours["precision"][c] == pytest.approx(precision)
        if 0 < is_class.sum() < len(truths):
            specificity = reference.recall_score(~is_class, predictions != c, sample_weight=weights)
            assert ours["specificity"][c] == pytest.approx(specificity)
            auroc = reference.roc_auc_score(is_class, scores[:, c], sample_weight=weights)
            assert ours["auroc"][c] == pytest.approx(auroc)
        else:
            assert np.isnan(ours["auroc"][c])


@given(judged_images(), st.data())
@settings(max_examples=40, deadline=None)
def test_a_weight_of_m_counts_as_m_copies(
    images: tuple[np.ndarray, np.ndarray], data: st.DataObject
) -> None:
    scores, truths = images
    weights = data.draw(hnp.arrays(int, truths.shape, elements=st.integers(0, 3)))
    copies = np.repeat(np.arange(len(truths)), weights)
    weighted, copied = (
        measure(scores, truths, weights),
        measure(scores[copies], truths[copies], np.ones(len(copies))),
    )
    for name, values in weighted.items():
        np.testing.assert_allclose(values, copied[name], atol=1e-12, err_msg=name)


def test_a_resample_draws_whole_units_with_replacement() -> None:
    truths = np.array([0, 0, 0, 1])  # unit 0 has three images, all right; unit 1 has one, wrong
    tables = LabelTables.build(np.array([[1.0, 0.0]] * 4), truths, np.zeros(4, dtype=int))
    drawn = resample(tables, np.array([0, 0, 0, 1]), 4000, 0)["accuracy"]
    values, counts = np.unique(drawn, return_counts=True)
    assert values.tolist() == [0.0, 0.75, 1.0]  # unit 1 twice, one each, unit 0 twice
    assert counts / 4000 == pytest.approx([0.25, 0.5, 0.25], abs=0.04)


def test_resamples_do_not_depend_on_the_block_that_fits_in_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    generator = np.random.default_rng(0)
    scores, truths = generator.random((40, 3)), generator.integers(0, 3, 40)
    tables = LabelTables.build(scores, truths, scores.argmax(axis=1))
    whole = resample(tables, np.arange(40), 50, 0)
    monkeypatch.setattr("medapp.evaluation.metrics.BLOCK", 300)
    for name, values in resample(tables, np.arange(40), 50, 0).items():
        np.testing.assert_array_equal(values, whole[name])


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)  # the "score" column of Newcombe 1998, table I; 0 of 20 is its closed form z²/(n + z²)
def test_wilson_intervals_are_the_published_ones(
    hits: int, trials: int, low: float, high: float
) -> None:
    assert find_wilson(hits, trials) == pytest.approx((low, high), abs=6e-5)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_wilson_interval_contains_its_share_and_mirrors(pair: tuple[int, int]) -> None:
    hits, trials = pair
    low, high = find_wilson(hits, trials) or (math.nan, math.nan)
    assert 0 <= low <= hits / trials <= high <= 1
    assert low < high
    mirrored = find_wilson(trials - hits, trials) or (math.nan, math.nan)
    assert mirrored == pytest.approx((1 - high, 1 - low))


def test_percentiles_skip_what_is_undefined() -> None:
    assert find_percentiles(np.array([np.nan, 0.5, np.nan])) == (0.5, 0.5)
    assert find_percentiles(np.array([np.nan])) is None
    assert find_percentiles(np.zeros(3)) == (0.0, 0.0)
    assert find_percentiles(np.linspace(0, 1, 1001)) == pytest.approx((0.025, 0.975))


@given(judged_images())
@settings(max_examples=40, deadline=None)
def test_the_area_under_the_roc_curve_is_the_auroc(images: tuple[np.ndarray, np.ndarray]) -> None:
    scores, truths = images
    false_rate, true_rate = trace_roc(scores[:, 0], truths == 0)
    auroc = measure(scores, truths, np.ones(len(truths)))["auroc"][0]
    if np.isnan(auroc):
        assert len(false_rate) == len(true_rate) == 0
    else:
        assert (false_rate[0], true_rate[0], false_rate[-1], true_rate[-1]) == (0, 0, 1, 1)
        assert np.trapezoid(true_rate, false_rate) == pytest.approx(auroc)


@st.composite
def judged_findings(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Scores (N, K) on a coarse grid and targets (N, K): there, not there, not known."""
    n, k = draw(st.integers(1, 30)), draw(st.integers(1, 4))
    scores = draw(hnp.arrays(float, (n, k), elements=st.integers(0, 4).map(lambda i: i / 4)))
    known = st.sampled_from([0.0, 1.0, math.nan])
    return scores, draw(hnp.arrays(float, (n, k), elements=known))


@given(judged_findings(), st.data())
@settings(max_examples=60, deadline=None)
def test_weighted_metrics_of_findings_are_those_of_scikit_learn_over_what_is_known(
    images: tuple[np.ndarray, np.ndarray], data: st.DataObject
) -> None:
    scores, targets = images
    weights = data.draw(hnp.arrays(int, (len(scores),), elements=st.integers(1, 3)))
    found = scores >= 0.5
    tables = FindingTables.build(scores, targets, found)
    ours = {n: v[0] for n, v in tables.measure(weights[None].astype(float)).items()}
    wanted: dict[str, list[float]] = {"f1": [], "auroc": [], "sensitivity": [], "balanced": []}
    for c in range(scores.shape[1]):
        known = ~np.isnan(targets[:, c])
        truth, decided = targets[known, c] == 1, found[known, c]
        options = {"sample_weight": weights[known], "zero_division": 0}
        if truth.any():
            sensitivity = reference.recall_score(truth, decided, **options)
            f1 = reference.f1_score(truth, decided, **options)
            assert ours["sensitivity"][c] == pytest.approx(sensitivity)
            assert ours["f1"][c] == pytest.approx(f1)
            wanted["sensitivity"].append(sensitivity)
            wanted["f1"].append(f1)
        else:
            assert np.isnan(ours["sensitivity"][c])
            assert np.isnan(ours["f1"][c])
        if truth.any() and not truth.all():
            specificity = reference.recall_score(~truth, ~decided, **options)
            auroc = reference.roc_auc_score(truth, scores[known, c], sample_weight=weights[known])
            assert ours["specificity"][c] == pytest.approx(specificity)
            assert ours["auroc"][c] == pytest.approx(auroc)
            wanted["auroc"].append(auroc)
            wanted["balanced"].append((sensitivity + specificity) / 2)
        else:
            assert np.isnan(ours["auroc"][c])
    for name, macro in (
        ("f1", "macro_f1"),
        ("auroc", "macro_auroc"),
        ("sensitivity", "macro_sensitivity"),
        ("balanced", "balanced_accuracy"),
    ):
        mean = np.mean(wanted[name]) if wanted[name] else math.nan
        assert ours[macro] == pytest.approx(mean, nan_ok=True)
    is_right = np.array(
        [
            all(f == t for f, t in zip(fs, ts, strict=True) if t == t)
            for fs, ts in zip(found, targets, strict=True)
        ]
    )
    assert ours["accuracy"] == pytest.approx(np.average(is_right, weights=weights))


@given(judged_findings(), st.data())
@settings(max_examples=40, deadline=None)
def test_a_weight_of_m_counts_as_m_copies_of_findings(
    images: tuple[np.ndarray, np.ndarray], data: st.DataObject
) -> None:
    scores, targets = images
    weights = data.draw(hnp.arrays(int, (len(scores),), elements=st.integers(0, 3)))
    copies = np.repeat(np.arange(len(scores)), weights)
    whole = FindingTables.build(scores, targets, scores >= 0.5)
    copied = FindingTables.build(scores[copies], targets[copies], scores[copies] >= 0.5)
    weighted = whole.measure(weights[None].astype(float))
    for name, values in copied.measure(np.ones((1, len(copies)))).items():
        np.testing.assert_allclose(weighted[name], values, atol=1e-12, err_msg=name)
