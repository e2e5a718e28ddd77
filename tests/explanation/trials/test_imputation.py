"""Holes are filled as pytorch-grad-cam's code of the paper fills them."""

import pytest
import torch
from pytorch_grad_cam.metrics.road import NoisyLinearImputer

from medapp.explanation.trials.imputation import impute


@pytest.mark.parametrize("size", [7, 16, 33])
@pytest.mark.parametrize("share", [0.2, 0.8])
def test_holes_are_filled_as_the_paper_fills_them(size: int, share: float) -> None:
    generator = torch.Generator().manual_seed(size)
    images = torch.rand((3, 2, size, size), generator=generator)
    missing = torch.rand((3, size, size), generator=generator) < share
    found = impute(images, missing, tolerance=1e-6)
    for image, holes, filled in zip(images, missing, found, strict=True):
        wanted = NoisyLinearImputer(noise=0)(image, (~holes).float())
        assert torch.allclose(filled, wanted, atol=1e-3)
        assert torch.equal(filled[:, ~holes], image[:, ~holes])


def test_a_flat_image_stays_flat_and_nothing_missing_changes_nothing() -> None:
    flat = torch.full((1, 1, 20, 20), 0.4)
    missing = torch.ones((1, 20, 20), dtype=torch.bool)
    missing[0, 3, 3] = False
    assert torch.allclose(impute(flat, missing, 1e-6), flat, atol=1e-3)
    image = torch.rand((2, 3, 9, 9))
    assert torch.equal(impute(image, torch.zeros((2, 9, 9), dtype=torch.bool)), image)
