"""The command that a page writes for a recipe, read back by the shell's own parser."""

import shlex
from typing import Any

import pytest
import typer
from conftest import register_empty
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medapp.cli import app
from medapp.cli.work import gather_values, split_names
from medapp.errors import RecipeError
from medapp.session import Session
from medapp.store.workspace import Workspace
from medapp.training.recipe import DataChoice, Machine, Recipe, build_settings
from medapp.training.recipe.command import write_command
from medapp.training.recipe.presets import PRESETS

OWN = ("source", "strategy", "epochs", "image_size", "seed", "target", "adaptation")


def read_command(workspace: Workspace, command: str) -> tuple[Recipe, Machine]:
    """What `medapp train` would ask for."""
    program, name, *words = shlex.split(command)
    assert program == "medapp"
    train = typer.main.get_command(app).commands[name]  # type: ignore[attr-defined]
    options: dict[str, Any] = train.make_context(name, words).params
    values = gather_values(options["settings"], **{key: options[key] for key in OWN})
    if options["sources"]:
        known = [data_set.name for data_set in Session(workspace).list_data()]
        values["sources"] = split_names(options["sources"], known)
    return Session(workspace).build_settings(options["data"], options["preset"], **values)


def ask(workspace: Workspace, **values: Any) -> tuple[Recipe, Machine]:
    (data_set,) = Session(workspace).list_data()
    choice = DataChoice(id=data_set.uid, name=data_set.name)
    return build_settings({**values, "data": {"choices": (choice,)}})


def test_a_preset_that_is_fitted_to_a_machine_is_written_out(workspace: Workspace) -> None:
    register_empty(workspace, "hands")
    asked = ask(workspace, **PRESETS["best-in-an-hour"].values)
    command = write_command(*asked, "hands")
    assert "preset" not in command
    assert "--epochs 60" in command


@pytest.mark.parametrize("preset", [name for name, p in PRESETS.items() if not p.minutes])
def test_a_preset_is_its_name_alone(workspace: Workspace, preset: str) -> None:
    register_empty(workspace, "hands")
    asked = ask(workspace, **PRESETS[preset].values)
    command = write_command(*asked, "hands")
    assert command == f"medapp train --data hands --preset {preset}"
    assert read_command(workspace, command) == asked


def test_what_differs_is_said_in_the_shortest_way(workspace: Workspace) -> None:
    register_empty(workspace, "Hände & Füße")
    asked = ask(workspace, strategy="fine-tune", epochs=3, class_weights=True, seed=7)
    command = write_command(*asked, "Hände & Füße")
    assert command == (
        "medapp train --data 'Hände & Füße' --set class_weights=true --epochs 3 --seed 7"
    )
    assert read_command(workspace, command) == asked


def test_a_target_is_named_with_its_method(workspace: Workspace) -> None:
    for name in ("hands", "feet"):
        register_empty(workspace, name)
    asked = Session(workspace).build_settings("hands", target="feet", adaptation="dann", epochs=3)
    command = write_command(*asked, "hands")
    assert command == ("medapp train --data hands --target feet --adaptation dann --epochs 3")
    assert read_command(workspace, command) == asked


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["feet", "knees"], "--sources feet,knees"),
        (["feet", "knees, left"], "--sources feet --sources 'knees, left'"),
    ],
)
def test_sources_are_named_also_where_a_name_has_a_comma(
    workspace: Workspace, names: list[str], words: str
) -> None:
    for name in ("hands", *names):
        register_empty(workspace, name)
    asked = Session(workspace).build_settings("hands", sources=names, epochs=3, anchor=1.0)
    command = write_command(*asked, "hands")
    assert command.startswith(f"medapp train --data hands {words} ")
    assert read_command(workspace, command) == asked


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    values=st.fixed_dictionaries(
        {},
        optional={
            "strategy": st.sampled_from(["linear-probe", "last-stage", "fine-tune"]),
            "source": st.sampled_from(["bundled", "resnet50", "run:20260101", "/a b/c'd.pth", "-"]),
            "epochs": st.integers(1, 1000),
            "learning_rate": st.floats(0, 10),
            "weight_decay": st.floats(0, 1),
            "optimiser": st.sampled_from(["adamw", "sgd"]),
            "early_stopping": st.integers(0, 1000),
            "class_weights": st.booleans(),
            "resize": st.sampled_from(["squash", "pad", "crop"]),
            "clahe": st.floats(0, 10),
            "crop_borders": st.booleans(),
            "seed": st.integers(0, 2**31 - 1),
            "threads": st.integers(0, 8),
            "precision": st.sampled_from(["auto", "float32"]),
        },
    )
)
def test_a_command_gives_the_recipe_that_it_was_written_for(
    workspace: Workspace, values: dict[str, Any]
) -> None:
    if not Session(workspace).list_data():
        register_empty(workspace, "hands")
    asked = ask(workspace, **values)
    assert read_command(workspace, write_command(*asked, "hands")) == asked


def test_a_choice_of_samples_cannot_be_said(workspace: Workspace) -> None:
    choice = DataChoice(name="hands", only={"site": ("a",)})
    recipe, machine = build_settings({"data": {"choices": (choice,)}})
    with pytest.raises(RecipeError, match="some of its data set's samples"):
        write_command(recipe, machine, "hands")
