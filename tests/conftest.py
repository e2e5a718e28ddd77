"""Fixtures that all tests share, and how the tests' processes compute."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from numpy.typing import NDArray
from PIL import Image

from medapp.data.catalog import Catalog
from medapp.data.samples import DataSet
from medapp.runs.run import Run
from medapp.store.workspace import Workspace, find_workspace

# A thread a process, those that tests start included: networks here are tiny, and two processes
# with two threads each would wait for one another. Read by torch when it is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Processes that tests start keep what they compile of MedApp's modules, whatever this shell says:
# each start is 0.6 s shorter.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# What a test writes need not outlast a power cut, and is mostly gone before it reaches the disk.
os.fsync = lambda file: None

# A property is about values, not about a busy machine's pace.
settings.register_profile("medapp", deadline=None)
settings.load_profile("medapp")


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Without pytest-xdist (`-p no:xdist`) its options in pyproject.toml are known and idle."""
    if not pluginmanager.hasplugin("xdist"):
        for name in ("--numprocesses", "--dist"):
            parser.addoption(name, help="needs pytest-xdist")


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """An empty workspace of the test's own."""
    monkeypatch.setenv("MEDAPP_HOME", str(tmp_path / "home"))
    return find_workspace()


def register_empty(workspace: Workspace, name: str) -> DataSet:
    """A data set without images, for runs that are never trained."""
    facts = {"has_patients": False, "is_synthetic": False, "split_origin": "", "created": ""}
    draft = DataSet(
        0, name, workspace.root, "registered", ("a", "b"), patient_pattern=None, **facts
    )
    return Catalog(workspace).add(draft, [])


def draw_picture(seed: int, height: int = 200, width: int = 160) -> NDArray[np.uint8]:
    """A smooth picture, as medical images are: strong low frequencies, a little noise."""
    random = np.random.default_rng(seed)
    coarse = Image.fromarray(random.normal(128, 40, (24, 24)).astype(np.float32))
    smooth = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC))
    return np.clip(smooth + random.normal(0, 3, smooth.shape), 0, 255).astype(np.uint8)


def write_bands(folder: Path, count: int = 16, seed: int = 0) -> Path:
    """Images of two classes that a network can tell apart: bright above, bright below.

    Half are 40 × 32 px, some are RGB. Other seeds make other images.
    """
    for label, is_above in (("above", True), ("below", False)):
        (folder / label).mkdir(parents=True)
        for i in range(count):
            height = 40 if i % 2 else 32
            generator = np.random.default_rng([i, is_above, *[seed] * bool(seed)])
            pixels = generator.integers(0, 90, (height, 32)).astype(np.uint8)
            pixels[: height // 2 if is_above else None][
                slice(None) if is_above else slice(height // 2, None)
            ] += 100
            image = Image.fromarray(pixels)
            (image.convert("RGB") if i % 5 == 4 else image).save(folder / label / f"p{i:02d}.png")
    return folder


@dataclass(frozen=True)
class Trained:
    """A workspace with a data set, `bands`, and a run, `probe`, that a child process trained on
    it.
    """

    workspace: Workspace
    folder: Path
    run: str = "probe"


@pytest.fixture(scope="session")
def trained_once(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Train once a session."""
    from medapp.data.importing.adding import add_folder
    from medapp.data.importing.choice import ImportChoice
    from medapp.runs.making import create_run
    from medapp.runs.supervisor import Supervisor
    from medapp.training.recipe import build_settings

    home = tmp_path_factory.mktemp("trained")
    workspace = Workspace(home / "home")
    workspace.runs_folder.mkdir(parents=True)
    folder = write_bands(home / "bands")
    data = add_folder(workspace, folder, "bands", ImportChoice(patient_pattern=r"p\d\d")).data_set
    settings = {"strategy": "head-by-steps", "image_size": 32, "epochs": 5, "batch_size": 8}
    machine = {"precision": "float32", "threads": 1}
    recipe = build_settings({"data": data.name, **settings, **machine})
    run = create_run(workspace, *recipe, "probe")
    state = Supervisor(workspace, only=run).run_to_end(lambda event: None)
    assert state == "done", f"{run.find_last_state()} {run.read_log()}"
    return Trained(workspace, folder)


@pytest.fixture
def trained(trained_once: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trained:
    """The trained workspace as `MEDAPP_HOME`, a copy of the test's own."""
    shutil.copytree(trained_once.workspace.root, tmp_path / "home")
    monkeypatch.setenv("MEDAPP_HOME", str(tmp_path / "home"))
    return Trained(find_workspace(), trained_once.folder)


@pytest.fixture(scope="session")
def two_heads_once(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Train a run over two data sets, "here" and "there, too", once a session."""
    from medapp.data.importing.adding import add_folder

    home = tmp_path_factory.mktemp("heads")
    workspace = Workspace(home / "home")
    workspace.runs_folder.mkdir(parents=True)
    add_folder(workspace, write_bands(home / "here", 20), name="here")
    there = write_bands(home / "there", 20, seed=5)
    # Of the same classes by other names, so that a head of one is of no use to the other.
    (there / "above").rename(there / "upper")
    (there / "below").rename(there / "lower")
    add_folder(workspace, there, name="there, too")
    train_several(workspace, "there, too")
    return workspace


def train_several(workspace: Workspace, *sources: str) -> Run:
    """A run on "here" and further data sets, two epochs long."""
    settings = {"strategy": "fine-tune", "image_size": 32, "epochs": 2, "batch_size": 8}
    return train_here(workspace, "here", sources=sources, **settings)


def train_here(workspace: Workspace, data: str, name: str | None = None, **settings: Any) -> Run:
    """A run that is trained to its end in this process, which need not start and import torch."""
    from medapp.runs.making import create_run
    from medapp.session import Session

    machine = {"precision": "float32", "threads": 1}
    recipe = Session(workspace).build_settings(data, **machine | settings)
    run = create_run(workspace, *recipe, name)
    sit(workspace, run)
    return run


def sit(workspace: Workspace, run: Run) -> None:
    """Train a run that waits to its end, in this process."""
    from medapp.runs.sitting import Sitting

    with run.lock():
        assert Sitting(workspace, run, lambda: False).do()
        run.set_state("done")


@pytest.fixture
def two_heads(
    two_heads_once: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Workspace:
    """The workspace with the run over two data sets as `MEDAPP_HOME`, a copy of the test's own."""
    shutil.copytree(two_heads_once.root, tmp_path / "home")
    monkeypatch.setenv("MEDAPP_HOME", str(tmp_path / "home"))
    return find_workspace()
