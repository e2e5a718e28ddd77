import pytest
import torch

from medapp.task import TASKS


@pytest.mark.parametrize("name", TASKS)
def test_logits_of_probabilities_give_them_back(name: str) -> None:
    task = TASKS[name]
    probabilities = torch.rand(20, 4, generator=torch.Generator().manual_seed(0)) + 0.01
    probabilities /= probabilities.amax() if task.has_several else probabilities.sum(1)[:, None]
    probabilities *= 0.99 if task.has_several else 1.0
    logits = task.find_logits(probabilities)
    assert logits.shape[1] == task.count_outputs(("a", "b", "c", "d"))
    assert torch.allclose(task.activate(logits), probabilities, atol=1e-6)
