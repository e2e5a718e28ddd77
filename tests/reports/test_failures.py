"""The worst test images stand first, in figures; small pictures only where somebody asks."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from conftest import draw_picture
from PIL import Image

from medapp.data.catalog import Catalog
from medapp.data.samples import Sample
from medapp.reports.document import Pictures, Table
from medapp.reports.failures import MOST, SHARE, build_failures, gather_failures
from medapp.runs.judging import judge
from medapp.runs.learned import load_samples, save_samples
from medapp.runs.making import create_run
from medapp.runs.results import save_evaluation
from medapp.runs.run import Run
from medapp.session import Session
from medapp.store.workspace import Workspace
from medapp.task import find_task
from medapp.training.recipe import build_settings


@pytest.fixture
def run(workspace: Workspace, tmp_path: Path) -> Run:
    """A run whose made-up probabilities are known: of image i of a class, 0.05 · (i + 1)."""
    for label in ("ill", "well"):
        (tmp_path / "set" / label).mkdir(parents=True)
        for i in range(60):
            pixels = draw_picture(i + 100 * (label == "ill"), 40, 32)
            Image.fromarray(pixels).save(tmp_path / "set" / label / f"secret{i:02d}.png")
    data = Session(workspace).add_data(tmp_path / "set", "set")
    run = create_run(workspace, *build_settings({"data": data.name}), "made up")
    save_samples(run, Catalog(workspace))
    (home,) = load_samples(run, Catalog(workspace))
    samples = home.list_split("test")
    own = [find_own(samples, sample) for sample in samples]
    rows = [
        [p, 1 - p] if s.label == "ill" else [1 - p, p] for p, s in zip(own, samples, strict=True)
    ]
    probabilities = np.array(rows, np.float32)
    found = judge(samples, probabilities, ("ill", "well"), find_task(data.task), [])
    save_evaluation(run, found, samples, probabilities)
    return run


def find_own(samples: list[Sample], sample: Sample) -> float:
    """The probability of an image's own class, by its place among those of its class."""
    place = [other for other in samples if other.label == sample.label].index(sample)
    return 0.05 * (place + 1)


def test_the_worst_stand_first_with_what_was_said_of_them(workspace: Workspace, run: Run) -> None:
    found = gather_failures(workspace, run)
    evaluation = run.load_evaluation()
    assert found is not None
    assert evaluation is not None
    (hits_ill, missed), (taken, hits_well) = evaluation.confusion
    assert (found.n, found.wrong) == (hits_ill + missed + taken + hits_well, missed + taken)
    assert len(found.worst) == min(MOST, found.wrong)
    # Of both classes the first image has 0.05, the second 0.10, ...
    ranks = [float(one.said.rsplit(" ", 1)[1]) for one in found.worst]
    assert ranks == sorted(ranks)
    assert ranks[:3] == [0.05, 0.05, 0.1]
    assert {one.said for one in found.worst[:2]} == {"well 0.95, ill 0.05", "ill 0.95, well 0.05"}
    blocks = build_failures(found).blocks
    assert [type(block) for block in blocks if isinstance(block, Table | Pictures)] == [Table]


def test_pictures_stand_in_the_report_and_never_in_the_bundle(
    workspace: Workspace, run: Run, tmp_path: Path
) -> None:
    session = Session(workspace)
    plain = session.report(run, tmp_path / "plain")[0].read_text("utf-8")
    assert "data:image" not in plain
    page, _, bundle = session.report(run, tmp_path / "shown", with_images=True)
    text = page.read_text("utf-8")
    assert text.count("data:image/jpeg") == MOST
    assert SHARE in text
    assert "secret" not in text
    with zipfile.ZipFile(bundle) as archive:
        assert "data:image" not in archive.read("report.html").decode()


def test_a_picture_that_is_gone_is_counted(workspace: Workspace, run: Run, tmp_path: Path) -> None:
    for path in (tmp_path / "set").glob("*/*.png"):
        path.unlink()
    found = gather_failures(workspace, run, with_images=True)
    assert found is not None
    assert not any(one.picture for one in found.worst)
    said = str(build_failures(found).blocks)
    assert f"{MOST} of them cannot be shown" in said


def test_a_run_without_predictions_says_so(workspace: Workspace, run: Run) -> None:
    run.find_part("predictions.parquet").unlink()
    assert gather_failures(workspace, run) is None
    assert "not known" in str(build_failures(None).blocks)
