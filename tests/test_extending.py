"""Each recipe of docs/extending.md is enough: its row, as it stands there, does the main job.

Runs are worked on in this process, since a child would not know the row.
"""

import hashlib
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import write_bands
from PIL import Image

from medapp.audit.checks import CHECKS, KINDS
from medapp.data.catalog import Catalog
from medapp.data.containers import OPENERS
from medapp.data.samples import DataSet
from medapp.evaluation.evaluation import Evaluation
from medapp.explanation.methods import METHODS
from medapp.explanation.rules import RULES
from medapp.figures.stress import draw_stress
from medapp.imaging.faults import FAULTS
from medapp.imaging.readers import READERS
from medapp.models.architectures import ARCHITECTURES
from medapp.models.backbones import BACKBONES, BUNDLED_PATH
from medapp.prediction.files import Prediction
from medapp.runs.making import create_run, find_run
from medapp.runs.plan import plan_run
from medapp.runs.results import load_stress
from medapp.runs.run import Run
from medapp.runs.sitting import Sitting
from medapp.runs.stress import measure_stress
from medapp.session import Session
from medapp.store.workspace import Workspace
from medapp.task import TASKS
from medapp.training.augmentation import AUGMENTATIONS
from medapp.training.objectives.table import OBJECTIVES
from medapp.training.optimisers import OPTIMISERS
from medapp.training.recipe import build_settings
from medapp.training.strategies import STRATEGIES, find_default_rates, find_idle

PAGE = (Path(__file__).parents[1] / "docs" / "extending.md").read_text(encoding="utf-8")
TABLES: tuple[dict[str, Any], ...] = (
    ARCHITECTURES,
    AUGMENTATIONS,
    BACKBONES,
    CHECKS,
    FAULTS,
    KINDS,
    METHODS,
    OBJECTIVES,
    OPENERS,
    OPTIMISERS,
    READERS,
    RULES,
    STRATEGIES,
    TASKS,
)


@pytest.fixture(autouse=True)
def tables() -> Iterator[None]:
    """The tables are afterwards what they were."""
    before = [dict(table) for table in TABLES]
    yield
    for table, rows in zip(TABLES, before, strict=True):
        table.clear()
        table.update(rows)


