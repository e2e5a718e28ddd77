"""A model as ONNX, asked by `onnxruntime` and by the script that goes with it."""

import json
import math
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy.stats import t

from medapp.errors import WeightsError, WorkspaceError
from medapp.evaluation.familiarity import Familiarity, fit_familiarity
from medapp.models.neighbours import NeighboursHead
from medapp.models.network import Network
from medapp.prediction.files import predict_files
from medapp.prediction.model import Model
from medapp.prediction.portable import SCRIPT, describe_portable, export_onnx, find_score
from medapp.task import find_task
from medapp.training.recipe import build_settings

# Runs a script as if MedApp were not there.
WITHOUT = "import sys, runpy; sys.modules['medapp'] = None; sys.argv = sys.argv[1:]; "
WITHOUT += "runpy.run_path(sys.argv[0], run_name='__main__')"


def build_model(task: str = "single-label", resize: str = "squash", **asked: object) -> Model:
    torch.manual_seed(0)
    network = Network("resnet18", ("a", "b", "ü"), find_task(task)).eval()
    recipe, _ = build_settings({"data": "any", "image_size": 32, "resize": resize, **asked})
    model = Model(network, recipe, "float32", "cpu")
    rng = np.random.default_rng(0)
    smooth = [rng.integers(60, 190, (n, 32, 32, 1), np.uint8) for n in (40, 20)]
    training, held_out = (model.see(pixels)[1] for pixels in smooth)
    return Model(network, recipe, "float32", "cpu", None, None, fit_familiarity(training, held_out))


@dataclass(frozen=True)
class Exported:
    """A model, and the folder with its graph, card and script."""

    model: Model
    folder: Path
    card: dict[str, Any]


@pytest.fixture(
    scope="module",
    params=[("single-label", "squash"), ("multi-label", "pad"), ("ordinal", "crop")],
    ids=" ".join,
)
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """One of each task and of each way to a square; a graph takes seconds to write."""
    model = build_model(*request.param)
    folder = tmp_path_factory.mktemp("exported")
    return Exported(model, folder, export_onnx(model, folder / "model.onnx", "a model"))


def test_graph_gives_what_the_model_gives(exported: Exported) -> None:
    model = exported.model
    assert exported.card["largest_difference"] < 1e-4
    assert json.loads((exported.folder / "model.json").read_text()) == exported.card
    pixels = np.random.default_rng(1).integers(60, 190, (5, 32, 32, 1), np.uint8)
    asked = np.repeat(pixels.transpose(0, 3, 1, 2), 3, axis=1).astype(np.float32)
    session = onnxruntime.InferenceSession(exported.folder / "model.onnx")
    probabilities, unlike = session.run(None, {"pixels": asked})
    assert probabilities == pytest.approx(model.predict(pixels), abs=1e-5)
    assert model.familiarity is not None
    assert unlike == pytest.approx(model.familiarity.score(model.see(pixels)[1]), abs=1e-3)


def test_script_asks_without_medapp(exported: Exported, tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    files = []
    for name, shape in (("grey", (50, 41)), ("colour", (37, 64, 3)), ("square", (32, 32))):
        files.append(tmp_path / f"{name}.png")
        Image.fromarray(rng.integers(60, 190, shape, np.uint8)).save(files[-1])
    script = [str(exported.folder / SCRIPT), str(exported.folder / "model.onnx")]
    command = [sys.executable, "-c", WITHOUT, *script, *map(str, files)]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    said = [json.loads(line) for line in ended.stdout.splitlines()]
    for row, prediction in zip(said, predict_files(exported.model, files), strict=True):
        assert prediction.familiar is not None
        assert row["verdict"] == prediction.familiar.verdict
        assert row["probabilities"] == pytest.approx(prediction.probabilities, abs=1e-4)


def test_script_refuses_what_it_cannot_prepare(exported: Exported, tmp_path: Path) -> None:
    shutil.copytree(exported.folder, tmp_path / "other")
    card = describe_portable(build_model(clahe=2.0), "a model")
    (tmp_path / "other" / "model.json").write_text(json.dumps(card))
    Image.fromarray(np.zeros((9, 9), np.uint8)).save(tmp_path / "a.png")
    script = [str(tmp_path / "other" / name) for name in (SCRIPT, "model.onnx")]
    command = [sys.executable, *script, str(tmp_path / "a.png")]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.returncode == 1
    assert "prepare the squares yourself" in ended.stderr


@settings(max_examples=20)
@given(st.floats(0.5, 0.99999), st.integers(10, 2000))
def test_limit_is_where_the_share_is_reached(share: float, held_out: int) -> None:
    known = Familiarity((), np.zeros((0, 2)), 0.0, 1.0, held_out, 100)
    limit = find_score(known, share)
    assert t.cdf(limit / math.sqrt(1 + 1 / held_out), held_out - 1) == pytest.approx(share)
    above, below = known.grade(np.array([limit + 1e-6, limit - 1e-6]))
    assert below.percentile <= 100 * share <= above.percentile


def test_votes_and_other_suffixes_are_refused(tmp_path: Path) -> None:
    model = build_model()
    with pytest.raises(WeightsError, match=r"written as \.onnx"):
        export_onnx(model, tmp_path / "model.pt", "a model")
    model.network.set_head(NeighboursHead(512, 3, 3, model.task))
    with pytest.raises(WeightsError, match="counts the labels"):
        export_onnx(model, tmp_path / "model.onnx", "a model")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_may_not_be_written_is_said_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(WorkspaceError, match="could not be written"):
        export_onnx(build_model(), tmp_path / "file" / "model.onnx", "a model")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
