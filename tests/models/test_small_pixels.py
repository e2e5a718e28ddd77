import numpy as np
import torch

from medapp.models.network import Network, to_input
from medapp.models.small_pixels import SIDE


def test_features_are_the_grey_means_of_cells() -> None:
    network = Network("small-pixels", ("a", "b"))
    pixels = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3), np.uint8)
    maps = to_input(torch.from_numpy(pixels), network.normalisation)
    for _, stage in network.stages:
        maps = stage(maps)
    features = network.pool(maps)
    wanted = pixels.reshape(2, SIDE, 4, SIDE, 4, 3).mean((2, 4, 5)) / 255
    np.testing.assert_allclose(features, wanted.reshape(2, -1), atol=1e-6)
    assert network(to_input(torch.from_numpy(pixels), network.normalisation)).shape == (2, 2)


def test_only_the_head_has_weights() -> None:
    network = Network("small-pixels", ("a", "b", "c"))
    assert {n: tuple(t.shape) for n, t in network.model.state_dict().items()} == {
        "head.weight": (3, SIDE * SIDE),
        "head.bias": (3,),
    }
