"""A cross-validation: a run a fold, and figures over the images of all of them."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from conftest import write_bands
from sklearn.metrics import balanced_accuracy_score

import medapp
from medapp.data.catalog import Catalog
from medapp.errors import RecipeError, RunError
from medapp.runs.making import list_runs
from medapp.runs.results import load_predictions
from medapp.session import Session
from medapp.store.workspace import Workspace
from medapp.studies.folds import FoldStudy, create_folds, find_study, list_studies, pool
from medapp.training.recipe import build_recipe

SETTINGS = {"strategy": "linear-probe", "image_size": 32}


@pytest.fixture
def session(workspace: Workspace, tmp_path: Path) -> Session:
    session = medapp.open(workspace.root)
    session.add_data(write_bands(tmp_path / "bands", 12), patient_pattern=r"^p\d+")
    return session


@pytest.fixture(scope="module")
def validated_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a cross-validation, run once for all tests."""
    home = tmp_path_factory.mktemp("folds")
    session = medapp.open(home / "home")
    session.add_data(write_bands(home / "bands", 12), patient_pattern=r"^p\d+")
    session.cross_validate("bands", 3, name="cv", **SETTINGS)
    return home / "home"


@pytest.fixture
def validated(validated_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    shutil.copytree(validated_once, tmp_path / "home")
    monkeypatch.setenv("MEDAPP_HOME", str(tmp_path / "home"))
    return medapp.open(tmp_path / "home")


@pytest.fixture
def study(validated: Session) -> FoldStudy:
    return find_study(validated.workspace, "cv")


def test_each_image_is_judged_once_and_figures_are_over_all(
    validated: Session, study: FoldStudy
) -> None:
    session, pooled = validated, validated.pool_folds("cv")
    assert pooled.states == ("done",) * 3
    runs = [session.find_run(id) for id in study.runs]
    assert [run.name for run in runs] == [f"cv, fold {number} of 3" for number in (1, 2, 3)]
    rows = [row for run in runs for row in load_predictions(run)]
    samples = Catalog(session.workspace).load_samples(session.find_data("bands"))
    assert sorted(row["name"] for row in rows) == sorted(sample.name for sample in samples)
    assert pooled.evaluation is not None
    assert pooled.evaluation.n == sum(e.n for e in pooled.folds if e is not None) == 24
    truth = np.array([row["label"] for row in rows])
    said = np.array([row["prediction"] for row in rows])
    expected = balanced_accuracy_score(truth, said)
    assert pooled.evaluation.balanced_accuracy == pytest.approx(expected)
    assert "folds" in {note.code for note in pooled.evaluation.notes}


def test_a_study_without_one_of_its_runs_gives_no_figures_over_all(
    validated: Session, study: FoldStudy
) -> None:
    shutil.rmtree(validated.find_run(study.runs[1]).folder)
    validated.workspace.runs_folder.touch()
    pooled = pool(validated.workspace, study)
    assert pooled.states == ("done", "gone", "done")
    assert pooled.evaluation is None
    assert list_studies(validated.workspace) == [study]


def test_runs_wait_and_the_study_is_found(session: Session) -> None:
    recipe = build_recipe({"data": "bands", "folds": 4, **SETTINGS})
    study = create_folds(session.workspace, recipe)
    assert find_study(session.workspace, study.id) == study
    assert study.name == "Linear probe on bands"
    folds = {run.recipe.data.fold for run in list_runs(session.workspace)}
    assert folds == {1, 2, 3, 4}
    assert pool(session.workspace, study).states == ("queued",) * 4
    again = create_folds(session.workspace, recipe)
    assert again.name == "Linear probe on bands 2"
    with pytest.raises(RunError, match="no study 'x'"):
        find_study(session.workspace, "x")


def test_what_cannot_be_made_leaves_no_run_behind(session: Session) -> None:
    with pytest.raises(RecipeError, match=r"no 20 folds"):
        session.cross_validate("bands", 20, **SETTINGS)
    assert list_runs(session.workspace) == []
    assert list_studies(session.workspace) == []
