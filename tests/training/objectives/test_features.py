"""Features come from the pass that makes the logits, through whatever wraps the network."""

import pytest
import torch
from lightning_fabric import Fabric
from torch import nn

from medapp.models.network import Head, Network
from medapp.training.objectives.features import compute_with_features


@pytest.mark.parametrize("precision", ["32-true", "bf16-mixed"])
def test_features_are_what_the_head_takes(precision: str) -> None:
    torch.manual_seed(0)
    network = Network("resnet18", ("a", "b")).eval()
    suffix = nn.Sequential(network.stages[-1][1], network.pool, network.head)
    wrapped = Fabric(accelerator="cpu", precision=precision).setup_module(suffix)  # type: ignore[arg-type]
    maps = torch.randn(3, 256, 2, 2)
    logits, features = compute_with_features(wrapped, maps)
    assert features.shape == (3, 512)
    assert features.dtype == torch.float32
    torch.testing.assert_close(network.head(features), logits)
    torch.testing.assert_close(wrapped(maps), logits)
    (gradient,) = torch.autograd.grad(features.sum(), network.stages[-1][1].parameters().__next__())
    assert gradient.abs().sum() > 0


def test_nothing_stays_hooked() -> None:
    head = Head(2, 2)
    compute_with_features(head, torch.ones(1, 2))
    assert not head._forward_pre_hooks
