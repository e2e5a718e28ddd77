"""`recipe.json` of any version is read; what a stranger wrote is refused in words."""

import json
import zipfile
from pathlib import Path

import pytest

from medapp.errors import RecipeError
from medapp.training.recipe import (
    Machine,
    build_recipe,
    build_settings,
    read_settings,
    write_settings,
)

FIXTURE = Path(__file__).parents[2] / "fixtures" / "workspace-0.1.0.zip"
# All settings of version 1, each with a value that is not its default.
FIRST = {
    "version": 1,
    "dataset": "Köpfe",
    "source": "resnet50",
    "architecture": "resnet34",
    "strategy": "last-stage",
    "epochs": 4,
    "image_size": 96,
    "batch_size": 16,
    "optimiser": "sgd",
    "learning_rate": 0.25,
    "backbone_rate": 0.5,
    "weight_decay": 0.125,
    "momentum": 0.5,
    "schedule": "constant",
    "warmup": 0.25,
    "augmentation": "strong",
    "class_weights": True,
    "label_smoothing": 0.25,
    "early_stopping": 3,
    "seed": 11,
    "device": "cpu",
    "devices": 2,
    "precision": "bfloat16",
    "threads": 3,
    "preprocess": {
        "resize": "crop",
        "percentile_clip": 1.5,
        "clahe": 2.0,
        "crop_borders": True,
    },
}


def test_every_setting_of_the_first_version_is_kept() -> None:
    flat = {name: value for name, value in FIRST.items() if name not in ("version", "dataset")}
    flat["preprocess"] = {**FIRST["preprocess"], "value_range": "image", "windows": ""}
    flat["norms"] = "learn"
    assert read_settings(json.dumps(FIRST)) == build_settings({"data": "Köpfe", **flat})
    recipe, machine = read_settings(json.dumps(FIRST))
    assert (recipe.data.train.name, recipe.data.train.id) == ("Köpfe", "")
    assert machine == Machine(device="cpu", devices=2, precision="bfloat16", threads=3)
    written = json.loads(write_settings(recipe, machine))
    assert written["version"] == 7
    assert written["preprocess"] == {**flat["preprocess"], "image_size": 96}


def test_a_recipe_of_the_fourth_version_goes_on_stretching_each_image() -> None:
    text = write_settings(*build_settings({"data": "d", "resize": "pad"}))
    second = json.loads(text) | {"version": 4}
    del second["preprocess"]["value_range"]
    old, _ = read_settings(json.dumps(second))
    assert (old.preprocess.value_range, old.preprocess.resize) == ("image", "pad")
    assert read_settings(text)[0].preprocess.value_range == "file"
    del second["preprocess"]
    assert read_settings(json.dumps(second))[0].preprocess.value_range == "image"


def test_a_recipe_of_the_fifth_version_has_no_windows_of_its_own() -> None:
    values = json.loads(write_settings(build_recipe({"data": "d"}), Machine()))
    del values["preprocess"]["windows"]
    recipe, _ = read_settings(json.dumps(values | {"version": 5}))
    assert recipe.preprocess.windows == ""


def test_a_recipe_of_the_sixth_version_learns_norms_from_each_batch() -> None:
    text = write_settings(
        build_recipe({"data": "d", "strategy": "probe-then-fine-tune"}), Machine()
    )
    assert read_settings(text)[0].find_norms() == "keep"
    values = json.loads(text) | {"version": 6}
    del values["strategy"]["norms"]
    values["start"]["rescaled"] = False
    recipe, _ = read_settings(json.dumps(values))
    assert recipe.find_norms() == "learn"


def test_the_second_version_s_bootstrap_replicates_are_asked_for_no_more() -> None:
    grouped = {"data": {"choices": [{"name": "d"}]}, "budget": {"epochs": 4}}
    second = {"version": 2, **grouped, "judging": {"resamples": 500}, "machine": {"threads": 1}}
    assert read_settings(json.dumps(second)) == build_settings(
        {"data": "d", "epochs": 4, "threads": 1, "value_range": "image", "norms": "learn"}
    )


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"learning": 0.1}, "learning"),
        ({"preprocess": "pad", "image_size": 64}, "reprocess"),
        ({"epochs": "many"}, "pochs"),
    ],
)
def test_what_the_first_version_did_not_know_is_refused(
    values: dict[str, object], said: str
) -> None:
    with pytest.raises(RecipeError, match=said):
        read_settings(json.dumps({"version": 1, "dataset": "d", **values}))


