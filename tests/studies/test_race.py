"""Ways of training side by side: what is declared before, and what can be said after."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from cli.test_cli import ask, medapp
from conftest import write_bands

import medapp as api
from medapp.errors import RecipeError, RunError
from medapp.runs.making import list_runs
from medapp.runs.results import load_predictions
from medapp.session import Session
from medapp.studies.board import read_board
from medapp.studies.folds import list_studies
from medapp.studies.race import CONTESTANTS, Race, create_race, find_race, list_races
from medapp.training.recipe import build_recipe

SETTINGS = {"image_size": 32, "epochs": 1, "batch_size": 8}


@pytest.fixture(scope="module")
def raced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a race of one seed, run once for all tests."""
    home = tmp_path_factory.mktemp("raced")
    session = api.open(home / "home")
    session.add_data(write_bands(home / "bands", 20), patient_pattern=r"^p\d+")
    session.race("bands", name="derby", **SETTINGS)
    return home / "home"


@pytest.fixture
def session(raced: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    shutil.copytree(raced, tmp_path / "home")
    monkeypatch.setenv("MEDAPP_HOME", str(tmp_path / "home"))
    return api.open(tmp_path / "home")


def add_seed(session: Session) -> Race:
    """The race with a second seed: a copy of each run under another id."""
    race = find_race(session.workspace, "derby")
    path = session.workspace.studies_folder / race.id / "study.json"
    values = json.loads(path.read_text())
    for strategy, (id,) in race.runs.items():
        twin = f"{id[:-3]}{900 + CONTESTANTS.index(strategy)}"
        shutil.copytree(session.workspace.runs_folder / id, session.workspace.runs_folder / twin)
        (session.workspace.runs_folder / twin / "name.txt").write_text(f"{strategy} again")
        values["runs"][strategy].append(twin)
    path.write_text(json.dumps(values))
    return find_race(session.workspace, "derby")


def test_each_way_runs_on_the_same_images_and_the_verdict_is_of_the_test_split(
    session: Session,
) -> None:
    race = find_race(session.workspace, "derby")
    assert set(race.runs) == set(CONTESTANTS)
    board = session.read_race("derby")
    assert board.is_over
    assert {place.strategy for place in board.places} == set(CONTESTANTS)
    means = [place.mean for place in board.places]
    assert all(mean is not None for mean in means)
    assert means == sorted(means, reverse=True)
    by_title = {place.title: place for place in board.places}
    assert [(c.a, c.b) for c in board.contrasts] == [
        ("Fine-tune", "From scratch"),
        ("Fine-tune", "Linear probe"),
        ("Fine-tune", "Last stage"),
    ]
    rows = {name: load_predictions(session.find_run(ids[0])) for name, ids in race.runs.items()}
    recalls = {
        name: np.mean(
            [
                np.mean([row["prediction"] == label for row in of if row["label"] == label])
                for label in ("above", "below")
            ]
        )
        for name, of in rows.items()
    }
    first = board.contrasts[0].difference
    assert first.value == pytest.approx(recalls["fine-tune"] - recalls["scratch"])
    test = by_title["Fine-tune"].test
    assert test is not None
    assert test.value == pytest.approx(recalls["fine-tune"])
    assert board.verdict[0].startswith("Was transfer worth it? ")
    assert board.verdict[-1].startswith("One seed a way of training")


def test_seeds_are_means_and_nothing_is_said_of_one_seed(session: Session) -> None:
    race = add_seed(session)
    board = session.read_race(race)
    assert all(len(place.validation) == 2 for place in board.places)
    once = session.read_race("derby").contrasts[0].difference
    # Equal seeds: the mean is the same, and no spread is added.
    assert board.contrasts[0].difference.value == pytest.approx(once.value)
    assert not any("One seed" in sentence for sentence in board.verdict)
    assert race.list_runs()[:4] == [ids[0] for ids in race.runs.values()]


def test_the_test_split_is_not_looked_at_before_the_end(session: Session) -> None:
    race = find_race(session.workspace, "derby")
    run = session.find_run(race.runs["scratch"][0])
    run.set_state("queued", "Again.")
    board = read_board(session.workspace, race)
    assert not board.is_over
    assert board.contrasts == board.verdict == ()
    assert all(place.test is None for place in board.places)


def test_a_run_that_is_gone_leaves_its_contrasts_out(session: Session) -> None:
    race = find_race(session.workspace, "derby")
    shutil.rmtree(session.find_run(race.runs["scratch"][0]).folder)
    session.workspace.runs_folder.touch()
    board = read_board(session.workspace, race)
    assert board.is_over
    assert [c.b for c in board.contrasts] == ["Linear probe", "Last stage"]
    gone = next(place for place in board.places if place.strategy == "scratch")
    assert (gone.states, gone.validation) == (("gone",), ())


def test_races_and_cross_validations_are_told_apart(session: Session) -> None:
    assert list_studies(session.workspace) == []
    assert [race.name for race in list_races(session.workspace)] == ["derby"]
    with pytest.raises(RunError, match="no race 'x'"):
        find_race(session.workspace, "x")


def test_epochs_are_lowered_to_fit_the_time_and_this_is_said(session: Session) -> None:
    recipe = build_recipe({"data": "bands", **SETTINGS, "epochs": 1000, "image_size": 224})
    with pytest.raises(RecipeError, match="Even with one epoch each"):
        create_race(session.workspace, recipe, minutes=0.01)
    race = create_race(session.workspace, recipe, minutes=30, seeds=2)
    assert "so that the race takes about 30 minutes" in race.remarks[0]
    made = [run for run in list_runs(session.workspace) if run.name.startswith("Race on bands:")]
    assert len(made) == 8
    assert {run.recipe.seed for run in made} == {0, 1}
    (epochs,) = {run.recipe.budget.epochs for run in made}
    assert 1 <= epochs < 1000
    with pytest.raises(RecipeError, match="1 to 10 seeds"):
        create_race(session.workspace, recipe, seeds=0)


def test_the_shell_says_what_python_says(session: Session) -> None:
    board = session.read_race("derby")
    values = ask("race", "derby")
    assert values["verdict"] == list(board.verdict)
    assert [row["strategy"] for row in values["board"]] == [p.strategy for p in board.places]
    assert values["board"][0]["test"]["interval"][1] <= 1
    assert values["contrasts"][0]["told_apart"] == board.contrasts[0].is_told
    said = medapp("race", "derby")
    assert "Was transfer worth it?" in said
    assert "From scratch" in said
    assert "derby" in medapp("race")
