"""What the scorers of a ranking compute, and in how many directions."""

import numpy as np
import pytest

from medapp.evaluation.transferability.logme import compute_logme
from medapp.studies.ranking.scorers import DIRECTIONS, SCORERS, Seen, reduce_features

RANDOM = np.random.default_rng(0)
LABELS = np.arange(60) % 3


def build_seen(features: np.ndarray) -> Seen:
    return Seen(features.astype(np.float32), None, LABELS, np.arange(60))


def test_all_scores_rise_where_the_labels_show() -> None:
    noise = RANDOM.normal(size=(60, 20))
    rows = np.arange(60)
    classes = np.eye(3)[LABELS] * 0.8 + 0.2 / 3
    for name, scorer in SCORERS.items():
        blind = Seen(noise.astype(np.float32), np.full((60, 3), 1 / 3), LABELS, np.arange(60))
        sighted = build_seen(noise + 4 * np.eye(3, 20)[LABELS])
        sighted = Seen(sighted.features, classes, LABELS, np.arange(60))
        low, high = scorer.prepare(blind), scorer.prepare(sighted)
        assert low is not None, name
        assert high is not None, name
        assert high(rows) > low(rows), name
        if scorer.is_auroc:
            assert high(rows) > 0.9, name
            assert 0 <= low(rows) < 0.75, name


def test_leep_needs_a_head() -> None:
    assert SCORERS["leep"].prepare(build_seen(np.ones((60, 2)))) is None


@pytest.mark.parametrize("shape", [(60, 300), (400, 300)])
def test_the_longest_directions_are_kept(shape: tuple[int, int]) -> None:
    spread = np.concatenate([np.full(20, 9.0), np.full(shape[1] - 20, 1e-3)])
    features = (RANDOM.normal(size=shape) * spread).astype(np.float32)
    reduced = reduce_features(features)
    assert reduced.shape[1] <= DIRECTIONS
    labels = np.arange(shape[0]) % 2
    assert compute_logme(reduced, labels) == pytest.approx(compute_logme(features, labels), abs=0.1)
    # Distances between images stay.
    before = np.linalg.norm(features[0] - features[1])
    assert np.linalg.norm(reduced[0] - reduced[1]) == pytest.approx(before, rel=1e-3)


def test_narrow_features_stay_as_they_are() -> None:
    features = RANDOM.normal(size=(10, 3)).astype(np.float32)
    assert np.array_equal(reduce_features(features), features.astype(np.float64))
