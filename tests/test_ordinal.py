"""A small data set of grades goes the same way as one with one label."""

from pathlib import Path

import numpy as np
import pytest
from conftest import train_here
from PIL import Image

from medapp.data.catalog import Catalog
from medapp.data.samples import DataSet
from medapp.session import Session
from medapp.store.workspace import Workspace

SIDE = 32
GRADES = ("none", "mild", "moderate", "severe")


def write_grades(folder: Path, count: int = 20) -> Path:
    """Images whose bright band is as broad as their grade is high; a folder a grade."""
    for grade, name in enumerate(GRADES):
        place = folder / name
        place.mkdir(parents=True)
        for i in range(count):
            rng = np.random.default_rng([i, grade])
            pixels = rng.integers(0, 90, (SIDE, SIDE)).astype(np.uint8)
            pixels[: 8 * grade] += 120
            Image.fromarray(pixels).save(place / f"p{i:02d}.png")
    return folder


@pytest.fixture
def grades(workspace: Workspace, tmp_path: Path) -> DataSet:
    data = Session(workspace).add_data(write_grades(tmp_path / "grades"), "grades")
    return Session(workspace).set_task(data, "ordinal")


def test_grades_stand_in_their_order(workspace: Workspace, grades: DataSet) -> None:
    assert grades.classes == GRADES
    assert Catalog(workspace).find_data_set("grades").classes == GRADES


@pytest.mark.parametrize("strategy", ["linear-probe", "fine-tune"])
def test_main_job(workspace: Workspace, grades: DataSet, strategy: str) -> None:
    session = Session(workspace)
    run = train_here(
        workspace,
        "grades",
        strategy=strategy,
        epochs=2,
        image_size=SIDE,
        batch_size=8,
        augmentation="auto" if strategy == "linear-probe" else "none",
        class_weights=True,
    )
    evaluation = session.evaluate(run)
    assert (evaluation.task, evaluation.classes) == ("ordinal", GRADES)
    assert evaluation.quadratic_kappa is not None
    assert evaluation.mean_absolute_error is not None
    assert sum(map(sum, evaluation.confusion)) == evaluation.n
    wrong = sum(
        count for i, row in enumerate(evaluation.confusion) for j, count in enumerate(row) if i != j
    )
    assert len(session.find_failures(run).worst) == wrong
    image = grades.root / "severe" / "p00.png"
    (prediction,) = session.predict(run, [image], "gradcam")
    assert prediction.error is None
    assert sum(prediction.probabilities.values()) == pytest.approx(1, abs=1e-5)
    # The heatmap is of the grade that is decided.
    assert prediction.explained == prediction.label
    (other,) = session.predict(run, [image], "gradcam", "mild")
    assert other.explained == "mild"
    assert other.probabilities == pytest.approx(prediction.probabilities)
    if strategy == "linear-probe":
        assert prediction.label == "severe"
        assert evaluation.quadratic_kappa > 0.9
        assert evaluation.mean_absolute_error < 0.3
        assert session.try_heatmaps(run, 4).n == 4
        stress = session.measure_stress(run)
        assert stress.figure == "quadratic_kappa"
        assert stress.plain.figure is not None
        assert stress.plain.figure.value == evaluation.quadratic_kappa
    # What starts from it takes its head too.
    settings = {"strategy": "linear-probe", "epochs": 1, "image_size": SIDE}
    train_here(workspace, "grades", source=f"run:{run.id}", **settings)
