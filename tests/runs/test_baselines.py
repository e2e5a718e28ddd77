"""Nearest neighbours and small pixels are runs like any other, from training to a new image."""

from pathlib import Path

import numpy as np
import pytest
from conftest import write_bands

from medapp.data.importing.adding import add_folder
from medapp.data.importing.choice import ImportChoice
from medapp.data.samples import DataSet
from medapp.errors import ExplanationError, MedAppError, RecipeError
from medapp.prediction.heatmaps import zip_heatmaps
from medapp.prediction.model import load_model
from medapp.runs.evaluate import evaluate_run
from medapp.runs.events import EpochFinished, MessageSaid
from medapp.runs.making import create_run
from medapp.runs.plan import plan_run
from medapp.runs.run import Run
from medapp.runs.sitting import Sitting
from medapp.runs.transfer import describe_export, export_run, import_run
from medapp.session import Session
from medapp.store.workspace import Workspace
from medapp.training.recipe import build_recipe, build_settings

BASELINES = ("nearest-neighbours", "small-pixels")
SMALL = {"image_size": 32, "precision": "float32", "threads": 1}


@pytest.fixture
def bands(workspace: Workspace, tmp_path: Path) -> DataSet:
    folder = write_bands(tmp_path / "bands")
    return add_folder(workspace, folder, choice=ImportChoice(patient_pattern=r"p\d\d")).data_set


def sit(workspace: Workspace, strategy: str, **settings: object) -> Run:
    asked = {"data": "bands", **SMALL, "strategy": strategy, **settings}
    run = create_run(workspace, *build_settings(asked))
    with run.lock():
        assert Sitting(workspace, run, lambda: False).do()
        run.set_state("done")
    return run


@pytest.mark.parametrize("strategy", BASELINES)
def test_a_baseline_is_trained_judged_and_asked(
    workspace: Workspace, bands: DataSet, tmp_path: Path, strategy: str
) -> None:
    assert plan_run(workspace, build_recipe({"data": "bands", "strategy": strategy})).seconds > 0
    run = sit(workspace, strategy)
    evaluation = evaluate_run(workspace, run)
    assert evaluation.accuracy == 1.0
    (epoch,) = [event for event in run.list_events() if isinstance(event, EpochFinished)]
    assert evaluate_run(workspace, run, "validation").accuracy == pytest.approx(epoch.accuracy)
    image = bands.root / "above" / "p00.png"
    (found,) = Session(workspace).predict(run, [image], method="gradcam")
    assert found.label == "above"
    assert sum(found.probabilities.values()) == pytest.approx(1)
    assert (found.describe_heatmap() or "").startswith("No map: ")
    assert found.heatmap is not None
    assert not found.heatmap.values.any()
    (asked,) = Session(workspace).predict(run, [image], method="gradcam", class_name="below")
    assert asked.explained == "below"
    assert asked.probabilities == found.probabilities
    assert zip_heatmaps(load_model(run.model_path), "m", bands.root, [image], "gradcam")
    with pytest.raises(ExplanationError, match="no stage to read a heatmap from"):
        zip_heatmaps(
            load_model(run.model_path), "m", bands.root, [image], "gradcam", stage="layer4"
        )
    back = import_run(workspace, export_run(run, tmp_path / "run.zip"))
    (again,) = Session(workspace).predict(back, [image])
    assert again.probabilities == found.probabilities


@pytest.mark.parametrize("strategy", BASELINES)
def test_equal_baselines_give_equal_files(
    workspace: Workspace, bands: DataSet, strategy: str
) -> None:
    one, other = (sit(workspace, strategy) for _ in range(2))
    assert one.model_path.read_bytes() == other.model_path.read_bytes()


def test_who_shares_neighbours_is_told_what_they_hold(workspace: Workspace, bands: DataSet) -> None:
    neighbours, pixels = (sit(workspace, strategy) for strategy in BASELINES)
    for with_names in (False, True):
        assert "features of each training image" in describe_export(neighbours, with_names)
        assert "features" not in describe_export(pixels, with_names)
    said = [e.text for e in neighbours.list_events() if isinstance(e, MessageSaid)]
    assert any("whoever has its file has them" in text for text in said)


def test_the_model_holds_no_image_that_it_is_judged_on(
    workspace: Workspace, bands: DataSet
) -> None:
    run = sit(workspace, "nearest-neighbours")
    head = load_model(run.model_path).network.head
    (plan,) = [event for event in run.list_events() if event.kind == "plan"]
    assert len(head.rows) == plan.train
    assert np.allclose(head.rows.norm(dim=1), 1, atol=1e-5)


def test_small_pixels_have_nothing_to_start_from(workspace: Workspace, bands: DataSet) -> None:
    with pytest.raises(RecipeError, match="has no backbone, so the source 'bundled'"):
        build_recipe({"data": "bands", "strategy": "small-pixels", "source": "bundled"})
    run = sit(workspace, "small-pixels")
    recipe = build_recipe({"data": "bands", "strategy": "fine-tune", "source": f"run:{run.id}"})
    with pytest.raises(MedAppError, match="nothing to start from"):
        plan_run(workspace, recipe)


def test_settings_that_votes_have_no_use_for_are_named(
    workspace: Workspace, bands: DataSet
) -> None:
    run = sit(workspace, "nearest-neighbours", class_weights=True, epochs=3)
    said = [e.text for e in run.list_events() if isinstance(e, MessageSaid)]
    assert "Settings without effect on this run: class_weights, epochs." in said
