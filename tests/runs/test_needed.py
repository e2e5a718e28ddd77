"""What a run that waits or works needs is not taken away from it."""

import pytest
from cli.test_cli import medapp
from conftest import Trained, register_empty

from medapp.data.catalog import Catalog
from medapp.errors import DataError, RunError
from medapp.runs.making import create_run, find_run
from medapp.runs.needed import delete_run, remove_data_set
from medapp.runs.run import Run
from medapp.training.recipe import build_recipe


def make(trained: Trained, name: str, **settings: object) -> Run:
    recipe = build_recipe({"data": "bands", **settings})
    return create_run(trained.workspace, recipe, name=name)


def test_a_data_set_stays_while_a_run_waits_for_it(trained: Trained) -> None:
    catalog = Catalog(trained.workspace)
    runs = [make(trained, "first"), make(trained, "second")]
    bands = catalog.find_data_set("bands")
    with pytest.raises(
        DataError, match="by first, which waits for its turn, and by 1 more"
    ) as found:
        remove_data_set(catalog, bands)
    assert found.value.remedy.in_shell.endswith('them first: medapp runs stop "first"')
    for run in runs:
        run.request_stop()
    remove_data_set(catalog, bands)
    assert not catalog.list_data_sets()


def test_a_target_is_needed_as_well(trained: Trained) -> None:
    there = register_empty(trained.workspace, "there")
    choices = [
        {"name": "bands"},
        {"name": "there", "role": "target"},
    ]
    make(trained, "adapted", data={"choices": choices}, objective="mcc")
    catalog = Catalog(trained.workspace)
    with pytest.raises(DataError, match="there is still needed by adapted"):
        remove_data_set(catalog, there)
    remove_data_set(catalog, register_empty(trained.workspace, "elsewhere"))


def test_a_run_stays_while_another_waits_to_start_from_it(trained: Trained) -> None:
    probe = find_run(trained.workspace, "probe")
    run = make(trained, "next", source="run:probe")
    with pytest.raises(RunError, match="probe is still needed by next, which waits for its turn"):
        delete_run(trained.workspace, probe)
    run.request_stop()
    delete_run(trained.workspace, probe)
    assert not probe.folder.exists()


def test_the_shell_refuses(trained: Trained) -> None:
    make(trained, "next", source="run:probe")
    for command in (("data", "remove", "bands"), ("runs", "delete", "probe")):
        medapp(*command, code=1)
    assert "bands" in medapp("data", "list")
