"""How far two hospitals lie apart."""

import numpy as np
import pytest

from medapp.studies.travel.rule import LIMITS, decide
from medapp.studies.travel.signals import measure_distance, tell_apart


def draw(seed: int, count: int, shift: float, apart: float = 4.0) -> tuple[np.ndarray, np.ndarray]:
    """Two classes of 3 features with a spread of 1, `apart` in the first; all shifted in the last.

    The classes are equally common, to the image.
    """
    labels = np.arange(count) % 2
    features = np.random.default_rng(seed).normal(size=(count, 3))
    features[:, 0] += apart * labels
    features[:, 2] += shift
    return features.astype(np.float32), labels


@pytest.mark.parametrize("scale", [1.0, 1000.0])
def test_a_distance_that_is_known(scale: float) -> None:
    """The classes lie 4 apart and the hospitals 6, whatever unit the features have."""
    source, labels = draw(0, 4000, 0)
    target, _ = draw(1, 4000, 6)
    assert measure_distance(source * scale, labels, target * scale) == pytest.approx(1.5, abs=0.05)


def test_one_hospital_in_two_parts_is_no_distance_also_with_few_images() -> None:
    """With 256 features and 40 images, chance alone moves both means by half of the classes'."""
    random = np.random.default_rng(2)
    found = []
    for _ in range(20):
        features = random.normal(size=(80, 256)).astype(np.float32)
        labels = np.arange(80) % 2
        features[:, 0] += 6 * labels
        found.append(measure_distance(features[:40], labels[:40], features[40:]))
    assert np.median(found) < 0.2
    assert max(found) < LIMITS[1]


def test_classes_that_do_not_differ_leave_an_endless_distance() -> None:
    same = np.ones((10, 4), np.float32)
    assert measure_distance(same, np.arange(10) % 2, same + 1) == float("inf")
    assert decide(float("inf")).verdict == "stop"


def test_sites_are_told_apart_or_not() -> None:
    home, _ = draw(3, 200, 0)
    same, _ = draw(4, 200, 0)
    other, _ = draw(5, 200, 3)
    groups = np.arange(200)
    alike = tell_apart((home, groups), (same, groups))
    differ = tell_apart((home, groups), (other, groups))
    assert alike is not None
    assert differ is not None
    assert alike.interval[0] < 0.5 < alike.interval[1] + 0.1
    # Two Gaussians 3 apart: AUROC Φ(3 / √2) = 0.983.
    assert differ.value == pytest.approx(0.983, abs=0.02)
