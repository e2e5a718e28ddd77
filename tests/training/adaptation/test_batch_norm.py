"""BatchNorm statistics of one hospital's images."""

import pytest
import torch
from torch import nn

from medapp.training.adaptation.batch_norm import estimate_statistics, has_batch_norm


def test_statistics_by_hand() -> None:
    part = nn.Sequential(nn.BatchNorm2d(1)).eval()
    batches = [torch.tensor([0.0, 2.0]).view(2, 1, 1, 1), torch.tensor([4.0, 8.0]).view(2, 1, 1, 1)]
    adapted = estimate_statistics(part, batches)
    # Means 1 and 6; variances (over n - 1) 2 and 8.
    assert float(adapted[0].running_mean) == pytest.approx(3.5)
    assert float(adapted[0].running_var) == pytest.approx(5.0)
    assert adapted[0].momentum == part[0].momentum
    assert not adapted.training
    out = adapted(torch.tensor(8.5).view(1, 1, 1, 1))
    assert float(out.detach()) == pytest.approx(5 / 5**0.5, abs=1e-4)


def test_the_network_itself_stays_as_it_was() -> None:
    part = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Dropout(0.5)).eval()
    before = {name: value.clone() for name, value in part.state_dict().items()}
    images = torch.randn(8, 3, 6, 6, generator=torch.Generator().manual_seed(0))
    adapted = estimate_statistics(part, [images])
    assert all(torch.equal(before[name], value) for name, value in part.state_dict().items())
    maps = part[0](images)
    assert adapted[1].running_mean.tolist() == pytest.approx(
        maps.mean((0, 2, 3)).tolist(), abs=1e-5
    )


def test_another_exposure_is_undone() -> None:
    part = nn.Sequential(nn.Conv2d(1, 3, 1, bias=False), nn.BatchNorm2d(3)).eval()
    # A channel that hardly varies would be held down by BatchNorm's epsilon.
    nn.init.constant_(part[0].weight, 2.0)
    images = torch.rand(16, 1, 5, 5, generator=torch.Generator().manual_seed(1))
    bright = 4 * images + 2
    at_home = estimate_statistics(part, [images])(images)
    there = estimate_statistics(part, [bright])(bright)
    assert torch.allclose(at_home, there, atol=1e-2)
    assert not torch.allclose(part(images), part(bright), atol=1e-2)


def test_which_networks_have_any() -> None:
    assert has_batch_norm(nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)))
    assert not has_batch_norm(nn.Sequential(nn.Conv2d(3, 4, 3), nn.LayerNorm(4)))
