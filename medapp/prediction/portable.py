"""A model as ONNX: what `onnxruntime` alone runs, with all that an answer needs in the graph.

The graph takes squares of pixels and gives calibrated probabilities and how unlike each image is. A
card beside it says the rest: classes, thresholds, limits, and how a square is made.
"""

import json
import math
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from medapp.errors import Remedy, WeightsError
from medapp.evaluation.conformal import Conformal
from medapp.evaluation.familiarity import ALIEN, UNLIKE, Familiarity
from medapp.models.network import list_features, normalise
from medapp.prediction.model import Model
from medapp.store.files import write_bytes

CHECKED = 100  # squares that the graph is compared on
TOLERANCE = 1e-4  # of probabilities and of how unlike an image is
OPSET = 18
USE = "For research, not for diagnosis."
SCRIPT = "ask.py"  # what the script is called that asks the graph without MedApp


class Portable(nn.Module):
    """A model with its preprocessing after the square, and its answers before any threshold."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        network = model.network
        self.stages = nn.ModuleList(stage for _, stage in network.stages)
        self.pool = network.pool
        self.head = network.head
        self.task = model.task
        self.normalisation = network.normalisation
        self.familiarity = model.familiarity
        self._store(model.familiarity)

    def forward(self, pixels: Tensor) -> tuple[Tensor, ...]:
        """Squares (N, 3, S, S), 0 to 255 as float, to probabilities (N, K), and how unlike (N,)."""
        x = normalise(pixels / 255, self.normalisation)
        features = list_features(self.stages, self.pool, x)
        probabilities = self.task.activate(self.head(features[-1]))
        if self.familiarity is None:
            return (probabilities,)
        return probabilities, self._score(features)

    def _store(self, familiarity: Familiarity | None) -> None:
        """Keep what `Familiarity.score` needs as buffers, so that it is part of the graph."""
        for number, space in enumerate(familiarity.spaces if familiarity else ()):
            for name in ("mean", "spread", "axes", "variances"):
                values = torch.from_numpy(np.asarray(getattr(space, name), np.float32))
                self.register_buffer(f"{name}_{number}", values)

    def _score(self, features: list[Tensor]) -> Tensor:
        known = self.familiarity
        assert known is not None
        total = torch.zeros_like(features[0][:, 0])
        for number, (space, rows) in enumerate(zip(known.spaces, features, strict=True)):
            mean, spread, axes, variances = (
                getattr(self, f"{name}_{number}")
                for name in ("mean", "spread", "axes", "variances")
            )
            standard = (rows - mean) / spread
            along = standard @ axes
            within = (along.square() / variances).sum(1)
            beside = (standard.square().sum(1) - along.square().sum(1)).clamp(min=0)
            usual, deviation = map(float, known.usual[number])
            distance = torch.log((within + beside / space.rest).clamp(min=1e-30))
            total = total + (distance - usual) / deviation
        return (total / len(known.spaces) - known.middle) / known.deviation


def export_onnx(model: Model, to: Path, name: str) -> dict[str, Any]:
    """Write the graph, check it against the network, and write card and script beside it.

    Args:
        to: ends with ".onnx"; the card gets ".json".
        name: of the model, for its card.

    Returns:
        The card.

    Raises:
        WeightsError: another suffix, a model that counts votes, a graph that gives otherwise, or
            the packages that write and run ONNX are not installed.
        WorkspaceError: the place may not be written.
    """
    if to.suffix != ".onnx":
        raise WeightsError("ONNX is written as .onnx.", remedy="Choose a name with that suffix.")
    if model.network.keeps_neighbours:
        raise WeightsError(
            "This model counts the labels of the most similar training images, whose features do"
            " not belong into a file for others.",
            remedy="Export a linear probe or a fine-tune.",
        )
    _require_packages()
    portable = Portable(model).to("cpu").eval()
    size = model.recipe.preprocess.image_size
    squares = np.random.default_rng(0).integers(0, 256, (CHECKED, 3, size, size))
    pixels = torch.from_numpy(squares.astype(np.float32))
    outputs = ["probabilities"] if model.familiarity is None else ["probabilities", "unlike"]
    with tempfile.TemporaryDirectory() as folder:
        graph = Path(folder) / to.name
        torch.onnx.export(
            portable,
            (pixels[:2],),
            graph,
            input_names=["pixels"],
            output_names=outputs,
            dynamic_shapes={"pixels": {0: torch.export.Dim("images", min=1)}},
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
        difference = _compare(portable, pixels, graph)
        write_bytes(to, graph.read_bytes())
    card = {**describe_portable(model, name), "largest_difference": difference}
    text = json.dumps(card, indent=1, ensure_ascii=False)
    write_bytes(to.with_suffix(".json"), text.encode())
    write_bytes(to.with_name(SCRIPT), Path(__file__).with_name("snippet.py").read_bytes())
    return card


def describe_portable(model: Model, name: str) -> dict[str, Any]:
    """What stands beside a graph: all that is needed to ask it, and to read its answer."""
    asked = model.recipe.preprocess
    known = model.familiarity
    limits = {} if known is None else {"unlike": UNLIKE, "alien": ALIEN}
    return {
        "model": name,
        "use": USE,
        "task": model.task.name,
        "classes": list(model.classes),
        "input": {
            "name": "pixels",
            "shape": ["images", 3, asked.image_size, asked.image_size],
            "values": "float32, 0 to 255; grey images repeat the channel",
            "preprocess": asked.model_dump(mode="json"),
        },
        "thresholds": list(model.thresholds),
        "operating": model.locked.to_dict() if model.locked else None,
        "calibrated": model.calibration is not None and model.calibration.is_calibrated,
        "unlike_above": {verdict: find_score(known, share) for verdict, share in limits.items()},
        "sets": _list_limits(model.conformal),
    }


def _list_limits(conformal: Conformal | None) -> dict[str, list[float]]:
    """Level to the probability from which each class belongs to a set."""
    levels = conformal.limits if conformal else {}
    return {f"{level:g}": list(limits) for level, limits in levels.items() if limits}


def find_score(familiarity: Familiarity | None, share: float) -> float:
    """The score above which an image is more unlike than this share of the model's own kind."""
    from scipy.special import stdtrit

    if familiarity is None:
        return math.inf
    n = familiarity.held_out
    return float(stdtrit(n - 1, share) * math.sqrt(1 + 1 / n))


def _require_packages() -> None:
    try:
        import onnxruntime
        import onnxscript
    except ImportError as error:
        raise WeightsError(
            "Writing ONNX needs the packages onnx, onnxscript and onnxruntime.",
            remedy=Remedy(
                "Whoever installed MedApp can add its extra for ONNX.",
                "Run: pip install 'medapp[onnx]'",
            ),
        ) from error
    del onnxruntime, onnxscript


def _compare(portable: Portable, pixels: Tensor, path: Path) -> float:
    """The largest difference of what the graph gives and what the network gives.

    Raises:
        WeightsError: it is more than `TOLERANCE`; the graph is deleted.
    """
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    with torch.inference_mode():
        expected = [output.numpy() for output in portable(pixels)]
    found = session.run(None, {"pixels": pixels.numpy()})
    # Noise is far from all images: its score is compared in shares of itself.
    difference = max(
        float(np.max(np.abs(one - other) / np.maximum(1, np.abs(other))))
        for one, other in zip(found, expected, strict=True)
    )
    if difference > TOLERANCE:
        path.unlink()
        raise WeightsError(
            f"The graph gives otherwise than the network, by {difference:.2g}; it was deleted.",
            remedy="Export the run as a zip instead, and tell us.",
        )
    return difference