def follow(title: str, **given: object) -> None:
    """Run the block of code under a title of the page."""
    section = PAGE.split(f"## … {title}\n")[1].split("\n## ")[0]
    (code,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    exec(code, {"__name__": "a_plugin", **given})


Do = Callable[..., tuple[Run, Evaluation, Prediction]]


@pytest.fixture
def bands(workspace: Workspace, tmp_path: Path) -> DataSet:
    return Session(workspace).add_data(write_bands(tmp_path / "bands"), "bands")


@pytest.fixture
def do_main_job(workspace: Workspace) -> Do:
    """Plan, train, judge and predict with a heatmap."""

    def do(
        data: DataSet, method: str = "gradcam", **settings: object
    ) -> tuple[Run, Evaluation, Prediction]:
        asked = {"strategy": "fine-tune", "epochs": 1, "image_size": 32, "batch_size": 8}
        machine = {"precision": "float32", "threads": 1}
        values = {**asked, **machine, **settings, "data": data.name}
        recipe, places = build_settings(values)
        assert plan_run(workspace, recipe, places).seconds > 0
        run = create_run(workspace, recipe, places)
        assert Sitting(workspace, run, lambda: False).do()
        run.set_state("done")
        session = Session(workspace)
        image = Catalog(workspace).load_samples(data)[0].path
        (prediction,) = session.predict(run, [image], method)
        assert prediction.error is None
        assert prediction.heatmap is not None
        return run, session.evaluate(run), prediction

    return do


def test_a_strategy(bands: DataSet, do_main_job: Do) -> None:
    follow("a strategy")
    run, evaluation, _ = do_main_job(bands, strategy="last-two-stages")
    assert evaluation.n > 0
    assert run.name == "Last two stages on bands"


def test_a_backbone(workspace: Workspace, bands: DataSet, do_main_job: Do) -> None:
    file = workspace.weights_folder / "radiographs-resnet18.safetensors"
    shutil.copy(BUNDLED_PATH, file)
    follow("a backbone", sha256=hashlib.sha256(file.read_bytes()).hexdigest())
    run, _, _ = do_main_job(bands, source="radiographs", strategy="linear-probe")
    from medapp.models.weights import load_network

    assert load_network(run.model_path)[0].normalisation.mean == (0.5, 0.5, 0.5)


def test_an_architecture(bands: DataSet, do_main_job: Do) -> None:
    follow("an architecture")
    run, evaluation, _ = do_main_job(bands, source="none", architecture="tiny")
    assert evaluation.n > 0
    assert run.model_path.stat().st_size < 100_000


def test_a_file_format(workspace: Workspace, tmp_path: Path, do_main_job: Do) -> None:
    folder = write_bands(tmp_path / "bands")
    for path in folder.rglob("*.png"):
        pixels = np.asarray(Image.open(path).convert("L"))
        size = np.array(pixels.shape[::-1], np.uint16)
        path.with_suffix(".raw8").write_bytes(size.tobytes() + pixels.tobytes())
        path.unlink()
    follow("a file format")
    data = Session(workspace).add_data(folder, "raw")
    _, evaluation, prediction = do_main_job(data, strategy="linear-probe")
    assert evaluation.n > 0
    assert prediction.file.suffix == ".raw8"


def test_a_file_of_many_images(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "x.pair"
    path.write_bytes(bytes(range(128)))
    follow("a file of many images")
    data = Session(workspace).add_data(path)
    samples = Catalog(workspace).load_samples(data)
    assert [(s.name, s.label) for s in samples] == [("a.pgm", "a"), ("b.pgm", "b")]
    assert np.asarray(Image.open(samples[1].path)).ravel().tolist() == list(range(64, 128))


def test_a_heatmap_method(bands: DataSet, do_main_job: Do) -> None:
    follow("a heatmap method")
    _, _, prediction = do_main_job(bands, method="absolute", strategy="linear-probe", image_size=64)
    assert prediction.heatmap is not None
    assert prediction.heatmap.values.max() == pytest.approx(1.0)


def test_an_objective(bands: DataSet, do_main_job: Do, workspace: Workspace) -> None:
    follow("an objective")
    from medapp.runs.events import EpochFinished

    losses = {}
    for objective in ("supervised", "small-logits"):
        run, _, _ = do_main_job(bands, objective=objective, augmentation="none")
        (epoch,) = (e for e in run.list_events() if isinstance(e, EpochFinished))
        losses[objective] = epoch.train_loss
    assert losses["small-logits"] > losses["supervised"]
    assert find_run(workspace, run.name).recipe.objective.name == "small-logits"


def test_an_optimiser(bands: DataSet, do_main_job: Do) -> None:
    follow("an optimiser")
    run, evaluation, _ = do_main_job(bands, optimiser="nadam")
    assert evaluation.n > 0
    assert run.recipe.optimisation.optimiser == "nadam"
    assert find_default_rates("fine-tune", "nadam") == (
        0.001,
        find_default_rates("fine-tune", "adamw")[1],
    )
    assert "Only SGD" in find_idle({"optimiser": "nadam"})["momentum"]


def test_an_augmentation(bands: DataSet, do_main_job: Do) -> None:
    follow("an augmentation")
    run, evaluation, _ = do_main_job(bands, augmentation="mirror")
    assert evaluation.n > 0
    assert run.recipe.find_augmentation() == "mirror"


def test_a_fault(bands: DataSet, do_main_job: Do, workspace: Workspace) -> None:
    follow("a fault")
    run, _, _ = do_main_job(bands)
    found = measure_stress(workspace, run)
    assert [level.strength for level in found.faults["cut"]] == [0.1, 0.2, 0.3, 0.4, 0.5]
    assert load_stress(run) == found
    assert "Cut edge" in draw_stress(found).layout.yaxis.ticktext


def test_a_task(workspace: Workspace, bands: DataSet, do_main_job: Do) -> None:
    follow("a task")
    focal = Catalog(workspace).set_task(bands, "focal")
    run, evaluation, prediction = do_main_job(focal, strategy="linear-probe", epochs=5)
    assert (run.recipe.data.task, evaluation.task) == ("focal", "focal")
    assert prediction.label in bands.classes


def test_a_check_of_the_audit(workspace: Workspace, bands: DataSet) -> None:
    follow("a check of the audit")
    found = Session(workspace).audit(bands, with_features=False)
    (small,) = [finding for finding in found.findings if finding.kind == "small"]
    assert small.count == Catalog(workspace).count_samples(bands)
    assert small.summary == f"{small.count} images are less than 64 px wide."
