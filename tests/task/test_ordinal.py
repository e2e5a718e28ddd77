"""Grades: a proper likelihood, probabilities that add up, the median as the decision."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from medapp.errors import DataError
from medapp.task import find_task

TASK = find_task("ordinal")
GRADES = ("0", "1", "2", "3")


def draw_logits(n: int) -> torch.Tensor:
    return 3 * torch.randn(n, 3, generator=torch.Generator().manual_seed(0))


def test_three_logits_give_four_probabilities() -> None:
    assert TASK.count_outputs(GRADES) == 3
    # From grade to grade: 1/2 go on to 1, of them 3/4 to 2, of them 1/4 to 3.
    logits = torch.log(torch.tensor([[1.0, 3.0, 1 / 3]]))
    expected = [1 / 2, 1 / 2 * 1 / 4, 1 / 2 * 3 / 4 * 3 / 4, 1 / 2 * 3 / 4 * 1 / 4]
    assert TASK.activate(logits)[0].tolist() == pytest.approx(expected)


def test_the_loss_is_the_negative_log_likelihood_of_the_grade() -> None:
    logits, targets = draw_logits(20), torch.arange(20) % 4
    own = TASK.activate(logits).gather(1, targets[:, None])[:, 0]
    assert float(TASK.loss(logits, targets)) == pytest.approx(float(-own.log().sum()), rel=1e-5)
    weights = torch.tensor([1.0, 2.0, 0.5, 4.0])
    weighed = float((-own.log() * weights[targets]).sum())
    assert float(TASK.loss(logits, targets, weights)) == pytest.approx(weighed, rel=1e-5)


def test_probabilities_add_up_and_are_finite_for_large_logits() -> None:
    logits = torch.tensor([[80.0, -90.0, 70.0], [-100.0, 100.0, 100.0], [100.0, 100.0, 100.0]])
    probabilities = TASK.activate(logits)
    assert torch.isfinite(TASK.score(logits)).all()
    torch.testing.assert_close(probabilities.sum(1), torch.ones(3))
    assert probabilities.argmax(1).tolist() == [1, 0, 3]


@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=6))
def test_the_decision_is_the_grade_of_the_least_expected_error(shares: list[float]) -> None:
    probabilities = np.array([shares]) / sum(shares)
    grades = np.arange(len(shares))
    errors = np.abs(grades[:, None] - grades) @ probabilities[0]
    assert errors[TASK.decide(probabilities)[0]] == pytest.approx(errors.min())


def test_the_median_differs_from_the_most_probable_grade() -> None:
    probabilities = np.array([[0.4, 0.0, 0.3, 0.3]])
    assert TASK.decide(probabilities).tolist() == TASK.pick(probabilities).tolist() == [2]
    assert TASK.describe(2, GRADES) == "2"


def test_right_images_are_counted_as_they_are_decided() -> None:
    logits, targets = draw_logits(200), torch.arange(200) % 4
    decided = TASK.decide(TASK.activate(logits).numpy())
    assert TASK.count_right(logits, targets) == int((decided == targets.numpy()).sum())


@pytest.mark.parametrize(
    "names",
    [
        ["0", "1", "2", "10"],
        ["KL0", "KL1", "KL2", "KL3", "KL4"],
        ["0 none", "1 doubtful", "2minimal", "3-moderate"],
        ["BI-RADS 2", "BI-RADS 3", "BI-RADS 4a", "BI-RADS 4b", "BI-RADS 5"],
        ["stage I", "stage II", "stage III", "stage IV", "stage V"],
        ["none", "mild", "moderate", "severe"],
        ["No DR", "Mild", "Moderate", "Severe", "Proliferate DR"][:4],
        ["normal", "doubtful", "mild", "moderate", "severe"],
        ["low_grade", "intermediate_grade", "high_grade"],
    ],
)
def test_grades_are_ordered_by_their_names(names: list[str]) -> None:
    assert TASK.order_classes(names[::-1]) == tuple(names)
    assert TASK.order_classes(sorted(names)) == tuple(names)


@pytest.mark.parametrize(
    "names",
    [
        ["cat", "dog"],
        ["mild", "moderate", "unclear"],
        ["non-proliferative", "proliferative"],  # which of all that is not proliferative?
        ["mild", "slightly mild", "low"],  # two of one degree
        ["T1 N0", "T2 N1"],  # two numbers
        ["normal", "abnormal"],
    ],
)
def test_names_that_do_not_tell_an_order_are_asked_for(names: list[str]) -> None:
    with pytest.raises(DataError, match="do not tell which grade is the lowest") as caught:
        TASK.order_classes(names)
    assert "the lowest first" in caught.value.remedy


def test_the_loss_of_probabilities_is_that_of_their_logits() -> None:
    logits, targets = draw_logits(20), torch.arange(20) % 3
    losses = TASK.measure_losses(TASK.activate(logits).numpy(), targets.numpy())
    each = [float(TASK.loss(logits[[i]], targets[[i]])) for i in range(20)]
    assert losses.tolist() == pytest.approx(each, rel=1e-4)
    wrong = TASK.mark_wrong(np.array([0, 2, 1]), np.array([0, 1, 1]))
    assert wrong.tolist() == [False, True, False]
