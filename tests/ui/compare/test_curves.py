"""Learning curves on the page that compares."""

from conftest import Trained
from ui.test_pages import (
    _one_server_a_test,  # noqa: F401
    find_button,
    open_page,
    read_text,
)

from medapp.runs.making import list_runs
from medapp.runs.run import Run
from medapp.studies.budget import OUT_OF_TIME
from medapp.studies.curve import SHARES, WAYS, create_curve, list_curves
from medapp.training.recipe import build_recipe


def test_a_click_begins_a_learning_curve_and_leads_to_it(trained: Trained) -> None:
    app = open_page("compare")
    find_button(app, "Begin a learning curve").click().run()
    assert not app.exception, app.exception
    (curve,) = list_curves(trained.workspace)
    assert curve.name == "Learning curve of bands"
    asked = {
        (run.recipe.strategy.name, run.recipe.data.share)
        for run in list_runs(trained.workspace)
        if run.id in curve.list_runs()
    }
    assert asked == {(way, share) for way in WAYS for share in SHARES}
    app = open_page("compare", curve=curve.id)
    assert app.title[0].value == "Learning curve of bands"


def test_a_curve_whose_runs_were_stopped_says_that_nothing_can_be_said(trained: Trained) -> None:
    recipe = build_recipe({"data": "bands", "image_size": 32, "epochs": 1})
    curve = create_curve(trained.workspace, recipe, name="rise", ways=["linear-probe"], minutes=30)
    first, *rest = curve.list_runs()
    Run(trained.workspace.runs_folder / first).request_stop()
    for id in rest:
        Run(trained.workspace.runs_folder / id).request_stop(f"{OUT_OF_TIME}it takes a week.")
    text = read_text(open_page("compare", curve=curve.id)).replace("\\", "")
    assert "No run of the learning curve was judged" in text
    assert "4 of 5 runs did not fit the 30 minutes" in text
    assert "1 of 5 runs were stopped and are not judged: Linear probe (1 of 5)." in text


def test_the_list_names_learning_curves(trained: Trained) -> None:
    recipe = build_recipe({"data": "bands", "image_size": 32, "epochs": 1})
    create_curve(trained.workspace, recipe, name="rise", ways=["linear-probe"])
    assert "0 of 5 runs are done" in read_text(open_page("compare"))
