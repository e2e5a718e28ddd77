"""The view of probabilities on a model's page."""

from conftest import Trained
from ui.test_pages import _one_server_a_test, open_page, read_text  # noqa: F401 - a fixture

from medapp.evaluation.words import write_figure
from medapp.runs.making import find_run
from medapp.runs.results import PREDICTIONS
from medapp.session import Session


def test_scores_stand_beside_what_needs_no_image(trained: Trained) -> None:
    run = find_run(trained.workspace, trained.run)
    app = open_page("models", model=run.id, show="Probabilities")
    shown = {metric.label: metric.value for metric in app.metric}
    assert list(shown) == ["Brier score", "Log loss", "Matthews correlation", "Cohen's kappa"]
    found = Session(trained.workspace).judge_probabilities(run)
    assert found.brier is not None
    assert shown["Brier score"] == write_figure(found.brier.value)
    assert "guessing 0.250" in read_text(app)
    assert "Expected calibration error over one bin" in read_text(app)


def test_what_was_not_kept_is_said(trained: Trained) -> None:
    run = find_run(trained.workspace, trained.run)
    run.find_part(PREDICTIONS).unlink()
    for view in ("Threshold", "Probabilities", "Subgroups"):
        assert "were not kept" in read_text(open_page("models", model=run.id, show=view))
