"""A trained network with what belongs to it, from its file alone: pixels to probabilities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from medapp.errors import RecipeError, WeightsError
from medapp.evaluation.calibration import Calibration, read_calibration
from medapp.evaluation.conformal import Conformal, read_conformal
from medapp.evaluation.familiarity import Familiar, Familiarity
from medapp.evaluation.locked import Locked, decide, read_locked
from medapp.explanation.contrast import Contrasted
from medapp.explanation.explain import Heatmap, explain
from medapp.explanation.strength import compare_evidence
from medapp.models.network import Network, to_input
from medapp.models.weights import load_network
from medapp.notes import Note
from medapp.prediction.acquisition import read_acquisition
from medapp.prediction.doubt import note_model
from medapp.prediction.memory import load_familiarity
from medapp.task import Task
from medapp.task.thresholds import THRESHOLD
from medapp.training.machine.precision import choose_device
from medapp.training.recipe import Recipe, read_settings

BATCH = 32


@dataclass(frozen=True)
class Answers:
    """What a model says of images.

    Attributes:
        probabilities: (N, K).
        familiar: how each image lies to those that the model learned from; None where that cannot
            be told.
        heatmaps: one an image, where a method was named.
    """

    probabilities: NDArray[np.float32]
    familiar: list[Familiar | None]
    heatmaps: Sequence[Heatmap | None]


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
        acquisition: modality and body part of its images, as their files said; empty without.
        locked: the operating point that decides; None where none was locked.
    """

    network: Network
    recipe: Recipe
    precision: str
    device: str
    calibration: Calibration | None = None
    conformal: Conformal | None = None
    familiarity: Familiarity | None = None
    acquisition: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    locked: Locked | None = None

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

    def list_stages(self) -> tuple[str, ...]:
        """The stages that a heatmap can be read from, first to last; none where it has no maps."""
        if self.network.unexplained:
            return ()
        return tuple(name for name, _ in self.network.stages)

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
            stages.append([feature.cpu().numpy() for feature in features])
        return torch.cat(logits), [np.concatenate(rows) for rows in zip(*stages, strict=True)]

    def answer_images(
        self,
        pixels: NDArray[np.uint8],
        method: str | None = None,
        class_name: str | None = None,
        against: str | None = None,
        stage: str | None = None,
    ) -> Answers:
        """All that the model says of pixels (N, S, S, C), N at least 1.

        Args:
            method, class_name, against, stage: as for `explain`; no heatmaps without a method.
        """
        if method is not None and not self.network.unexplained:
            found = self._explain(pixels, method, class_name, stage)
            if against is None:
                return found
            return self._contrast(pixels, method, found, against, stage)
        logits, features = self.see(pixels)
        probabilities = self.task.activate(logits).numpy()
        maps: list[Heatmap | None] = [None] * len(pixels)
        if method is not None:
            maps = list(self._refuse_maps(pixels, probabilities, class_name))
        return Answers(probabilities, self.recognise(features), maps)

    def explain(
        self,
        pixels: NDArray[np.uint8],
        method: str,
        class_name: str | None = None,
        against: str | None = None,
        stage: str | None = None,
    ) -> tuple[NDArray[np.float32], list[Heatmap]]:
        """Pixels (N, S, S, C) to probabilities (N, K) and a heatmap for each image.

        Args:
            method: a key of `METHODS`.
            class_name: the class that is explained; the one that speaks for what is decided of each
                image if None.
            against: another class: why the one and not this. Such a map has no strength.
            stage: whose maps are read, one of `list_stages`; None for the method's own.

        A network that no map can be drawn of gives blank ones whose notes say why.
        """
        found = self.answer_images(pixels, method, class_name, against, stage)
        return found.probabilities, [map_ for map_ in found.heatmaps if map_ is not None]

    def _explain(
        self,
        pixels: NDArray[np.uint8],
        method: str,
        class_name: str | None,
        stage: str | None,
    ) -> Answers:
        def choose(scores: torch.Tensor) -> NDArray[np.intp]:
            if class_name is not None:
                return np.full(len(scores), self.classes.index(class_name))
            probabilities = self.task.normalise(scores.detach().float()).cpu().numpy()
            return self.pick(probabilities)

        with self._autocast():
            scored = _Scored(self.network)
            scores, heatmaps = explain(scored, self.prepare(pixels), choose, method, stage)
        probabilities = self.task.normalise(scores).cpu().numpy()
        maps = [
            replace(map_, strength=float(compare_evidence(map_.evidence, row)[map_.class_index]))
            for map_, row in zip(heatmaps, probabilities, strict=True)
        ]
        return Answers(probabilities, self.recognise(scored.list_features()), maps)

    def _contrast(
        self,
        pixels: NDArray[np.uint8],
        method: str,
        found: Answers,
        against: str,
        stage: str | None,
    ) -> Answers:
        """The same answers with maps of why the explained classes and not another."""
        other = self.classes.index(against)
        picked = [map_.class_index for map_ in found.heatmaps if map_ is not None]
        with self._autocast():
            network = Contrasted(_Scored(self.network), other)
            _, maps = explain(network, self.prepare(pixels), picked, method, stage)
        itself = f"The map is blank: {against} is not contrasted with itself."
        contrasted: list[Heatmap | None] = [
            replace(map_, against=other, note=itself if map_.class_index == other else map_.note)
            for map_ in maps
        ]
        return replace(found, heatmaps=contrasted)

    def recognise(self, features: Sequence[NDArray[np.float32]]) -> list[Familiar | None]:
        """How each image lies to those that the model learned from; None where it cannot tell."""
        if self.familiarity is None:
            return [None] * len(features[0])
        return list(self.familiarity.judge(features))

    def _refuse_maps(
        self,
        pixels: NDArray[np.uint8],
        probabilities: NDArray[np.float32],
        class_name: str | None,
    ) -> list[Heatmap]:
        """Blank maps that say why there are none."""
        picked = self.pick(probabilities)
        if class_name is not None:
            picked = np.full(len(pixels), self.classes.index(class_name))
        blank = np.zeros(pixels.shape[1:3], np.float32)
        nothing = np.zeros(len(self.classes), np.float32)
        reason = self.network.unexplained
        return [Heatmap(blank, reason, nothing, int(index), 0.0) for index in picked]

    def describe(self, probabilities: NDArray[np.float32]) -> str:
        """What the model decides of one image, from its probabilities (K,)."""
        return self.task.describe(self.decide(probabilities[None])[0], self.classes)

    def decide(self, probabilities: NDArray[np.float32]) -> NDArray[Any]:
        """Probabilities (N, K) to decisions, shaped like targets."""
        return decide(self.task, self.classes, probabilities, self.thresholds, self.locked)

    def pick(self, probabilities: NDArray[np.float32]) -> NDArray[Any]:
        """The class (N,) that speaks for what is decided of each image, from (N, K)."""
        if self.task.has_several:
            return self.task.pick(probabilities, np.array(self.thresholds))
        return self.task.pick(probabilities) if self.locked is None else self.decide(probabilities)

    def find_sets(self, probabilities: NDArray[np.float32]) -> dict[float, tuple[str, ...]]:
        """The classes that are left of one image at each level that is promised.

        Args:
            probabilities: (K,).
        """
        if self.conformal is None:
            return {}
        row = [float(p) for p in probabilities]
        return {level: self.conformal.describe(row, level) for level in self.conformal.levels}

    def list_notes(self) -> list[Note]:
        """What holds for each of the model's answers."""
        return note_model(self.calibration, self.familiarity is not None)

    def _autocast(self) -> torch.autocast:
        is_half = self.precision == "bfloat16"
        return torch.autocast(self.device, torch.bfloat16, enabled=is_half)


