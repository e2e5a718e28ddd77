"""A race: what is declared before, which runs are made, and what the board says of them."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cli.test_cli import ask, medapp
from conftest import write_bands
from studies.finishing import always, always_right, finish

import medapp as api
from medapp.data.catalog import Catalog
from medapp.data.edits import MOVE, RELABEL, Change, apply_edits
from medapp.errors import RecipeError, RunError, WorkspaceError
from medapp.runs.making import create_run, list_runs
from medapp.runs.results import load_predictions
from medapp.runs.revisions import EDITED
from medapp.runs.run import Run
from medapp.runs.split_table import load_split
from medapp.session import Session
from medapp.studies import entrants
from medapp.studies.board import read_board
from medapp.studies.budget import OUT_OF_TIME
from medapp.studies.folds import list_studies
from medapp.studies.race import CONTESTANTS, QUESTIONS, Race, create_race, find_race, list_races
from medapp.training.recipe import build_recipe

SETTINGS = {"image_size": 32, "epochs": 1, "batch_size": 8}
WHO = ("linear-probe", "fine-tune", "scratch")


@pytest.fixture(scope="module")
def raced(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a race of one seed, run once for all tests."""
    home = tmp_path_factory.mktemp("raced")
    session = api.open(home / "home")
    session.add_data(write_bands(home / "bands", 20), patient_pattern=r"^p\d+")
    session.race("bands", strategies=WHO, name="derby", **SETTINGS)
    return home / "home"


