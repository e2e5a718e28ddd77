"""A run over several data sets, labelled or without labels, asked for on the Train page."""

import shutil
from pathlib import Path

import pytest
from conftest import write_bands
from streamlit.testing.v1 import AppTest
from ui.test_pages import _one_server_a_test, find_button, open_page, read_text  # noqa: F401

from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_folder
from medapp.data.importing.choice import ImportChoice
from medapp.data.samples import DataSet
from medapp.runs.making import list_runs
from medapp.store.workspace import Workspace
from medapp.ui.train.settings import describe_settings


@pytest.fixture
def sets(workspace: Workspace, tmp_path: Path) -> list[DataSet]:
    names = ("here", "there", "third")
    return [
        add_folder(workspace, write_bands(tmp_path / name, seed=seed), name=name).data_set
        for seed, name in enumerate(names)
    ]


def choose(app: AppTest, uids: list[str]) -> None:
    next(box for box in app.multiselect if box.label == "Also learn from").set_value(uids).run()


def select(app: AppTest, label: str, value: str) -> None:
    next(box for box in app.selectbox if box.label == label).select(value).run()


def test_a_run_learns_from_further_data_sets_and_so_does_the_next(
    workspace: Workspace, sets: list[DataSet]
) -> None:
    here, *others = sets
    app = open_page("train", data=here.id, begin="balanced")
    choose(app, [other.uid for other in others])
    assert "of further data sets" in read_text(app)
    find_button(app, "Start").click().run()
    run = list_runs(workspace)[0]
    assert [(c.name, c.role) for c in run.recipe.data.choices] == [
        ("here", "train"),
        ("there", "source"),
        ("third", "source"),
    ]
    assert run.recipe.objective.name == "several-tasks"
    assert ("Also learned from", "there, third") in describe_settings(run)
    # Again, but: the same form with the same data sets.
    app = open_page("train", data=here.id, begin=f"run:{run.id}")
    find_button(app, "Start").click().run()
    assert list_runs(workspace)[0].recipe == run.recipe


def test_what_cannot_learn_from_several_says_why(sets: list[DataSet]) -> None:
    here, there, _ = sets
    app = open_page("train", data=here.id, begin="quick-look")
    choose(app, [there.uid])
    assert any("the backbone does not learn" in error.value for error in app.error)
    assert find_button(app, "Start").disabled


def test_a_run_learns_from_labels_or_is_adapted_without_them(sets: list[DataSet]) -> None:
    here, there, third = sets
    app = open_page("train", data=here.id, begin="balanced")
    select(app, "Adapt to", there.uid)
    choose(app, [third.uid])
    closed = next(box for box in app.selectbox if box.label == "Adapt to")
    assert closed.disabled
    assert closed.value == "no other hospital"
    assert not find_button(app, "Start").disabled
    # Once the labels of others are left out, the hospital that was chosen is there again.
    choose(app, [])
    assert next(box for box in app.selectbox if box.label == "Adapt to").value == there.uid


def test_a_run_is_adapted_to_another_data_set(workspace: Workspace, sets: list[DataSet]) -> None:
    here, there, _ = sets
    app = open_page("train", data=here.id, begin="balanced")
    assert not [box for box in app.selectbox if box.label == "Method"]
    select(app, "Adapt to", there.uid)
    select(app, "Method", "dann")
    assert "there's labels are not read" in read_text(app).replace("\\", "")
    find_button(app, "Start").click().run()
    recipe = list_runs(workspace)[0].recipe
    assert [(c.name, c.role) for c in recipe.data.choices] == [
        ("here", "train"),
        ("there", "target"),
    ]
    assert (recipe.objective.name, recipe.objective.adaptation_weight) == ("dann", 0.0)
    # Again, but: the same form with the same target.
    run = list_runs(workspace)[0]
    app = open_page("train", data=here.id, begin=f"run:{run.id}")
    find_button(app, "Start").click().run()
    assert list_runs(workspace)[0].recipe == recipe


def test_what_cannot_be_adapted_says_why(sets: list[DataSet]) -> None:
    here, there, _ = sets
    app = open_page("train", data=here.id, begin="quick-look")
    select(app, "Adapt to", there.uid)
    assert "the backbone does not learn" in read_text(app) or any(
        "the backbone does not learn" in error.value for error in app.error
    )
    assert find_button(app, "Start").disabled


def test_one_data_set_alone_has_no_other_hospital(workspace: Workspace, tmp_path: Path) -> None:
    add_folder(workspace, write_bands(tmp_path / "here"), name="here")
    app = open_page("train")
    assert not [box for box in app.selectbox if box.label == "Adapt to"]
    assert len(Catalog(workspace).list_data_sets()) == 1


def test_a_source_that_can_teach_nothing_is_named_beside_its_field(
    workspace: Workspace, tmp_path: Path, sets: list[DataSet]
) -> None:
    alone = write_bands(tmp_path / "alone", 8, seed=7)
    shutil.rmtree(alone / "below")
    choice = ImportChoice(layout="{label}")
    one_class = add_folder(workspace, alone, "alone", choice).data_set
    app = open_page("train", data=sets[0].id, begin="balanced")
    choose(app, [one_class.uid])
    assert any("alone has one class" in error.value for error in app.error)
    assert any(error.value.startswith("Also learn from\\: alone") for error in app.error)
    assert find_button(app, "Start").disabled
    choose(app, [sets[1].uid])
    assert not any("alone" in error.value for error in app.error)
    assert not find_button(app, "Start").disabled
    few = write_bands(tmp_path / "few", 3, seed=9)
    five = add_folder(workspace, few, name="few").data_set
    app = open_page("train", data=sets[0].id, begin="balanced")
    choose(app, [five.uid])
    assert any("its head says of new images is mostly chance" in w.value for w in app.warning)
    assert not find_button(app, "Start").disabled
