"""A run that is adapted to another hospital's images, asked for on the Train page."""

from pathlib import Path

import pytest
from conftest import write_bands
from streamlit.testing.v1 import AppTest
from ui.test_pages import _one_server_a_test, find_button, open_page, read_text  # noqa: F401

from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_folder
from medapp.data.samples import DataSet
from medapp.runs.making import list_runs
from medapp.store.workspace import Workspace


@pytest.fixture
def sides(workspace: Workspace, tmp_path: Path) -> tuple[DataSet, DataSet]:
    here = add_folder(workspace, write_bands(tmp_path / "here"), name="here").data_set
    there = add_folder(workspace, write_bands(tmp_path / "there", seed=5), name="there").data_set
    return here, there


def choose(app: AppTest, label: str, value: str) -> None:
    next(box for box in app.selectbox if box.label == label).select(value).run()


def test_a_run_is_adapted_to_another_data_set(
    workspace: Workspace, sides: tuple[DataSet, DataSet]
) -> None:
    here, there = sides
    app = open_page("train", data=here.id, begin="balanced")
    assert not [box for box in app.selectbox if box.label == "Method"]
    choose(app, "Adapt to", there.uid)
    choose(app, "Method", "dann")
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


def test_what_cannot_be_adapted_says_why(sides: tuple[DataSet, DataSet]) -> None:
    here, there = sides
    app = open_page("train", data=here.id, begin="quick-look")
    choose(app, "Adapt to", there.uid)
    assert "the backbone does not learn" in read_text(app) or any(
        "the backbone does not learn" in error.value for error in app.error
    )
    assert find_button(app, "Start").disabled


def test_one_data_set_alone_has_no_other_hospital(workspace: Workspace, tmp_path: Path) -> None:
    add_folder(workspace, write_bands(tmp_path / "here"), name="here")
    app = open_page("train")
    assert not [box for box in app.selectbox if box.label == "Adapt to"]
    assert len(Catalog(workspace).list_data_sets()) == 1
