"""The page that compares runs."""

import json
import shutil

import pytest
from conftest import Trained
from ui.test_pages import (
    _one_server_a_test,  # noqa: F401
    open_page,
    read_text,
)

from medapp.runs.results import load_predictions
from medapp.session import Session


@pytest.fixture
def twins(trained: Trained) -> tuple[str, str]:
    """The trained run and a copy of it under another name."""
    runs = trained.workspace.runs_folder
    run = Session(trained.workspace).find_run(trained.run)
    twin = runs / f"{run.id[:-3]}777"
    shutil.copytree(run.folder, twin)
    (twin / "name.txt").write_text("<twin>")
    return run.id, twin.name


def test_two_runs_from_the_address_are_compared(trained: Trained, twins: tuple[str, str]) -> None:
    app = open_page("compare", runs=",".join(twins))
    text = read_text(app).replace("\\", "")
    run = Session(trained.workspace).find_run(trained.run)
    n = len(load_predictions(run))
    assert f"probe and <twin> cannot be told apart with {n} test images" in text
    assert "0.0 points of balanced accuracy" in text
    assert f"They disagree on 0 of {n} test images" in text
    assert "Nothing: the same settings, on the same images." in text
    assert "McNemar's exact test" in text
    assert "probe alone is right on 0, <twin> alone on 0" in text
    assert "The verdict goes by the interval of the difference." in text
    figures = app.dataframe[0].value
    assert list(figures["0"]) == list(figures["1"])


def test_runs_of_a_race_are_called_by_their_ways_of_training(
    trained: Trained, twins: tuple[str, str]
) -> None:
    for id, way in zip(twins, ("Fine-tune", "From scratch"), strict=True):
        name = f"Race on bands: {way}, seed 0"
        (trained.workspace.runs_folder / id / "name.txt").write_text(name)
    app = open_page("compare", runs=",".join(twins))
    assert "**Fine\\-tune and From scratch cannot be told apart with" in read_text(app)
    assert "The verdict goes by balanced accuracy;" in read_text(app)
    figure = json.loads(app.get("plotly_chart")[0].proto.spec)
    assert figure["layout"]["yaxis"]["ticktext"] == ["From scratch"]
    # As in the verdict: 100 points are 1.
    assert (
        figure["layout"]["xaxis"]["title"]["text"] == "difference in balanced accuracy, in points"
    )
    assert "An open circle: the two" in read_text(app).replace("\\", "")


def test_a_choice_stands_in_the_address(trained: Trained, twins: tuple[str, str]) -> None:
    app = open_page("compare", runs=twins[0])
    assert "Choose two or more" in read_text(app)
    app.multiselect[0].select(twins[1]).run()
    assert app.query_params["runs"] == ",".join(twins)
    assert "cannot be told apart" in read_text(app)


def test_what_cannot_be_compared_says_why(trained: Trained, twins: tuple[str, str]) -> None:
    path = trained.workspace.runs_folder / twins[1] / "evaluation.json"
    values = json.loads(path.read_text())
    path.write_text(json.dumps({**values, "task": "ordinal"}))
    app = open_page("compare", runs=",".join(twins))
    assert "their figures say different things" in read_text(app)


def test_one_run_is_told_what_is_missing(trained: Trained) -> None:
    app = open_page("compare")
    assert "Nothing to compare yet" in read_text(app)


def test_a_table_filters_runs_by_what_differs(trained: Trained, twins: tuple[str, str]) -> None:
    runs = trained.workspace.runs_folder
    third = runs / f"{twins[0][:-3]}778"
    shutil.copytree(runs / twins[0], third)
    (third / "name.txt").write_text("third")
    recipe = json.loads((third / "recipe.json").read_text())
    recipe["budget"]["epochs"] = 9
    (third / "recipe.json").write_text(json.dumps(recipe))
    app = open_page("compare")
    table = app.dataframe[0].value
    assert sorted(table["Run"]) == ["<twin>", "probe", "third"]
    assert sorted(table["Epochs"]) == [5, 5, 9]
    by = next(box for box in app.multiselect if box.label == "Filter by")
    by.select("Epochs").run()
    assert not app.exception, app.exception
    app.select_slider[0].set_range(9.0, 9.0).run()
    assert list(app.dataframe[0].value["Run"]) == ["third"]
    assert "1 of 3 runs" in read_text(app)
