"""The settings of a run in words."""

from conftest import Trained

from medapp.runs.making import create_run, find_run
from medapp.training.recipe import Machine, build_recipe
from medapp.ui.train.settings import describe_settings


def test_settings_are_said_as_a_person_says_them(trained: Trained) -> None:
    recipe = build_recipe({"data": "bands", "strategy": "fine-tune", "image_size": 32})
    said = dict(describe_settings(create_run(trained.workspace, recipe, Machine())))
    assert said["Data set"] == "bands"
    assert (said["Start from"], said["Strategy"]) == ("ResNet-18 (bundled)", "Fine-tune")
    assert (said["Early stopping"], said["Class weights"], said["Threads"]) == (
        "off",
        "off",
        "all cores",
    )
    assert said["Learning rate"].endswith(", the strategy's default")
    assert (said["Image size"], said["Optimiser"]) == ("32 px", "AdamW")
    del said["Seed"]
    assert not {"False", "True", "0", "auto"} & set(said.values())


def test_what_had_no_effect_is_left_out(trained: Trained) -> None:
    said = dict(describe_settings(find_run(trained.workspace, "probe")))
    assert not {"Augmentation", "Backbone rate", "Momentum", "Architecture"} & set(said)