class _Scored:
    """A network as heatmaps see it: its logits are the scores of its classes.

    What each stage says of the images when they first go through it is kept, so that whether they
    are of the model's kind costs no second pass.
    """

    def __init__(self, network: Network) -> None:
        self.training = network.training
        self._network = network
        self._features: dict[str, torch.Tensor] = {}
        names = [name for name, _ in network.stages]
        self.stages = [
            (name, _Kept(stage, self._features, name if name != names[-1] else ""))
            for name, stage in network.stages
        ]

    def logits_from_maps(self, maps: torch.Tensor) -> torch.Tensor:
        """Maps (N, C, h, w) to scores (N, K), a column a class."""
        pooled = self._network.pool(maps)
        self._features.setdefault("", pooled.detach())
        return self._network.task.score(self._network.head(pooled))

    def list_features(self) -> list[NDArray[np.float32]]:
        """Features (N, C) of each stage, as `Network.look` gives them."""
        return [feature.float().cpu().numpy() for feature in self._features.values()]


class _Kept(torch.nn.Module):
    """A stage that keeps the means of the first maps it gives, under a name; none without one."""

    def __init__(
        self, stage: torch.nn.Module, features: dict[str, torch.Tensor], name: str
    ) -> None:
        super().__init__()
        self.stage = stage
        self.features = features
        self.name = name

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Maps to maps, as the stage says."""
        maps: torch.Tensor = self.stage(x)
        if self.name and self.name not in self.features:
            self.features[self.name] = maps.detach().float().mean((2, 3))
        return maps


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
        load_familiarity(path),
        read_acquisition(metadata),
        read_locked(metadata),
    )
