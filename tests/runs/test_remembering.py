"""A model of before learns its own kind of image, and nothing else of it changes."""

from pathlib import Path

import numpy as np
import pytest
from conftest import Trained, train_here, write_bands
from PIL import Image
from typer.testing import CliRunner

from medapp.cli import app
from medapp.errors import RunError
from medapp.evaluation.familiarity import FEWEST_HELD_OUT
from medapp.models.weights import load_network, save_network
from medapp.runs.making import find_run
from medapp.runs.remembering import remember_kind
from medapp.runs.rewriting import rewrite_model
from medapp.session import Session
from medapp.store.files import hash_file
from medapp.store.workspace import Workspace


def test_too_few_images_say_nothing_and_change_nothing(trained: Trained) -> None:
    run = find_run(trained.workspace, trained.run)
    before = hash_file(run.model_path)
    with pytest.raises(RunError, match="too few"):
        remember_kind(trained.workspace, run)
    assert hash_file(run.model_path) == before


def test_a_model_of_before_knows_its_kind_afterwards(workspace: Workspace, tmp_path: Path) -> None:
    session = Session(workspace)
    images = write_bands(tmp_path / "bands", 120)
    session.add_data(images, name="bands", patient_pattern=r"p\d\d\d?")
    run = train_here(workspace, "bands", strategy="linear-probe", image_size=32)
    with rewrite_model(run) as path:
        network, metadata = load_network(path)
        save_network(network, path, metadata)
    file = next((images / "above").iterdir())
    noise = tmp_path / "noise.png"
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 256, (64, 64, 3), np.uint8)).save(noise)
    (plain,) = session.predict(run, [file])
    assert plain.familiar is None
    figures = session.evaluate(run)
    done = CliRunner().invoke(app, ["runs", "remember", run.name])
    assert done.exit_code == 0, done.exception
    assert "knows its own kind of image from" in done.stdout
    known = remember_kind(workspace, run)
    assert known.held_out >= FEWEST_HELD_OUT
    own, foreign = session.predict(run, [file, noise])
    assert own.familiar is not None
    assert own.probabilities == pytest.approx(plain.probabilities, abs=1e-6)
    assert foreign.refusal is not None
    after = session.evaluate(run)
    assert after.confusion == figures.confusion
    assert after.computed["model_sha256"] == hash_file(run.model_path)
