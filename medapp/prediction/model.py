"""A trained network with what belongs to it, from its file alone: pixels to probabilities."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from medapp.errors import RecipeError, WeightsError
from medapp.evaluation.calibration import Calibration, read_calibration
from medapp.evaluation.conformal import Conformal, read_conformal
from medapp.evaluation.familiarity import Familiar, Familiarity, read_familiarity
from medapp.explanation.explain import Heatmap, explain
from medapp.explanation.strength import compare_evidence
from medapp.models.network import Network, to_input
from medapp.models.reading import read_carried
from medapp.models.weights import load_network
from medapp.task import Task
from medapp.task.thresholds import THRESHOLD
from medapp.training.machine.precision import choose_device
from medapp.training.recipe import Recipe, read_settings

BATCH = 32
FAMILIARITY = "familiarity."  # what the names of its arrays in a model's file begin with


@dataclass(frozen=True)
class Model:
    """A trained network.

    Attributes:
        recipe: how it was trained, and how images are prepared for it.
        precision: "float32" or "bfloat16", as it was trained and evaluated.
        calibration: how its probabilities were calibrated, or why not; None of a model from before
            that was done, or whose training was stopped.
        conformal: which sets of classes it promises; None as before.
        familiarity: what it remembers of its own kind of image; None where it had too few.
    """

    network: Network
    recipe: Recipe
    precision: str
    device: str
    calibration: Calibration | None = None
    conformal: Conformal | None = None
    familiarity: Familiarity | None = None

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, in the order of the probabilities."""
        return self.network.classes

    @property
    def thresholds(self) -> tuple[float, ...]:
        """From which probability each finding counts as there; empty where each image has one
        label.
        """
        if not self.task.has_several:
            return ()
        return self.network.thresholds or (THRESHOLD,) * len(self.classes)

    @property
    def task(self) -> Task:
        """What is predicted of an image."""
        return self.network.task

    def prepare(self, pixels: NDArray[np.uint8]) -> torch.Tensor:
        """Pixels (N, S, S, C) to what the network takes: (N, 3, S, S) on its device."""
        there = torch.from_numpy(np.array(pixels)).to(self.device)
        return to_input(there, self.network.normalisation)

    def predict(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Pixels (N, S, S, C) to probabilities (N, K)."""
        starts = range(0, len(pixels), BATCH)
        rows = [self.answer(self.prepare(pixels[start : start + BATCH])) for start in starts]
        return np.concatenate(rows) if rows else np.zeros((0, len(self.classes)), np.float32)

    def answer(self, x: torch.Tensor) -> NDArray[np.float32]:
        """What the network takes, (N, 3, S, S), to probabilities (N, K)."""
        with torch.inference_mode(), self._autocast():
            probabilities = self.task.activate(self.network(x).float())
        found: NDArray[np.float32] = probabilities.cpu().numpy()
        return found

    def see(self, pixels: NDArray[np.uint8]) -> tuple[torch.Tensor, list[NDArray[np.float32]]]:
        """Pixels (N, S, S, C) to logits (N, K), and to features (N, C) of each stage."""
        logits = []
        stages = []
        for start in range(0, len(pixels), BATCH):
            with torch.inference_mode(), self._autocast():
                found, features = self.network.look(self.prepare(pixels[start : start + BATCH]))
            logits.append(found.float().cpu())
            stages.append([feature.float().cpu().numpy() for feature in features])
        return torch.cat(logits), [np.concatenate(rows) for rows in zip(*stages, strict=True)]

    def recognise(self, pixels: NDArray[np.uint8]) -> list[Familiar | None]:
        """How each image lies to those that the model learned from; None where it cannot tell."""
        if self.familiarity is None or not len(pixels):
            return [None] * len(pixels)
        return list(self.familiarity.judge(self.see(pixels)[1]))

    def explain(
        self, pixels: NDArray[np.uint8], method: str, class_name: str | None = None
    ) -> tuple[NDArray[np.float32], list[Heatmap]]:
        """Pixels (N, S, S, C) to probabilities (N, K) and a heatmap for each image.

        Args:
            method: a key of `METHODS`.
            class_name: the class that is explained; the one that speaks for what is decided of each
                image if None.

        A network that no map can be drawn of gives blank ones whose notes say why.
        """

        if self.network.unexplained:
            return self._refuse_maps(pixels, class_name)

        def choose(scores: torch.Tensor) -> NDArray[np.intp]:
            if class_name is not None:
                return np.full(len(scores), self.classes.index(class_name))
            probabilities = self.task.normalise(scores.detach().float()).cpu().numpy()
            return self.task.pick(probabilities, self._limits)

        with self._autocast():
            scored = _Scored(self.network)
            scores, heatmaps = explain(scored, self.prepare(pixels), choose, method)
        probabilities = self.task.normalise(scores).cpu().numpy()
        return probabilities, [
            replace(map_, strength=float(compare_evidence(map_.evidence, row)[map_.class_index]))
            for map_, row in zip(heatmaps, probabilities, strict=True)
        ]

    def _refuse_maps(
        self, pixels: NDArray[np.uint8], class_name: str | None
    ) -> tuple[NDArray[np.float32], list[Heatmap]]:
        """Probabilities, and blank maps that say why there are none."""
        probabilities = self.predict(pixels)
        picked = self.task.pick(probabilities, self._limits)
        if class_name is not None:
            picked = np.full(len(pixels), self.classes.index(class_name))
        blank = np.zeros(pixels.shape[1:3], np.float32)
        nothing = np.zeros(len(self.classes), np.float32)
        reason = self.network.unexplained
        maps = [Heatmap(blank, reason, nothing, int(index), 0.0) for index in picked]
        return probabilities, maps

    def describe(self, probabilities: NDArray[np.float32]) -> str:
        """What the model decides of one image, from its probabilities (K,)."""
        decision = self.task.decide(probabilities[None], self._limits)[0]
        return self.task.describe(decision, self.classes)

    @property
    def _limits(self) -> NDArray[np.float64] | None:
        return np.array(self.thresholds) if self.thresholds else None

    def _autocast(self) -> torch.autocast:
        is_half = self.precision == "bfloat16"
        return torch.autocast(self.device, torch.bfloat16, enabled=is_half)


class _Scored:
    """A network as heatmaps see it: its logits are the scores of its classes."""

    def __init__(self, network: Network) -> None:
        self.training = network.training
        self.stages = network.stages
        self._network = network

    def logits_from_maps(self, maps: torch.Tensor) -> torch.Tensor:
        """Maps (N, C, h, w) to scores (N, K), a column a class."""
        return self._network.task.score(self._network.logits_from_maps(maps))


def load_model(path: Path) -> Model:
    """The model in a file that a run wrote, ready to predict.

    Raises:
        WeightsError: the file is missing, damaged, or was not written by a run.
    """
    network, metadata = load_network(path)
    try:
        recipe, _ = read_settings(metadata.get("recipe", ""))
    except RecipeError as error:
        raise WeightsError(
            f"{path.name} does not say how it was trained. {error.what}", remedy=error.remedy
        ) from error
    device = choose_device("auto")
    return Model(
        network.to(device),
        recipe,
        metadata.get("precision", "float32"),
        device,
        read_calibration(metadata),
        read_conformal(metadata),
        _read_familiarity(path),
    )


def _read_familiarity(path: Path) -> Familiarity | None:
    arrays = {
        name.removeprefix(FAMILIARITY): array
        for name, array in read_carried(path).items()
        if name.startswith(FAMILIARITY)
    }
    if not arrays:
        return None
    try:
        return read_familiarity(arrays)
    except (KeyError, ValueError, IndexError) as error:
        raise WeightsError(
            f"What {path.name} remembers of its images is damaged.", remedy="Train the run again."
        ) from error
