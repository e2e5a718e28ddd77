"""The operating point and the subgroups of a run that was trained."""

import pytest
from conftest import Trained

from medapp.data.catalog import Catalog
from medapp.errors import RecipeError, RunError
from medapp.runs.evaluate import find_split
from medapp.runs.making import find_run
from medapp.runs.results import PREDICTIONS
from medapp.session import Session


def test_a_threshold_is_chosen_on_validation_images_and_judged_on_test_images(
    trained: Trained,
) -> None:
    session = Session(trained.workspace)
    run = find_run(trained.workspace, trained.run)
    tests = session.evaluate(run)
    with pytest.raises(RunError, match="No threshold can be chosen"):
        session.find_operating_point(run, "youden")
    # A data set as large as a threshold needs: all of it, as the argument says.
    data_set = session.find_data("bands")
    samples = Catalog(trained.workspace).load_samples(data_set)
    point = session.find_operating_point(run, "sensitivity>=0.9", 0.04, chosen_on=samples)
    assert point.choice is not None
    assert (point.choice.n, point.choice.positives) == (len(samples), len(samples) // 2)
    assert point.choice.sensitivity >= 0.9
    assert (point.n, point.counted) == (tests.n, "patients")
    assert point.prevalence == 0.04
    assert point.found + point.missed == point.positives == tests.per_class["below"].n
    patients = session.find_operating_point(run, per_patient=True)
    # Each patient has an image of either class.
    assert (patients.n, patients.noun) == (0, "patients")
    assert str(patients) == ""
    own = session.find_operating_point(run, positive="above")
    assert (own.finding, own.threshold, own.choice) == ("above", 0.5, None)
    for given in (0.0, 4.0):
        with pytest.raises(RecipeError, match="between 0 and 1"):
            session.find_operating_point(run, prevalence=given)
    with pytest.raises(RecipeError, match="none of the classes"):
        session.find_operating_point(run, positive="nodule")


def test_the_test_split_is_not_read_again(trained: Trained) -> None:
    session = Session(trained.workspace)
    run = find_run(trained.workspace, trained.run)
    before = session.evaluate(run).looks
    session.find_operating_point(run, prevalence=0.1)
    found = session.judge_probabilities(run)
    assert session.evaluate(run).looks == before
    data_set, samples = find_split(trained.workspace, run, "test")
    assert data_set.name == "bands"
    assert found.n == len(samples)
    assert found.brier is not None
    assert 0 <= found.brier.value <= 1


def test_another_data_set_can_judge_a_threshold(trained: Trained) -> None:
    session = Session(trained.workspace)
    run = find_run(trained.workspace, trained.run)
    point = session.find_operating_point(run, data="bands")
    assert point.n == 32
    assert session.judge_probabilities(run, data="bands").n == 32


def test_without_kept_predictions_there_is_nothing_to_judge(trained: Trained) -> None:
    session = Session(trained.workspace)
    run = find_run(trained.workspace, trained.run)
    run.find_part(PREDICTIONS).unlink()
    for ask in (
        lambda: session.find_operating_point(run),
        lambda: session.judge_probabilities(run),
        lambda: session.judge_subgroups(run, "site"),
    ):
        with pytest.raises(RunError, match="not kept"):
            ask()
