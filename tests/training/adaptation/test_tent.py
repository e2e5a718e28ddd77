"""TENT: surer predictions by the norms alone, and an alarm where classes run together."""

import math

import numpy as np
import pytest
import torch
from torch.nn.modules.batchnorm import _BatchNorm

from medapp.models.network import Network
from medapp.training.adaptation.tent import adapt_by_entropy, has_collapsed, measure_entropy


def test_entropy_by_hand() -> None:
    found = measure_entropy(torch.tensor([[0.5, 0.5], [1.0, 0.0]]))
    assert found.item() == pytest.approx(math.log(2) / 2)


def test_norms_alone_learn_to_be_sure() -> None:
    torch.manual_seed(0)
    network = Network("resnet18", ("a", "b", "c")).eval()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    images = torch.randn(16, 3, 32, 32)
    adapted, probabilities = adapt_by_entropy(network, [images] * 6)
    assert probabilities.shape == (96, 3)
    entropies = [measure_entropy(part).item() for part in probabilities.split(16)]
    assert entropies[-1] < entropies[0]
    norms = {
        f"{name}.{own}"
        for name, layer in adapted.named_modules()
        if isinstance(layer, _BatchNorm)
        for own in ("weight", "bias")
    }
    for name, tensor in adapted.named_parameters():
        assert torch.equal(tensor, before[name]) == (name not in norms), name
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, before[name]), name


def test_the_first_batch_is_judged_before_a_step_by_its_own_statistics() -> None:
    torch.manual_seed(0)
    network = Network("resnet18", ("a", "b")).eval()
    images = torch.randn(8, 3, 32, 32)
    _, probabilities = adapt_by_entropy(network, [images])
    network.train()
    with torch.no_grad():
        wanted = network(images).softmax(1)
    torch.testing.assert_close(probabilities, wanted)


@pytest.mark.parametrize(
    ("after", "has"),
    [([0, 0, 0, 0, 0, 0, 0, 0], True), ([0, 1, 0, 1, 0, 1, 1, 1], False)],
)
def test_classes_that_run_together_are_told(after: list[int], has: bool) -> None:
    before = np.array([0, 1, 0, 1, 0, 1, 0, 1])
    assert has_collapsed(before, np.array(after), 2) is has


def test_a_network_that_said_one_class_before_has_not_collapsed_since() -> None:
    assert not has_collapsed(np.zeros(4, int), np.zeros(4, int), 2)
