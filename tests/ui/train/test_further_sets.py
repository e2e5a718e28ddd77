"""A run over several labelled data sets, asked for on the Train page."""

from pathlib import Path

import pytest
from conftest import write_bands
from streamlit.testing.v1 import AppTest
from ui.test_pages import _one_server_a_test, find_button, open_page, read_text  # noqa: F401

from medapp.data.importing.adding import add_folder
from medapp.data.samples import DataSet
from medapp.runs.making import list_runs
from medapp.store.workspace import Workspace
from medapp.ui.train.settings import describe_settings


@pytest.fixture
def sets(workspace: Workspace, tmp_path: Path) -> list[DataSet]:
    names = ("here", "there", "third")
    return [
        add_folder(workspace, write_bands(tmp_path / name, 8, seed=seed), name=name).data_set
        for seed, name in enumerate(names)
    ]


def choose(app: AppTest, uids: list[str]) -> None:
    next(box for box in app.multiselect if box.label == "Also learn from").set_value(uids).run()


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
