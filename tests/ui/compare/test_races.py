"""Races on the page that compares."""

from conftest import Trained, write_bands
from studies.finishing import always, always_right, finish
from ui.test_pages import (
    _one_server_a_test,  # noqa: F401
    find_button,
    open_page,
    read_text,
)

from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_folder
from medapp.imaging.preprocess import Preprocess
from medapp.runs.locks import hold_machine
from medapp.runs.making import list_runs
from medapp.runs.run import Run
from medapp.studies.race import CONTESTANTS, create_race, list_races
from medapp.training.recipe import build_recipe
from medapp.training.strategies import STRATEGIES


def test_a_click_begins_a_race_and_leads_to_its_board(trained: Trained) -> None:
    app = open_page("compare")
    find_button(app, "Begin a race").click().run()
    assert not app.exception, app.exception
    (race,) = list_races(trained.workspace)
    assert race.name == "Race on bands"
    waiting = {run.recipe.strategy.name for run in list_runs(trained.workspace)}
    assert set(CONTESTANTS) <= waiting
    app = open_page("compare", race=race.id)
    assert app.title[0].value == "Race on bands"
    board = next(table.value for table in app.dataframe if "Way of training" in table.value)
    titles = {STRATEGIES[name].title for name in CONTESTANTS}
    assert {*board["Way of training"]} == {*titles, "Guessing", "Majority class"}


def test_a_race_learns_from_images_as_they_were_prepared_for_the_data_set(
    trained: Trained,
) -> None:
    catalog = Catalog(trained.workspace)
    bands = catalog.find_data_set("bands")
    catalog.set_preprocess(bands, Preprocess(resize="squash", percentile_clip=2.0))
    app = open_page("compare")
    app.number_input[0].set_value(64)
    assert app.number_input[0].label == "Image size (px)"
    find_button(app, "Begin a race").click().run()
    (race,) = list_races(trained.workspace)
    prepared = {
        Run(trained.workspace.runs_folder / id).recipe.preprocess for id in race.list_runs()
    }
    assert prepared == {Preprocess(image_size=64, resize="squash", percentile_clip=2.0)}


def test_the_data_set_of_the_last_run_is_proposed(trained: Trained) -> None:
    folder = write_bands(trained.folder.parent / "newer", seed=4)
    add_folder(trained.workspace, folder, name="newer")
    app = open_page("compare")
    assert {box.value.name for box in app.selectbox if box.label == "Data set"} == {"bands"}


def test_a_race_under_way_is_stopped_and_goes_on_by_a_click(trained: Trained) -> None:
    recipe = build_recipe({"data": "bands", "image_size": 32, "epochs": 1})
    race = create_race(trained.workspace, recipe, name="derby", minutes=30)
    runs = [Run(trained.workspace.runs_folder / id) for id in race.list_runs()]
    # While the machine is taken, the server leaves the runs in the queue.
    with hold_machine(trained.workspace):
        runs[0].set_state("preparing")
        with runs[0].lock():
            text = read_text(open_page("compare", race=race.id)).replace("\\", "")
            assert f"{len(race.runs)} ways of training · 1 seed · 30 min at most" in text
            assert "bands · 32 px · " in text
            # The run at work, and no other one.
            assert "Getting ready" in text
            assert "Waits for its turn" not in text
        runs[0].set_state("queued")
        app = open_page("compare", race=race.id)
        find_button(app, "Stop all runs").click().run()
        assert {run.state for run in runs} == {"stopped"}
        find_button(app, f"Go on with the {len(runs)} runs not done").click().run()
        assert not app.exception, app.exception
        assert {run.state for run in runs} == {"queued"}


def test_a_race_whose_runs_were_stopped_says_that_nothing_can_be_said(trained: Trained) -> None:
    recipe = build_recipe({"data": "bands", "image_size": 32, "epochs": 1})
    race = create_race(trained.workspace, recipe, name="derby")
    for id in race.list_runs():
        Run(trained.workspace.runs_folder / id).set_state("stopped", "No time.")
    app = open_page("compare", race=race.id)
    assert "No run of the race was judged" in read_text(app)


def test_the_list_names_races(trained: Trained) -> None:
    recipe = build_recipe({"data": "bands", "image_size": 32, "epochs": 1})
    create_race(trained.workspace, recipe, name="derby")
    assert f"0 of {len(CONTESTANTS)} runs are done" in read_text(open_page("compare"))


def test_a_race_that_is_over_says_its_verdict_beside_what_guessing_gets(trained: Trained) -> None:
    recipe = build_recipe({"data": "bands", "image_size": 32, "epochs": 1, "folds": 4})
    ways = ("fine-tune", "scratch")
    race = create_race(trained.workspace, recipe, strategies=ways, name="derby")
    for key, decide in zip(ways, (always_right, always("above")), strict=True):
        for id in race.runs[key]:
            finish(trained.workspace, id, decide, 0.9)
    app = open_page("compare", race=race.id)
    assert not app.exception, app.exception
    text = read_text(app).replace("\\", "")
    assert "Fine-tune gains +50.0 points of balanced accuracy [" in text
    assert "over From scratch on 32 test images of 16 patients" in text
    (board,) = (table.value for table in app.dataframe if "Way of training" in table.value)
    test = dict(zip(board["Way of training"], board["Test, 95% interval"], strict=True))
    assert test["Guessing"] == test["Majority class"] == "0.500"
    assert test["Fine-tune"].startswith("1.000 [")
    assert "Figures (CSV)" in {button.label for button in app.get("download_button")}
    assert "2 ways of training · 4 folds" in text
