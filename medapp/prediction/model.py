"""A trained network with what belongs to it: pixels to probabilities and heatmaps."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from medapp.errors import RunError
from medapp.explanation.explain import Heatmap, explain
from medapp.models.network import Network, normalise, to_unit
from medapp.models.weights import load_network
from medapp.runs.run import Run
from medapp.training.machine.precision import choose_device
from medapp.training.recipe.recipe import Recipe

BATCH = 32


@dataclass(frozen=True)
class Model:
    """A trained network with what belongs to it.

    Attributes:
        precision: "float32" or "bfloat16", as it was trained and evaluated.
    """

    network: Network
    recipe: Recipe
    precision: str
    device: str

    @property
    def classes(self) -> tuple[str, ...]:
        return self.network.classes

    def to_input(self, pixels: NDArray[np.uint8]) -> torch.Tensor:
        """Pixels (N, S, S, C) to what the network takes: (N, 3, S, S), normalised, on its device"""
        return normalise(to_unit(torch.from_numpy(np.array(pixels)).to(self.device)))

    def predict(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Pixels (N, S, S, C) to probabilities (N, K)."""
        rows = []
        with torch.inference_mode(), self._autocast():
            for start in range(0, len(pixels), BATCH):
                logits = self.network(self.to_input(pixels[start : start + BATCH]))
                rows.append(torch.softmax(logits.float(), 1).cpu().numpy())
        return np.concatenate(rows) if rows else np.zeros((0, len(self.classes)), np.float32)

    def explain(
        self, pixels: NDArray[np.uint8], method: str, class_name: str | None = None
    ) -> tuple[NDArray[np.float32], list[Heatmap]]:
        """Pixels (N, S, S, C) to probabilities (N, K) and heatmaps for the class named, or for each
        image's predicted one.
        """
        chosen = (
            None if class_name is None else np.full(len(pixels), self.classes.index(class_name))
        )
        with self._autocast():
            logits, heatmaps = explain(self.network, self.to_input(pixels), chosen, method)
        return torch.softmax(logits, 1).cpu().numpy(), heatmaps

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device, torch.bfloat16, enabled=self.precision == "bfloat16")


def load_model(run: Run) -> Model:
    """The model of a run, ready to predict.

    Raises:
        RunError: the run has no model yet.
        WeightsError: the file is damaged.
    """
    if not run.has_model:
        raise RunError(
            f"Run {run.name} has no model yet: it is {run.state}. Wait for its first epoch, or"
            " resume it."
        )
    network, metadata = load_network(run.model_path)
    device = choose_device("auto")
    return Model(network.to(device), run.recipe, metadata.get("precision", "float32"), device)
