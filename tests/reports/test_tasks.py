"""Records of each task: findings with thresholds, and grades, are made again as well."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from conftest import draw_picture
from PIL import Image

from medapp.data.catalog import Catalog
from medapp.data.samples import DataSet
from medapp.reports.bundle import BUNDLE, write_report
from medapp.reports.finding import DIFFERS
from medapp.reports.verify import verify_bundle
from medapp.runs.judging import judge
from medapp.runs.learned import load_samples, save_samples
from medapp.runs.making import create_run
from medapp.runs.results import save_evaluation
from medapp.runs.run import Run
from medapp.session import Session
from medapp.store.workspace import Workspace
from medapp.task import find_task
from medapp.training.recipe import build_settings

FOLDERS = {"multi-label": ("|", "mass", "nodule", "mass|nodule"), "ordinal": ("0", "1", "2", "3")}


def add(workspace: Workspace, folder: Path, task: str) -> DataSet:
    seed = 0
    for place in FOLDERS[task]:
        (folder / place).mkdir(parents=True)
        for i in range(40):
            pixels = draw_picture(seed, 40, 32)
            Image.fromarray(pixels).save(folder / place / f"p{i:02d}.png")
            seed += 1
    data = Session(workspace).add_data(folder, task)
    return Catalog(workspace).set_task(data, task)


def record(workspace: Workspace, data: DataSet, seed: int) -> Run:
    """A run with figures of made-up probabilities: nothing has to be trained for a record."""
    run = create_run(workspace, *build_settings({"data": data.name, "task": data.task}), "made up")
    save_samples(run, Catalog(workspace))
    (home,) = load_samples(run, Catalog(workspace))
    samples = home.list_split("test")
    classes = home.data_set.classes
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.ones(len(classes)), len(samples)).astype(np.float32)
    thresholds = [0.3, 0.6] if data.task == "multi-label" else []
    found = judge(samples, probabilities, classes, find_task(data.task), thresholds)
    save_evaluation(run, found, samples, probabilities)
    return run


@pytest.mark.parametrize("task", list(FOLDERS))
def test_the_figures_of_each_task_are_made_again(
    workspace: Workspace, tmp_path: Path, task: str
) -> None:
    run = record(workspace, add(workspace, tmp_path / "images", task), 3)
    page, _, bundle = write_report(workspace, run, tmp_path / "report")
    assert bundle.name == BUNDLE
    found = verify_bundle(bundle)
    assert [one for one in found.findings if one.state == DIFFERS] == []
    text = page.read_text("utf-8")
    wanted = "Macro average precision" if task == "multi-label" else "Quadratic kappa"
    assert wanted in text
    assert ("Confusion matrix" in text) is (task == "ordinal")


def test_no_name_of_a_site_leaves(workspace: Workspace, tmp_path: Path) -> None:
    seed = 0
    for site in ("Northgate", "Southgate"):
        for label in ("ill", "well"):
            (tmp_path / "images" / site / label).mkdir(parents=True)
            for i in range(60):
                pixels = Image.fromarray(draw_picture(seed, 40, 32))
                pixels.save(tmp_path / "images" / site / label / f"{i:02d}.png")
                seed += 1
    data = Session(workspace).add_data(tmp_path / "images", "sites", layout="{site}/{label}")
    written = write_report(workspace, record(workspace, data, 5), tmp_path / "report")
    page = written[0].read_text("utf-8")
    assert "By site." in page
    assert "#1" in page
    with zipfile.ZipFile(written[-1]) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    for name in ("split.parquet", "predictions.parquet"):
        sites = pq.read_table(io.BytesIO(contents.pop(name)))["site"].to_pylist()
        assert set(sites) == {"#1", "#2"}
    assert not [name for name, content in contents.items() if b"gate" in content]
