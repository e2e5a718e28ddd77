"""Epochs that fit a time, by an estimate that is known."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from medapp.data.importing.adding import add_folder
from medapp.data.samples import DataSet
from medapp.errors import RecipeError
from medapp.imaging.preprocess import Preprocess
from medapp.runs.plan import plan_run
from medapp.store.workspace import Workspace
from medapp.studies.time import SIZES, describe_fit, fit_epochs, fit_preset, limit_epochs
from medapp.training.recipe import build_recipe
from medapp.training.recipe.presets import PRESETS

HOUR = PRESETS["best-in-an-hour"]


def plan(epochs: int) -> float:
    """Two minutes, and half a minute an epoch."""
    return 120 + 30 * epochs


@pytest.mark.parametrize(("minutes", "epochs"), [(None, 20), (12, 20), (7, 10), (6.9, 9), (2.5, 1)])
def test_as_many_epochs_as_fit(minutes: float | None, epochs: int) -> None:
    assert fit_epochs(plan, 20, minutes, "race") == epochs
    assert minutes is None or plan(epochs) <= 60 * minutes


def test_too_short_a_time_is_refused_in_words() -> None:
    with pytest.raises(RecipeError, match="one epoch each, the race takes about 2 min") as caught:
        fit_epochs(plan, 20, 2, "race")
    assert caught.value.setting == "minutes"


@pytest.mark.parametrize("minutes", [0, -3, float("nan"), float("inf")])
@pytest.mark.parametrize("asked", [1, 20])
def test_a_time_that_is_none_is_refused(minutes: float, asked: int) -> None:
    with pytest.raises(RecipeError, match="takes minutes above 0") as caught:
        fit_epochs(plan, asked, minutes, "race")
    assert caught.value.setting == "minutes"


def test_epochs_are_lowered_and_never_raised() -> None:
    recipe = build_recipe({"data": "x", "epochs": 8})
    assert limit_epochs(recipe, 3).budget.epochs == 3
    assert limit_epochs(recipe, 30).budget.epochs == 8


def add_squares(workspace: Workspace, folder: Path, side: int) -> DataSet:
    """Ten images a class, of which one is a square of this side; the others are smaller."""
    for label in ("a", "b"):
        (folder / label).mkdir(parents=True)
        for n in range(10):
            shape = (side, side) if n == 0 else (side // 2, side // 3)
            pixels = np.random.default_rng([n, label == "a"]).integers(0, 255, shape)
            Image.fromarray(pixels.astype(np.uint8)).save(folder / label / f"{n}.png")
    return add_folder(workspace, folder, name="squares").data_set


def compute(workspace: Workspace, gigaflops: float) -> None:
    """Say that this machine computes so many gigaflops a second."""
    text = f'{{"known": {{"float32": {gigaflops}}}}}'
    (workspace.root / "machine.json").write_text(text)


def seconds(workspace: Workspace, data_set: DataSet, values: dict[str, object]) -> float:
    return plan_run(workspace, build_recipe({"data": data_set.name, **values})).seconds


@pytest.mark.parametrize("gigaflops", [0.025, 0.1, 0.3, 1.0, 3.0, 1000.0])
def test_an_hour_is_kept_by_the_largest_images_with_ten_epochs_of_time(
    workspace: Workspace, tmp_path: Path, gigaflops: float
) -> None:
    data_set = add_squares(workspace, tmp_path / "s", 300)
    compute(workspace, gigaflops)
    values = fit_preset(workspace, data_set, HOUR, {})
    assert seconds(workspace, data_set, values) <= 3600
    if values["strategy"] == "linear-probe":
        # Not even three epochs fit at the smallest size.
        least = {**HOUR.values, "image_size": 64, "epochs": 3}
        assert seconds(workspace, data_set, least) > 3600
        return
    size, epochs = values["image_size"], values["epochs"]
    if epochs < 60:
        assert seconds(workspace, data_set, {**values, "epochs": epochs + 1}) > 3600
    for larger in SIZES[: SIZES.index(size)]:
        tried = {**values, "image_size": larger, "epochs": 10}
        assert seconds(workspace, data_set, tried) > 3600
    assert epochs >= 10 or size == 64
    assert (values["early_stopping"], values["augmentation"]) == (10, "standard")


def test_a_fast_machine_takes_all_and_a_hopeless_one_the_probe(
    workspace: Workspace, tmp_path: Path
) -> None:
    data_set = add_squares(workspace, tmp_path / "s", 300)
    compute(workspace, 1e5)
    values = fit_preset(workspace, data_set, HOUR, {})
    assert (values["image_size"], values["epochs"]) == (224, 60)
    compute(workspace, 1e-5)
    assert fit_preset(workspace, data_set, HOUR, {}) == {"strategy": "linear-probe"}
    # What was asked for is done all the same.
    asked = {"strategy": "last-stage"}
    assert fit_preset(workspace, data_set, HOUR, asked)["strategy"] == "last-stage"


@pytest.mark.parametrize(("side", "size"), [(28, 64), (100, 128), (128, 128), (1000, 224)])
def test_images_are_not_blown_up(
    workspace: Workspace, tmp_path: Path, side: int, size: int
) -> None:
    data_set = add_squares(workspace, tmp_path / "s", side)
    compute(workspace, 1e5)
    assert fit_preset(workspace, data_set, HOUR, {})["image_size"] == size


def test_what_is_asked_for_beside_a_preset_stays(workspace: Workspace, tmp_path: Path) -> None:
    data_set = add_squares(workspace, tmp_path / "s", 300)
    compute(workspace, 1e5)
    assert fit_preset(workspace, data_set, HOUR, {"image_size": 32})["image_size"] == 32
    whole = {"preprocess": Preprocess(image_size=96)}
    assert "image_size" not in fit_preset(workspace, data_set, HOUR, whole)
    found = build_recipe({"data": "squares", **fit_preset(workspace, data_set, HOUR, whole)})
    assert (found.preprocess.image_size, found.budget.epochs) == (96, 60)
    assert fit_preset(workspace, data_set, HOUR, {"epochs": 99})["epochs"] == 99
    dotted = fit_preset(workspace, data_set, HOUR, {"budget.epochs": 99})
    assert build_recipe({"data": "squares", **dotted}).budget.epochs == 99
    fixed = PRESETS["balanced"]
    assert fit_preset(workspace, data_set, fixed, {"seed": 3}) == {**fixed.values, "seed": 3}


def test_a_recipe_that_cannot_work_is_refused_and_not_taken_for_slow(
    workspace: Workspace, tmp_path: Path
) -> None:
    data_set = add_squares(workspace, tmp_path / "s", 64)
    with pytest.raises(RecipeError, match="BatchNorm"):
        fit_preset(workspace, data_set, HOUR, {"batch_size": 1})


def test_what_a_preset_does_here_is_said_with_its_time(
    workspace: Workspace, tmp_path: Path
) -> None:
    data_set = add_squares(workspace, tmp_path / "s", 300)
    compute(workspace, 1e5)

    def say(name: str) -> str:
        values = fit_preset(workspace, data_set, PRESETS[name], {})
        recipe = build_recipe({"data": "squares", **values})
        return describe_fit(recipe, plan_run(workspace, recipe))

    # A process with torch needs six seconds to start; what else is done takes next to nothing.
    tail = "about 6 s on this machine, by a rule of thumb."
    assert say("balanced") == f"Fine-tune, 15 epochs, 128 px: {tail}"
    assert say("best-in-an-hour") == f"Fine-tune, up to 60 epochs, 224 px: {tail}"
    assert say("quick-look").startswith("Linear probe, 128 px: about 6 s")