@pytest.mark.parametrize(
    ("strategy", "source", "augmentation"),
    [
        ("linear-probe", "bundled", "none"),
        ("scratch", "none", "light"),
        ("fine-tune", "bundled", "light"),
    ],
)
def test_what_the_first_version_had_rewritten_means_the_same(
    strategy: str, source: str, augmentation: str
) -> None:
    values = {"strategy": strategy, "source": source, "augmentation": augmentation}
    recipe, _ = read_settings(json.dumps({"version": 1, "dataset": "d", **values}))
    assert (recipe.find_source(), recipe.find_augmentation()) == (source, augmentation)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_an_earlier_probe_keeps_the_way_it_learned(version: int) -> None:
    """It learned by steps, which has another name now; what was asked of the steps stays."""
    values = {"strategy": "linear-probe", "epochs": 7, "optimiser": "sgd"}
    if version > 1:
        values = {
            "data": {"choices": [{"name": "d"}]},
            "strategy": {"name": "linear-probe"},
            "budget": {"epochs": 7},
            "optimisation": {"optimiser": "sgd"},
        }
    else:
        values["dataset"] = "d"
    recipe, _ = read_settings(json.dumps({"version": version, **values}))
    assert recipe == build_recipe(
        {
            "data": "d",
            "strategy": "head-by-steps",
            "epochs": 7,
            "optimiser": "sgd",
            "value_range": "image",
            "norms": "learn",
        }
    )
    new = build_recipe({"data": "d", "strategy": "linear-probe"})
    assert read_settings(write_settings(new, Machine()))[0] == new


def test_recipes_that_0_1_0_left_are_read() -> None:
    with zipfile.ZipFile(FIXTURE) as archive:
        texts = [
            archive.read(name).decode()
            for name in sorted(archive.namelist())
            if name.startswith("home/runs/") and name.endswith("recipe.json")
        ]
    recipes = [read_settings(text)[0] for text in texts]
    machines = {read_settings(text)[1] for text in texts}
    assert machines == {Machine(precision="float32", threads=1)}
    assert [recipe.strategy.name for recipe in recipes] == [
        "head-by-steps",
        "fine-tune",
        "scratch",
        "last-stage",
    ]
    assert [recipe.data.train.name for recipe in recipes] == ["Phantom", *["Bands"] * 3]
    assert [recipe.find_source() for recipe in recipes] == [
        "bundled",
        "bundled",
        "none",
        "run:20261125-183100-001",
    ]
    assert [recipe.budget.epochs for recipe in recipes] == [3, 2, 500, 1]
    assert [recipe.preprocess.image_size for recipe in recipes] == [64, 32, 32, 32]
    assert [recipe.objective.class_weights for recipe in recipes] == [False, True, False, False]
    assert recipes[1].preprocess.resize == "pad"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "[" * 100_000,
        '{"version": 99, "data": {"choices": [{"name": "d"}]}}',
        '{"version": "2", "data": {"choices": [{"name": "d"}]}}',
        '{"version": [1], "dataset": "d"}',
        '{"version": 1, "dataset": "d", "new_thing": 1}',
        '{"version": 1, "dataset": 7}',
        '{"version": 1}',
        '{"version": 2, "dataset": "d"}',
        '{"version": 2, "data": "d"}',
        '{"version": 2, "data": {"choices": []}}',
        '{"version": 2, "data": {"choices": [7]}}',
        '{"version": 2, "data": {"choices": [{"name": "d"}]}, "machine": 7}',
        '{"version": 2, "data": {"choices": [{"name": "d"}]}, "machine": {"cores": 7}}',
        '{"version": 2, "data": {"choices": [{"name": "d"}]}, "budget": {"epochs": 0}}',
        '{"version": 2, "data": {"choices": [{"name": "d"}]}, "budget": 7}',
        '{"version": 1, "dataset": "d", "preprocess": 7}',
    ],
)
def test_foreign_json_is_refused_in_words(text: str) -> None:
    with pytest.raises(RecipeError):
        read_settings(text)


def test_a_newer_version_asks_for_an_update() -> None:
    text = write_settings(build_recipe({"data": "d"}), Machine())
    newer = json.dumps(json.loads(text) | {"version": 8})
    with pytest.raises(RecipeError, match=r"version 8 .* Update MedApp"):
        read_settings(newer)
