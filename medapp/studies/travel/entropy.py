"""What a run's network says of another hospital's images while its norms learn there (TENT)."""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from medapp.data.pixels import Table
from medapp.models.network import Network, to_input
from medapp.studies.travel.sides import Floats, Ground
from medapp.training.adaptation.tent import adapt_by_entropy

BATCH = 64  # images, whose statistics are used


def predict_by_entropy(ground: Ground) -> tuple[Floats, Floats]:
    """Probabilities (M, K) of the target's images, seen once in mixed order, as the network adapts.

    Returns:
        Those, and (V, K) of the source's held-out images, by the network as it is in the end.
    """
    network = ground.model.network
    pixels = ground.target.pixels
    order = np.random.default_rng(0).permutation(len(pixels.numbers))
    adapted, mixed = adapt_by_entropy(network, _read(ground, network, pixels, order))
    there = np.empty(mixed.shape)
    there[order] = mixed.numpy()
    held = np.flatnonzero(~ground.is_train)
    mixed_held = np.random.default_rng(0).permutation(len(held))
    with torch.no_grad():
        said = [
            network.task.activate(adapted(batch).float()).cpu()
            for batch in _read(ground, network, ground.source.pixels, held[mixed_held])
        ]
    held_out = np.empty((len(held), there.shape[1]))
    if said:
        held_out[mixed_held] = torch.cat(said).numpy()
    return there, held_out


def _read(
    ground: Ground, network: Network, pixels: Table, order: NDArray[np.int64]
) -> Iterator[Tensor]:
    """Images in batches of about one size."""
    for rows in np.array_split(order, max(1, round(len(order) / BATCH))):
        if len(rows):
            squares = torch.from_numpy(np.array(pixels.rows[pixels.numbers[rows]]))
            yield to_input(squares.to(ground.model.device), network.normalisation)
