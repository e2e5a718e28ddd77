"""Several labels an image: what is not known of a finding counts nowhere."""

import math

import numpy as np
import pytest
import torch
from torch.nn import functional

from medapp.errors import DataError
from medapp.task import find_task

TASK = find_task("multi-label")
CLASSES = ("effusion", "mass", "nodule")
NAN = math.nan


def draw_logits(n: int) -> torch.Tensor:
    return torch.randn(n, 3, generator=torch.Generator().manual_seed(0))


def test_findings_become_ones_zeros_and_unknowns() -> None:
    targets = TASK.encode(["effusion|nodule", "", "effusion|?nodule", "?mass"], CLASSES)
    expected = [[1, 0, 1], [0, 0, 0], [1, 0, NAN], [0, NAN, 0]]
    np.testing.assert_array_equal(targets, np.array(expected, np.float32))
    assert targets.dtype == np.float32
    assert TASK.encode([], CLASSES).shape == (0, 3)
    assert TASK.count_outputs(CLASSES) == 3


def test_an_unknown_finding_is_said() -> None:
    with pytest.raises(DataError, match="'fracture' is not among the classes effusion"):
        TASK.encode(["effusion|fracture"], CLASSES)


def test_what_is_not_known_of_a_finding_that_is_no_class_claims_nothing() -> None:
    np.testing.assert_array_equal(TASK.encode(["?fracture|mass"], CLASSES), [[0, 1, 0]])


def test_a_label_is_said_in_words() -> None:
    assert TASK.say_label("effusion|?mass") == "effusion, mass?"
    assert TASK.say_label("") == "none"
    assert find_task("single-label").say_label("mass") == "mass"


def test_an_image_counts_for_its_findings_its_unknown_ones_or_for_having_none() -> None:
    assert TASK.list_strata("effusion|?mass") == ("effusion", "?mass")
    assert TASK.list_strata("") == ("",)


def test_the_heatmap_is_of_the_finding_furthest_above_its_threshold() -> None:
    probabilities = np.array([[0.6, 0.3, 0.1], [0.4, 0.05, 0.01]])
    thresholds = np.array([0.5, 0.1, 0.9])
    # Log-odds above the threshold: 0.41, 1.35, -4.4; then -0.41, -0.75, -6.8.
    assert TASK.pick(probabilities, thresholds).tolist() == [1, 0]
    assert TASK.pick(probabilities).tolist() == [0, 0]
    assert np.isfinite(TASK.pick(np.array([[0.0, 1.0, 0.5]]))).all()


def test_labels_are_the_findings_that_are_there() -> None:
    assert TASK.list_labels("effusion|?mass|nodule") == ("effusion", "nodule")
    assert TASK.list_labels("") == ()


def test_the_loss_is_torchs_where_all_is_known() -> None:
    logits = draw_logits(5)
    targets = torch.tensor([[1, 0, 1], [0, 0, 0], [1, 1, 1], [0, 1, 0], [1, 0, 0]]).float()
    mean = functional.binary_cross_entropy_with_logits(logits, targets)
    assert float(TASK.loss(logits, targets)) / 5 == pytest.approx(float(mean))
    weights = torch.tensor([3.0, 1.0, 0.5])
    weighed = functional.binary_cross_entropy_with_logits(logits, targets, pos_weight=weights)
    assert float(TASK.loss(logits, targets, weights)) / 5 == pytest.approx(float(weighed))
    assert TASK.count_weight(targets.numpy(), weights) == 5


def test_label_smoothing_pulls_to_the_middle() -> None:
    logits, targets = draw_logits(2), torch.tensor([[1, 0, 1], [0, 0, 0]]).float()
    smoothed = functional.binary_cross_entropy_with_logits(logits, targets * 0.8 + 0.1)
    found = TASK.loss(logits, targets, label_smoothing=0.2)
    assert float(found) / 2 == pytest.approx(float(smoothed))


def test_unknown_findings_do_not_count_in_the_loss() -> None:
    logits = draw_logits(2).requires_grad_()
    targets = torch.tensor([[1, NAN, 0], [NAN, NAN, NAN]])
    loss = TASK.loss(logits, targets)
    known = functional.binary_cross_entropy_with_logits(
        logits[:1, [0, 2]], torch.tensor([[1.0, 0.0]])
    )
    assert float(loss.detach()) == pytest.approx(float(known.detach()))
    loss.backward()
    assert logits.grad is not None
    assert logits.grad[0, 1] == 0
    assert logits.grad[1].tolist() == [0, 0, 0]
    assert bool(torch.isfinite(logits.grad).all())


def test_a_rare_finding_weighs_its_images_up_to_those_without_it() -> None:
    targets = np.array([[1, 0, NAN], [0, 0, 1], [0, 0, 0], [0, 0, NAN]], np.float32)
    # Three to one; never there, so it stays as it is; one to one of those known.
    assert TASK.weigh_classes(targets, 3).tolist() == [3.0, 1.0, 1.0]


def test_each_finding_is_decided_by_its_threshold() -> None:
    logits = torch.tensor([[0.0, -1.0, 2.0], [-3.0, -3.0, -3.0]])
    probabilities = TASK.activate(logits)
    assert torch.equal(probabilities, logits.sigmoid())
    decisions = TASK.decide(probabilities.numpy())
    assert decisions.tolist() == [[True, False, True], [False, False, False]]
    lower = TASK.decide(probabilities.numpy(), np.array([0.6, 0.2, 0.95]))
    assert lower.tolist() == [[False, True, False], [False, False, False]]
    described = [TASK.describe(decision, CLASSES) for decision in decisions]
    assert described == ["effusion, nodule", "none"]


def test_an_image_is_right_where_every_known_finding_is() -> None:
    logits = torch.tensor([[1.0, -1.0, 5.0]] * 4)
    targets = torch.tensor([[1, 0, 1], [1, 0, NAN], [1, 1, 1], [NAN, NAN, NAN]])
    assert TASK.count_right(logits, targets) == 3


def test_the_loss_is_the_mean_over_known_findings() -> None:
    targets = TASK.encode(["a|?b", "", "?a|?b|?c"], ["a", "b", "c"])
    probabilities = np.array([[0.5, 0.9, 0.2], [0.1, 0.0, 1.0], [0.5, 0.5, 0.5]], np.float32)
    losses = TASK.measure_losses(probabilities, targets)
    assert losses[0] == pytest.approx((-np.log(0.5) - np.log(0.8)) / 2)
    assert losses[1] == pytest.approx((-np.log(0.9) - np.log(1e-12)) / 3)
    assert np.isnan(losses[2])
    wrong = TASK.mark_wrong(TASK.decide(probabilities), targets)
    assert wrong.tolist() == [False, True, False]
