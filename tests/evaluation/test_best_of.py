"""The best of k figures against what is known of the maximum of normal variables."""

import numpy as np
import pytest

from medapp.evaluation.best_of import correct_best
from medapp.evaluation.estimates import Estimate, estimate_share

# The mean of the largest of 2, 3 and 6 standard normal variables (Harter 1961).
LARGEST = {2: 0.5642, 3: 0.8463, 6: 1.2672}


def judge(rights: np.ndarray, units: np.ndarray | None = None) -> list[Estimate]:
    """Accuracies of models (k, N) on the same images."""
    owners = np.arange(rights.shape[1]) if units is None else units
    count = int(owners.max()) + 1
    found = [estimate_share(r, np.ones(len(r), bool), owners, count) for r in rights]
    return [estimate for estimate in found if estimate is not None]


@pytest.mark.parametrize("k", LARGEST)
def test_chance_alone_is_the_largest_of_k_normal_variables(k: int) -> None:
    random = np.random.default_rng(k)
    # Each model errs on 100 of 1,000 images, by itself.
    rights = np.array([random.permutation(1000) >= 100 for _ in range(k)])
    found = correct_best(judge(rights), draws=8000)
    error = np.sqrt(0.9 * 0.1 / 999)
    assert found.by_chance == pytest.approx(LARGEST[k] * error, rel=0.08)
    # Equal figures are spread no wider than chance: all of it is luck.
    assert found.flattery == pytest.approx(found.by_chance)
    assert found.corrected == pytest.approx(0.9 - found.by_chance)


def test_models_that_say_the_same_have_nothing_to_gain_from_each_other() -> None:
    right = np.random.default_rng(0).random(300) < 0.8
    found = correct_best(judge(np.array([right] * 5)))
    assert found.by_chance < 0.002
    assert found.corrected == pytest.approx(found.value, abs=0.002)


def test_shared_errors_leave_less_to_chance() -> None:
    random = np.random.default_rng(1)
    hard = random.random(400) < 0.2
    apart = np.array([random.random(400) > 0.2 for _ in range(6)])
    shared = np.array([~hard ^ (random.random(400) < 0.02) for _ in range(6)])
    assert correct_best(judge(shared)).by_chance < 0.5 * correct_best(judge(apart)).by_chance


def test_a_model_that_is_far_better_keeps_its_figure() -> None:
    random = np.random.default_rng(2)
    rights = np.array([random.random(500) < share for share in (0.6, 0.6, 0.95, 0.6)])
    found = correct_best(judge(rights))
    assert found.best == 2
    assert found.by_chance > 0.015
    assert found.flattery < 0.002
    assert found.interval[0] < found.corrected < found.interval[1] <= 1.0


def test_images_of_a_patient_are_drawn_together() -> None:
    random = np.random.default_rng(3)
    by_patient = np.array([random.random(50) < 0.8 for _ in range(4)])
    rights = np.repeat(by_patient, 6, axis=1)
    units = np.repeat(np.arange(50), 6)
    together = correct_best(judge(rights, units))
    alone = correct_best(judge(rights))
    assert together.by_chance == pytest.approx(np.sqrt(6) * alone.by_chance, rel=0.15)


def test_the_interval_is_no_narrower_than_the_best_ones_own() -> None:
    rights = np.array([np.random.default_rng(i).random(80) < 0.85 for i in range(6)])
    estimates = judge(rights)
    found = correct_best(estimates)
    low, high = estimates[found.best].interval
    assert found.interval[1] - found.interval[0] >= high - low
    assert found == correct_best(estimates)  # the same seed, the same answer


def test_one_figure_is_refused() -> None:
    with pytest.raises(ValueError, match="fewer than two"):
        correct_best(judge(np.array([[True, False]])))
