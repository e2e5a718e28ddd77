"""One label an image: targets, loss, weights and decisions, beside torch's own."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from medapp.errors import DataError
from medapp.evaluation.evaluation import Evaluation
from medapp.task import TASKS, find_task

TASK = find_task("single-label")
CLASSES = ("effusion", "nodule", "röntgen")


def draw_logits(n: int) -> torch.Tensor:
    return torch.randn(n, 3, generator=torch.Generator().manual_seed(0))


def test_labels_become_indices_in_the_order_of_the_classes() -> None:
    targets = TASK.encode(["röntgen", "effusion", "effusion"], CLASSES)
    assert targets.tolist() == [2, 0, 0]
    assert targets.dtype == np.int64
    assert TASK.encode([], CLASSES).shape == (0,)
    assert TASK.count_outputs(CLASSES) == 3


def test_an_unknown_label_is_said() -> None:
    with pytest.raises(DataError, match="'mass' is not among the classes effusion, nodule"):
        TASK.encode(["effusion", "mass"], CLASSES)


@pytest.mark.parametrize("weights", [None, [0.5, 2.0, 1.0]])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_the_loss_is_torchs_cross_entropy_summed(
    weights: list[float] | None, smoothing: float
) -> None:
    logits, targets = draw_logits(7), torch.tensor([0, 1, 2, 0, 0, 1, 2])
    given = None if weights is None else torch.tensor(weights)
    summed = functional.cross_entropy(
        logits, targets, given, label_smoothing=smoothing, reduction="sum"
    )
    assert torch.equal(TASK.loss(logits, targets, given, smoothing), summed)
    mean = functional.cross_entropy(logits, targets, given, label_smoothing=smoothing)
    whole = TASK.count_weight(targets.numpy(), given)
    assert float(summed) / whole == pytest.approx(float(mean))


def test_rare_classes_weigh_as_much_as_common_ones() -> None:
    weights = TASK.weigh_classes(np.array([0] * 90 + [1] * 10), 2)
    assert weights.tolist() == pytest.approx([100 / 180, 5.0])
    assert (weights * torch.tensor([90, 10])).tolist() == pytest.approx([50, 50])


def test_a_class_without_images_weighs_nothing() -> None:
    weights = TASK.weigh_classes(np.array([0, 0, 2]), 3)
    assert weights.tolist() == pytest.approx([3 / 4, 0.0, 3 / 2])


def test_the_highest_logit_decides_and_probabilities_add_up_to_one() -> None:
    logits = torch.tensor([[0.0, 2.0, 1.0], [3.0, 3.0, 0.0]])
    probabilities = TASK.activate(logits)
    assert torch.equal(probabilities, logits.softmax(1))
    decisions = TASK.decide(probabilities.numpy())
    assert decisions.tolist() == [1, 0]  # the first of equals
    assert [TASK.describe(decision, CLASSES) for decision in decisions] == ["nodule", "effusion"]
    assert TASK.count_right(logits, torch.tensor([1, 1])) == 1


def test_a_label_is_the_only_one_of_its_image() -> None:
    assert TASK.list_labels("a|b") == ("a|b",)


@pytest.mark.parametrize("name", TASKS)
def test_a_task_s_figures_are_those_of_an_evaluation(name: str) -> None:
    task = find_task(name)
    assert task.name == name
    assert set(task.figures) <= set(Evaluation.__dataclass_fields__)
    assert task.title
    assert task.help.endswith(".")


def test_unknown_task_lists_those_there_are() -> None:
    with pytest.raises(DataError, match="single-label, multi-label, ordinal"):
        find_task("bounding-box")


def test_the_loss_of_probabilities_is_that_of_their_logits() -> None:
    logits, targets = draw_logits(20), torch.arange(20) % 3
    losses = TASK.measure_losses(TASK.activate(logits).numpy(), targets.numpy())
    each = [float(TASK.loss(logits[[i]], targets[[i]])) for i in range(20)]
    assert losses.tolist() == pytest.approx(each, rel=1e-4)
    wrong = TASK.mark_wrong(np.array([0, 2, 1]), np.array([0, 1, 1]))
    assert wrong.tolist() == [False, True, False]
