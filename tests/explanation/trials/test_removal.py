"""Deletion and insertion: in the right order, and by ROAD as pytorch-grad-cam measures it."""

import numpy as np
import pytest
import torch
from pytorch_grad_cam.metrics.road import ROADCombined

from medapp.explanation.trials.removal import SHARES, follow_removal, remove

SIZE = 24


def build_images(n: int = 2) -> np.ndarray:
    """Dark images with a bright block at the top left."""
    generator = np.random.default_rng(0)
    images = generator.integers(20, 60, (n, SIZE, SIZE, 1))
    images[:, 4:10, 4:10] = generator.integers(180, 230, (n, 6, 6, 1))
    return images.astype(np.uint8)


class Brightness(torch.nn.Module):
    """Two logits: how bright the block is, and none."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        block = x[:, :, 4:10, 4:10].mean(dim=(1, 2, 3))
        return torch.stack([6 * block - 2, torch.zeros_like(block)], dim=1)


def answer(pixels: np.ndarray) -> np.ndarray:
    x = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255
    return Brightness()(x).softmax(dim=1).numpy()


def build_maps(n: int = 2) -> np.ndarray:
    """Hottest in the block; each place has a value of its own."""
    maps = np.random.default_rng(1).random((n, SIZE, SIZE))
    maps[:, 4:10, 4:10] += 2
    return maps


def test_the_road_is_that_of_the_library() -> None:
    pixels, maps = build_images(), build_maps()
    picks = np.zeros(len(pixels), np.intp)
    deletion, insertion = follow_removal(answer, pixels, maps, picks, seeds=[1, 2])
    found = (insertion - deletion).mean(axis=0) / 2
    model = torch.nn.Sequential(Brightness(), torch.nn.Softmax(dim=1))
    targets = [lambda scores: scores[0]] * len(pixels)
    percentiles = [round(100 * share) for share in SHARES]
    x = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255
    wanted = ROADCombined(percentiles=percentiles)(x, maps.astype(np.float32), targets, model)
    assert found == pytest.approx(wanted, abs=0.02)
    assert found.min() > 0.1


def test_a_map_turned_round_gives_the_opposite_and_chance_little() -> None:
    pixels, maps = build_images(), build_maps()
    picks = np.zeros(len(pixels), np.intp)

    def measure(chosen: np.ndarray) -> float:
        deletion, insertion = follow_removal(answer, pixels, chosen, picks, seeds=[1, 2])
        return float((insertion - deletion).mean() / 2)

    right = measure(maps)
    assert measure(-maps) == pytest.approx(-right, abs=0.02)
    assert abs(measure(np.zeros_like(maps))) < right / 3


def test_only_holes_change() -> None:
    pixels = build_images(1)
    holes = np.zeros((1, SIZE, SIZE), bool)
    holes[0, 4:10, 4:10] = True
    found = remove(pixels, holes, [np.random.default_rng(0)])
    assert np.array_equal(found[~holes], pixels[~holes])
    # What was bright is filled from the dark around it.
    assert found[holes].max() < 80


def test_so_many_pixels_go_where_all_are_equal() -> None:
    changed = []

    def count(pixels: np.ndarray) -> np.ndarray:
        changed.append((pixels[0] != 200).mean())
        return np.zeros((len(pixels), 1), np.float32)

    flat = np.full((1, SIZE, SIZE, 1), 200, np.uint8)
    maps = np.zeros((1, SIZE, SIZE))
    follow_removal(count, flat, maps, np.zeros(1, np.intp), [0], shares=(0.25, 0.75))
    # Noise of 2.55 grey levels is rounded away in 16% of the holes.
    assert changed == pytest.approx([0.21, 0.63] * 2, abs=0.06)