@pytest.fixture
def session(raced: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    shutil.copytree(raced, tmp_path / "home")
    monkeypatch.setenv("MEDAPP_HOME", str(tmp_path / "home"))
    return api.open(tmp_path / "home")


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    """A workspace with data and no runs."""
    monkeypatch.setenv("MEDAPP_HOME", str(tmp_path / "home"))
    session = api.open(tmp_path / "home")
    session.add_data(write_bands(tmp_path / "bands", 60), patient_pattern=r"^p\d+")
    return session


def declare(session: Session, **asked: object) -> Race:
    recipe = build_recipe({"data": "bands", **SETTINGS, "folds": asked.pop("folds", 0)})
    return create_race(session.workspace, recipe, **{"strategies": WHO, **asked})  # type: ignore[arg-type]


def test_each_way_runs_on_the_same_images_and_the_verdict_is_of_the_test_split(
    session: Session,
) -> None:
    race = find_race(session.workspace, "derby")
    assert set(race.runs) == set(WHO)
    board = session.read_race("derby")
    assert board.is_over
    means = [place.mean for place in board.places]
    assert all(mean is not None for mean in means)
    assert means == sorted(means, reverse=True)
    asked = {place.key: (place.image_size, place.epochs) for place in board.places}
    assert asked["linear-probe"] == (SETTINGS["image_size"], 1)
    assert asked["fine-tune"] == (SETTINGS["image_size"], SETTINGS["epochs"])
    assert [(c.a, c.b) for c in board.contrasts] == [
        ("Fine-tune", "From scratch"),
        ("Fine-tune", "Linear probe"),
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
    test = next(place.test for place in board.places if place.title == "Fine-tune")
    assert test is not None
    assert test.value == pytest.approx(recalls["fine-tune"])
    assert board.verdict[0].startswith("Was transfer worth it? ")
    assert board.verdict[-1].startswith("One seed a way of training")
    assert [(r.title, r.validation, r.test) for r in board.references] == [
        ("Guessing", 0.5, 0.5),
        ("Majority class", 0.5, 0.5),
    ]


def test_all_ways_run_in_turn_and_the_differences_are_declared_before_the_start(
    empty: Session,
) -> None:
    race = declare(empty, strategies=CONTESTANTS, seeds=2)
    assert list(race.runs) == list(CONTESTANTS)
    first = [empty.find_run(id).recipe for id in race.list_runs()[: len(CONTESTANTS)]]
    assert [recipe.strategy.name for recipe in first] == list(CONTESTANTS)
    assert {recipe.seed for recipe in first} == {0}
    values = json.loads((empty.workspace.studies_folder / race.id / "study.json").read_text())
    assert [(c["a"], c["b"]) for c in values["contrasts"]] == [
        pair for pair in QUESTIONS if set(pair) <= set(CONTESTANTS)
    ]
    assert read_board(empty.workspace, race).contrasts == ()


def test_the_verdict_of_known_answers(empty: Session) -> None:
    """Nine test patients of two images: all right against one class, on the same images."""
    race = declare(empty, seeds=2)
    for key, decide in (
        ("fine-tune", always_right),
        ("scratch", always("above")),
        ("linear-probe", always_right),
    ):
        for id in race.runs[key]:
            finish(empty.workspace, id, decide, 0.9 if key == "fine-tune" else 0.6)
    board = read_board(empty.workspace, race)
    gain, same = board.contrasts
    # What is grave of the runs' figures stands with the verdict, once.
    collapsed, folds = board.notes
    assert collapsed.text == (
        "From scratch: Every image was taken for above: at its threshold the model tells no classes"
        " apart."
    )
    # One question is open, and nine patients are few: folds would judge all sixty.
    assert folds.text.startswith("The test split has 9 of the 60 patients. In folds each of them")
    assert "Race again with Folds at 5" in folds.remedy
    assert folds.in_shell.endswith('medapp race --data "bands" --folds 5')
    assert gain.difference.value == pytest.approx(0.5)
    assert gain.difference.seed_reach == 0.0
    assert gain.is_told
    assert board.verdict[0].startswith(
        "Was transfer worth it? Fine-tune gains +50.0 points of balanced accuracy ["
    )
    assert "over From scratch on" in board.verdict[0]
    assert same.difference.value == 0.0
    assert "Fine-tune and Linear probe cannot be told apart with" in board.verdict[1]
    assert "On validation Fine-tune is best: balanced accuracy 0.900 on" in board.verdict[2]
    assert "guessing and the majority class get 0.500" in board.verdict[2]
    assert len(board.verdict) == 3


def test_folds_judge_each_image_once(empty: Session) -> None:
    race = declare(empty, folds=4)
    assert race.folds == race.count == 4
    for key in race.runs:
        for id in race.runs[key]:
            finish(empty.workspace, id, always_right if key == "fine-tune" else always("above"))
    board = read_board(empty.workspace, race)
    contrast = board.contrasts[0]
    assert (contrast.n, contrast.units, contrast.counted) == (120, 60, "patients")
    assert contrast.difference.value == pytest.approx(0.5)
    assert "all 120 count" in board.verdict[-1]
    assert "folds-judge-all" not in {note.code for note in board.notes}
    names = [empty.find_run(id).name for id in race.runs["scratch"]]
    assert names[0] == "Race on bands: From scratch, fold 1 of 4"
    with pytest.raises(RecipeError, match="over seeds, or over folds"):
        declare(empty, folds=4, seeds=2)


def test_sources_run_beside_each_other_and_one_control_is_enough(empty: Session) -> None:
    earlier = create_run(empty.workspace, build_recipe({"data": "bands", **SETTINGS}), name="old")
    bundled = Path(api.__file__).parents[1] / "assets/weights/resnet18-tiny-imagenet.safetensors"
    shutil.copy(bundled, earlier.model_path)
    race = declare(empty, sources=["bundled", "old"])
    run = f"run:{earlier.id}"
    assert list(race.entrants) == [
        "linear-probe",
        f"linear-probe from {run}",
        "fine-tune",
        f"fine-tune from {run}",
        "scratch",
    ]
    titles = [entrant.title for entrant in race.entrants.values()]
    assert titles[2:] == [
        "Fine-tune from ResNet-18 (bundled)",
        "Fine-tune from old",
        "From scratch, resnet18",
    ]
    starts = {k: empty.find_run(ids[0]).recipe.find_source() for k, ids in race.runs.items()}
    assert starts["scratch"] == "none"
    assert starts[f"fine-tune from {run}"] == run
    last = race.contrasts[-1]
    assert (last.a, last.b) == ("fine-tune", f"fine-tune from {run}")
    assert last.question == "Is old the better start?"
    alone = declare(empty, sources=["bundled", "old"], strategies=["linear-probe"])
    assert [(each.a, each.b, each.question) for each in alone.contrasts] == [
        ("linear-probe", f"linear-probe from {run}", "Is old the better start?")
    ]
    with pytest.raises(RecipeError, match="each once"):
        declare(empty, sources=["bundled", "bundled"])


def test_the_test_split_is_not_looked_at_before_the_end(session: Session) -> None:
    race = find_race(session.workspace, "derby")
    run = session.find_run(race.runs["scratch"][0])
    run.set_state("queued", "Again.")
    board = read_board(session.workspace, race)
    assert not board.is_over
    assert board.contrasts == board.verdict == ()
    assert all(place.test is None for place in board.places)


def test_a_run_under_way_stands_on_the_board(empty: Session) -> None:
    race = declare(empty)
    run = finish(empty.workspace, race.runs["fine-tune"][0], always_right, 0.7)
    with run.lock():
        run.set_state("training")
        board = read_board(empty.workspace, race)
    place = next(place for place in board.places if place.key == "fine-tune")
    assert place.states == ("training",)
    assert (place.mean, place.test) == (0.7, None)
    assert board.places[0] is place


def test_a_run_that_is_gone_leaves_its_contrasts_out(session: Session) -> None:
    race = find_race(session.workspace, "derby")
    shutil.rmtree(session.find_run(race.runs["scratch"][0]).folder)
    session.workspace.runs_folder.touch()
    board = read_board(session.workspace, race)
    assert board.is_over
    assert [c.b for c in board.contrasts] == ["Linear probe"]
    gone = next(place for place in board.places if place.strategy == "scratch")
    assert (gone.states, gone.validation) == (("gone",), ())
    assert board.verdict[-1] == "1 of 3 runs were deleted."


def test_what_failed_was_stopped_or_came_too_late_is_said(empty: Session) -> None:
    race = replace(declare(empty, seeds=2), minutes=3.0)
    late, failed, stopped = (
        empty.find_run(race.runs[key][1]) for key in ("scratch", "fine-tune", "linear-probe")
    )
    late.request_stop(f"{OUT_OF_TIME}it takes about 2 min 0 s.")
    failed.set_state("failed", "Memory ran out.")
    stopped.request_stop()
    for ids in race.runs.values():
        finish(empty.workspace, ids[0], always_right)
    said = read_board(empty.workspace, race).verdict
    assert said[-3:] == (
        "1 of 6 runs did not fit the 3 minutes, by what the others took: From scratch (1 of 2)."
        " Go on with them, or begin anew with more minutes, smaller images or fewer ways of"
        " training.",
        "Fine-tune, seed 1 failed. Memory ran out.",
        "1 of 6 runs were stopped and are not judged: Linear probe (1 of 2).",
    )


def test_a_first_question_without_an_answer_is_said_first(empty: Session) -> None:
    race = replace(declare(empty), minutes=3.0)
    late = empty.find_run(race.runs["scratch"][0])
    late.request_stop(f"{OUT_OF_TIME}it takes about 2 min 0 s.")
    for key in ("fine-tune", "linear-probe"):
        finish(empty.workspace, race.runs[key][0], always_right)
    said = read_board(empty.workspace, race).verdict
    assert said[0] == "Was transfer worth it? Not answered: From scratch did not come to an end."
    assert "Fine-tune and Linear probe cannot be told apart" in said[1]
    assert "took: From scratch. Go on" in said[-1]


def test_an_edit_in_the_middle_leaves_the_runs_comparable(empty: Session) -> None:
    race = declare(empty)
    first, *others = race.list_runs()
    finish(empty.workspace, first, always_right)
    catalog = Catalog(empty.workspace)
    data_set = catalog.find_data_set("bands")
    samples = catalog.load_samples(data_set)
    tested = [sample for sample in samples if sample.split == "test"]
    apply_edits(catalog, data_set, [Change(each.id, MOVE, "train") for each in tested[:2]])
    for id in others:
        finish(empty.workspace, id, always_right)
    splits = [
        [(row["name"], row["split"]) for row in load_split(run.folder / "split.parquet", run.name)]
        for run in map(empty.find_run, race.list_runs())
    ]
    assert splits[0] == splits[1] == splits[2]
    assert read_board(empty.workspace, race).contrasts[0].n == len(tested)


def test_what_was_edited_since_is_said_beside_the_board(session: Session) -> None:
    catalog = Catalog(session.workspace)
    data_set = catalog.find_data_set("bands")
    sample = catalog.load_samples(data_set, split="train", label="above")[0]
    assert EDITED not in {note.code for note in session.read_race("derby").notes}
    apply_edits(catalog, data_set, [Change(sample.id, RELABEL, "below")])
    (note,) = [note for note in session.read_race("derby").notes if note.code == EDITED]
    assert "images of this race, 1 was relabelled since it began" in note.text
    assert "1 was relabelled" in medapp("race", "derby")


def test_nothing_is_left_of_a_race_that_cannot_be_made(
    empty: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = entrants.create_run
    made = []

    def fill_up(*asked: object) -> Run:
        if len(made) == 2:
            raise WorkspaceError("No space left.", remedy="Free some.")
        made.append(real(*asked))  # type: ignore[arg-type]
        return made[-1]

    monkeypatch.setattr(entrants, "create_run", fill_up)
    with pytest.raises(WorkspaceError, match="No space"):
        declare(empty)
    assert len(made) == 2
    assert list_runs(empty.workspace) == []
    assert list_races(empty.workspace) == []


def test_no_run_is_left_of_a_race_whose_file_cannot_be_written(empty: Session) -> None:
    empty.workspace.studies_folder.parent.mkdir(exist_ok=True)
    empty.workspace.studies_folder.write_text("in the way")
    with pytest.raises(WorkspaceError, match="could not be changed"):
        declare(empty)
    assert list_runs(empty.workspace) == []


def test_races_and_cross_validations_are_told_apart(session: Session) -> None:
    assert list_studies(session.workspace) == []
    assert [race.name for race in list_races(session.workspace)] == ["derby"]
    with pytest.raises(RunError, match="no race 'x'"):
        find_race(session.workspace, "x")


def test_a_race_of_an_earlier_version_is_read(session: Session) -> None:
    race = find_race(session.workspace, "derby")
    path = session.workspace.studies_folder / race.id / "study.json"
    values = json.loads(path.read_text())
    old = ("kind", "id", "name", "made", "data_set", "runs", "remarks")
    pairs = [["fine-tune", "scratch"], ["fine-tune", "linear-probe"]]
    path.write_text(json.dumps({**{k: values[k] for k in old}, "contrasts": pairs}))
    found = find_race(session.workspace, "derby")
    assert (found.folds, found.minutes, found.workers) == (0, None, 1)
    assert found.contrasts == race.contrasts
    assert session.read_race(found).verdict[0].startswith("Was transfer worth it? ")


def test_epochs_are_lowered_to_fit_the_time_and_this_is_said(empty: Session) -> None:
    recipe = build_recipe({"data": "bands", **SETTINGS, "epochs": 1000, "image_size": 224})
    with pytest.raises(RecipeError, match="Even with one epoch each"):
        create_race(empty.workspace, recipe, strategies=WHO, minutes=0.01)
    race = create_race(empty.workspace, recipe, strategies=WHO, minutes=30, seeds=2)
    assert "so that the race takes about 30 minutes" in race.remarks[0]
    made = [run for run in list_runs(empty.workspace) if run.name.startswith("Race on bands:")]
    assert len(made) == 6
    assert {run.recipe.seed for run in made} == {0, 1}
    (epochs,) = {run.recipe.budget.epochs for run in made}
    assert 1 <= epochs < 1000


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"seeds": 0}, "1 to 10 seeds"),
        ({"strategies": ["fine-tune"]}, "or of one from several sources, and fewer were named"),
        # A baseline starts from nothing, so that sources make no second one.
        ({"strategies": ["small-pixels"], "sources": ["bundled", "none"]}, "fewer were named"),
        ({"strategies": ["fine-tune", "magic"]}, "'magic' is none"),
        ({"sources": ["nowhere"]}, "nothing to start from at 'nowhere'"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    empty: Session, asked: dict[str, object], words: str
) -> None:
    with pytest.raises(api.MedAppError, match=words):
        declare(empty, **asked)
    assert list_runs(empty.workspace) == []


def test_one_class_and_five_images(empty: Session, tmp_path: Path) -> None:
    folder = write_bands(tmp_path / "one")
    shutil.rmtree(folder / "below")
    empty.add_data(folder)
    with pytest.raises(RecipeError, match="nothing to tell apart"):
        create_race(empty.workspace, build_recipe({"data": "one", **SETTINGS}))
    few = write_bands(tmp_path / "few", 3)
    next((few / "above").iterdir()).unlink()
    empty.add_data(few)
    recipe = build_recipe({"data": "few", **SETTINGS})
    race = create_race(empty.workspace, recipe, strategies=WHO)
    for id in race.list_runs():
        finish(empty.workspace, id, always_right)
    assert "cannot be told apart with" in read_board(empty.workspace, race).verdict[0]


def test_the_shell_says_what_python_says(session: Session) -> None:
    board = session.read_race("derby")
    values = ask("race", "derby")
    assert {"study", "board", "contrasts", "verdict"} <= set(values)
    assert values["verdict"] == " ".join(board.verdict)
    assert [row["strategy"] for row in values["board"]] == [p.strategy for p in board.places]
    assert values["board"][0]["test"]["interval"][1] <= 1
    assert {"a", "b", "difference", "interval", "verdict"} <= set(values["contrasts"][0])
    assert values["contrasts"][0]["told_apart"] == board.contrasts[0].is_told
    said = medapp("race", "derby")
    assert "Was transfer worth it?" in said
    assert "From scratch" in said
    assert "Majority class" in said
    assert "derby" in medapp("race")


def test_a_setting_that_a_study_gives_its_runs_itself_is_refused(empty: Session) -> None:
    with pytest.raises(RecipeError, match="strategy of its own") as caught:
        empty.race("bands", strategy="scratch", **SETTINGS)
    assert "as its strategies" in str(caught.value)
    for asked in ({"strategy": "scratch"}, {"share": 0.5}):
        with pytest.raises(RecipeError, match=f"{next(iter(asked))} of its own"):
            empty.curve("bands", **asked, **SETTINGS)
    assert not empty.list_runs()


def test_a_second_race_of_a_name_is_refused_by_that_name_and_leaves_no_run(empty: Session) -> None:
    first = declare(empty, name="derby")
    with pytest.raises(RunError, match=r"already a race called derby.*such as derby 2"):
        declare(empty, name="derby")
    assert {run.id for run in empty.list_runs()} == set(first.list_runs())
    assert [race.name for race in list_races(empty.workspace)] == ["derby"]
    assert declare(empty).name == "Race on bands"
