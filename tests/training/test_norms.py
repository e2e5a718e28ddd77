"""BatchNorm's statistics, measured by one set of weights, against those of all images."""

import pytest
import torch
from torch import nn

from medapp.training.norms import measure_statistics


def build_network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Dropout(0.5), nn.Linear(3, 2), nn.BatchNorm1d(2)
    )


def cut(points: torch.Tensor, *sizes: int) -> list[tuple[int, torch.Tensor]]:
    return [(len(part), part) for part in torch.split(points, list(sizes))]


def test_by_hand() -> None:
    """Means 2 and 5 of two and of one pair: (4 · 2 + 2 · 5)/6; variances 4/3 and 2, unbiased."""
    norm = nn.BatchNorm1d(1)
    norm.running_mean.fill_(100.0)  # type: ignore[union-attr, operator]
    points = torch.tensor([[1.0], [3.0], [1.0], [3.0], [4.0], [6.0]])
    measure_statistics(norm, cut(points, 4, 2), norm)
    assert norm.running_mean.tolist() == pytest.approx([3.0])  # type: ignore[union-attr, operator]
    assert norm.running_var.tolist() == pytest.approx([(4 * 4 / 3 + 2 * 2) / 6])  # type: ignore[union-attr, operator]
    assert norm.momentum == 0.1
    assert not norm.training


def test_the_mean_is_that_of_what_the_norm_gets_without_dropout() -> None:
    network = build_network()
    points = torch.randn(60, 2)
    with torch.no_grad():
        wanted = network[0](points).mean(0)
    weights = {k: v.clone() for k, v in network.named_parameters()}
    measure_statistics(network, cut(points, 25, 25, 10), network)
    assert torch.allclose(network[1].running_mean, wanted, atol=1e-6)
    assert all(torch.equal(weights[name], now) for name, now in network.named_parameters())
    # Over one batch that is all images, each norm then gives what it gives while learning.
    measure_statistics(network.train(), [(60, points)], network)
    with torch.no_grad():
        judged = network(points)
        network[1].train()
        network[4].train()
        learning = network(points)
    assert torch.allclose(judged, learning, atol=0.05)


def test_norms_in_evaluation_mode_keep_what_they_have() -> None:
    network = build_network()
    network[1].eval()
    before = network[1].running_mean.clone()
    measure_statistics(network, [(60, torch.randn(60, 2))], network)
    assert torch.equal(network[1].running_mean, before)
    assert not torch.equal(network[4].running_mean, torch.zeros(2))
    measure_statistics(nn.Linear(2, 2), [(1, torch.zeros(1, 2))], lambda _: pytest.fail("called"))
