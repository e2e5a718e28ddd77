import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression

from medapp.evaluation.calibration import (
    LOGISTIC,
    NONE,
    TEMPERATURE,
    UNCHANGED,
    VECTOR,
    fit_calibration,
    minimise,
    read_calibration,
)
from medapp.task import find_task

ONE = find_task("single-label")
SEVERAL = find_task("multi-label")
GRADES = find_task("ordinal")


def draw_logits(n: int, seed: int = 0, too_sure: float = 3.0) -> tuple[torch.Tensor, np.ndarray]:
    """Logits (n, 3) that are `too_sure` times those the truth (n,) is drawn by."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1.5, (n, 3))
    chances = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    truth = np.array([rng.choice(3, p=row) for row in chances])
    return torch.from_numpy(logits * too_sure).float(), truth


def test_temperature_that_made_logits_too_sure_is_found_again() -> None:
    logits, truth = draw_logits(4000)
    scale, offset = minimise(logits, truth, ONE, TEMPERATURE)
    assert scale[0].item() == pytest.approx(1 / 3, rel=0.06)
    assert torch.equal(scale, scale[:1].expand(3))
    assert torch.equal(offset, torch.zeros(3, dtype=torch.float64))


def test_temperature_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(0, 1, (600, 4))
    truth = (x @ [1.5, -1, 0.5, 0] + rng.logistic(0, 1, 600) > 0).astype(int)
    model = LogisticRegression(C=1e6).fit(x[:60], truth[:60])
    calibrated = CalibratedClassifierCV(FrozenEstimator(model), method="temperature")
    calibrated.fit(x[60:], truth[60:])
    margins = model.decision_function(x[60:])
    logits = torch.from_numpy(np.stack([-margins / 2, margins / 2], axis=1))
    scale, _ = minimise(logits, truth[60:], ONE, TEMPERATURE, smooths=False)
    ours = (logits * scale).softmax(1)[:, 1].numpy()
    assert ours == pytest.approx(calibrated.predict_proba(x[60:])[:, 1], abs=2e-4)


def test_temperature_of_findings_is_the_minimum_of_their_loss() -> None:
    rng = np.random.default_rng(4)
    logits = torch.from_numpy(rng.normal(0, 3, (200, 2)))
    targets = (rng.random((200, 2)) < (logits / 2).sigmoid().numpy()).astype(np.float32)
    targets[:50, 1] = np.nan
    scale, _ = minimise(logits, targets, SEVERAL, TEMPERATURE, smooths=False)

    def loss(factor: float) -> float:
        return float(SEVERAL.loss(logits * factor, torch.from_numpy(targets)))

    assert scale[0].item() == pytest.approx(minimize_scalar(loss, (0.1, 1)).x, rel=1e-3)


def test_offsets_mend_the_shares_that_class_weights_distort() -> None:
    rng = np.random.default_rng(5)
    truth = (rng.random(2000) < 0.1).astype(int)
    # As a model says it that learned both classes as if equally common: log 9 too much for one.
    margin = rng.normal(0, 1, 2000) + 2 * truth - 1
    logits = torch.from_numpy(np.stack([np.zeros(2000), 2 * margin], axis=1))
    found = fit_calibration(logits, truth, [None] * 2000, ONE)
    assert found.method == LOGISTIC
    mended = (logits * torch.tensor(found.scale) + torch.tensor(found.offset)).softmax(1)[:, 1]
    assert logits.softmax(1)[:, 1].mean().item() > 0.25
    assert mended.mean().item() == pytest.approx(truth.mean(), abs=0.005)
    assert found.after is not None
    assert found.before is not None
    assert found.after < found.before


def test_a_class_with_a_scale_of_its_own_is_told_where_each_has_thirty_images() -> None:
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 3, 3000)
    honest = rng.normal(0, 1, (3000, 3)) + 2 * np.eye(3)[truth]
    logits = torch.from_numpy(honest * [3.0, 1.0, 0.4])
    assert fit_calibration(logits, truth, [None] * 3000, ONE).method == VECTOR
    # With twenty of the last class only what all classes share is tried.
    few = np.r_[np.flatnonzero(truth < 2), np.flatnonzero(truth == 2)[:20]]
    assert fit_calibration(logits[few], truth[few], [None] * len(few), ONE).method == LOGISTIC


def test_what_chance_explains_changes_nothing() -> None:
    kept = 0
    for seed in range(40):
        logits, truth = draw_logits(60, seed, too_sure=1.0)
        found = fit_calibration(logits, truth, [None] * 60, ONE)
        kept += found.method == UNCHANGED
        if found.method == UNCHANGED:
            assert found.scale == (1.0, 1.0, 1.0)
            assert found.after == found.before
    # Of forty well calibrated models two are expected to be changed.
    assert 34 <= kept <= 40


def test_images_of_few_patients_say_no_more_than_these() -> None:
    logits, truth = draw_logits(35, 1, too_sure=1.7)
    alone = fit_calibration(logits, truth, [f"p{i}" for i in range(35)], ONE)
    copies = logits.repeat(8, 1)
    patients = [f"p{i}" for i in range(35)] * 8
    again = fit_calibration(copies, np.tile(truth, 8), patients, ONE)
    assert again.patients == alone.patients == 35
    assert again.method == alone.method


def test_few_patients_are_not_calibrated_on_and_that_is_said() -> None:
    logits, truth = draw_logits(58)
    found = fit_calibration(logits, truth, [f"p{i // 2}" for i in range(58)], ONE)
    assert found.method == NONE
    assert "29" in found.reason
    assert "patients" in found.reason
    assert not found.is_calibrated
    assert fit_calibration(logits, truth, [None] * 58, ONE).is_calibrated


def test_images_all_decided_rightly_ask_for_no_endless_logits() -> None:
    truth = np.arange(40) % 2
    logits = torch.nn.functional.one_hot(torch.from_numpy(truth), 2).double()
    scale, _ = minimise(logits, truth, ONE, TEMPERATURE)
    # Laplace: 41 of 42 each.
    sure = (logits * scale).softmax(1).amax(1)
    assert sure.numpy() == pytest.approx(np.full(40, 41 / 42), abs=1e-4)


def test_grades_keep_their_order_and_get_no_worse() -> None:
    rng = np.random.default_rng(6)
    logits = torch.from_numpy(rng.normal(0, 4, (300, 3)))
    truth = rng.integers(0, 4, 300)
    found = fit_calibration(logits, truth, [None] * 300, GRADES)
    assert len(found.scale) == 3
    assert found.after is not None
    assert found.before is not None
    assert found.after < found.before


def test_no_image_at_all_is_said() -> None:
    found = fit_calibration(torch.zeros(0, 3), np.zeros(0, np.int64), [], ONE)
    assert found.method == NONE
    assert found.images == 0


def test_what_a_file_says_comes_back() -> None:
    logits, truth = draw_logits(200)
    found = fit_calibration(logits, truth, [None] * 200, ONE)
    assert read_calibration(found.to_metadata()) == found
    assert read_calibration({}) is None
    assert read_calibration({"calibration": '{"scale": 3}'}) is None
