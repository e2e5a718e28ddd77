"""The views of a model: by question, with addresses that stay."""

import pytest
from conftest import Trained
from ui.test_pages import _one_server_a_test, open_page  # noqa: F401 - a fixture

from medapp.runs.making import find_run
from medapp.ui.models.page import VIEWS
from medapp.ui.models.views import EARLIER, QUESTIONS


def test_each_view_stands_under_one_question() -> None:
    listed = [view for views in QUESTIONS.values() for view in views]
    assert sorted(listed) == sorted(VIEWS)
    assert set(EARLIER.values()) <= set(VIEWS)
    assert len(QUESTIONS) <= 6


@pytest.mark.parametrize(
    ("address", "question", "view"),
    [
        ({}, "How good", "Figures"),
        ({"show": "Probabilities"}, "How good", "Probabilities"),
        ({"show": "Robustness"}, "How sturdy", "Attack"),
        ({"show": "nonsense"}, "How good", "Figures"),
    ],
)
def test_an_address_opens_its_view(
    trained: Trained, address: dict[str, str], question: str, view: str
) -> None:
    run = find_run(trained.workspace, "probe")
    app = open_page("models", model=run.id, **address)
    assert app.segmented_control[0].value == question
    assert app.pills[0].value == view


def test_a_question_opens_its_first_view_and_says_so_in_the_address(trained: Trained) -> None:
    run = find_run(trained.workspace, "probe")
    app = open_page("models", model=run.id)
    app.segmented_control[0].set_value("How made").run()
    assert app.query_params["show"] == "Curves"
    app.pills[0].set_value("Settings").run()
    assert app.query_params["show"] == "Settings"
    app.segmented_control[0].set_value("How good").run()
    assert "show" not in app.query_params
    app.segmented_control[0].set_value("Why").run()
    assert app.query_params["show"] == "Heatmaps on trial"
    assert not app.pills
