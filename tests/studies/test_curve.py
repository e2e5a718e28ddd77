"""A learning curve: what is declared before, which runs are made, and what they say together."""

import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from cli.test_cli import ask, medapp
from conftest import write_bands

import medapp as api
from medapp.data.catalog import Catalog
from medapp.data.edits import LEAVE_OUT, Change, apply_edits
from medapp.errors import RecipeError, RunError
from medapp.evaluation.estimates import Estimate
from medapp.evaluation.power_law import Point, fit_power_law
from medapp.runs.making import list_runs
from medapp.runs.results import load_predictions
from medapp.runs.split_table import load_split
from medapp.session import Session
from medapp.studies.curve import create_curve, find_curve, list_curves
from medapp.studies.points import Reading, Way, read_points, state_reach
from medapp.studies.race import list_races
from medapp.training.recipe import build_recipe

SETTINGS = {"image_size": 32, "batch_size": 8}
SHARES = (0.2, 0.4, 0.7)


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a learning curve of linear probes, run once for all tests."""
    home = tmp_path_factory.mktemp("learned")
    session = api.open(home / "home")
    session.add_data(write_bands(home / "bands", 20), patient_pattern=r"^p\d+")
    session.curve("bands", ways=["linear-probe"], shares=SHARES, name="rise", **SETTINGS)
    return home / "home"


@pytest.fixture
def session(learned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    shutil.copytree(learned, tmp_path / "home")
    monkeypatch.setenv("MEDAPP_HOME", str(tmp_path / "home"))
    return api.open(tmp_path / "home")


def find_patients(session: Session, id: str, split: str) -> set[str]:
    run = session.find_run(id)
    rows = load_split(run.folder / "split.parquet", run.name)
    return {row["patient"] for row in rows if row["split"] == split}


def test_ever_more_patients_are_learned_from_and_the_same_are_tested(session: Session) -> None:
    curve = find_curve(session.workspace, "rise")
    assert curve.shares == (*SHARES, 1.0)  # all of them are always among the shares
    runs = [id for (id,) in curve.runs["linear-probe"]]
    trained = [find_patients(session, id, "train") for id in runs]
    assert all(less < more for less, more in pairwise(trained))
    for split in ("validation", "test"):
        assert len({frozenset(find_patients(session, id, split)) for id in runs}) == 1
    assert curve.list_runs() == runs[::-1]


def test_points_are_the_figures_of_the_runs(session: Session) -> None:
    curve = find_curve(session.workspace, "rise")
    reading = session.read_curve("rise")
    (way,) = reading.ways
    assert (reading.figure, reading.counted, reading.seeds) == ("balanced_accuracy", "patients", 1)
    for point, (id,) in zip(way.points, curve.runs["linear-probe"], strict=True):
        assert point.size == len(find_patients(session, id, "train"))
        rows = load_predictions(session.find_run(id))
        recalls = [
            np.mean([row["prediction"] == label for row in rows if row["label"] == label])
            for label in ("above", "below")
        ]
        assert point.value == pytest.approx(np.mean(recalls))
    assert reading.verdict[-1].startswith("One seed a point")
    assert f"the same {len(rows):,} test images" in reading.verdict[-2]


def test_the_test_split_is_not_looked_at_before_the_end(session: Session) -> None:
    curve = find_curve(session.workspace, "rise")
    session.find_run(curve.runs["linear-probe"][0][0]).set_state("queued", "Again.")
    reading = read_points(session.workspace, curve)
    assert not reading.is_over
    assert reading.ways == reading.verdict == ()


def test_a_point_whose_run_is_gone_is_left_out(session: Session) -> None:
    curve = find_curve(session.workspace, "rise")
    shutil.rmtree(session.find_run(curve.runs["linear-probe"][1][0]).folder)
    session.workspace.runs_folder.touch()
    reading = read_points(session.workspace, curve)
    assert reading.is_over
    (way,) = reading.ways
    assert len(way.points) == 3
    assert way.law is None  # three points do not make a curve
    assert "nothing is foretold" in reading.verdict[0]


def test_small_shares_pass_over_their_images_more_often(session: Session) -> None:
    recipe = build_recipe({"data": "bands", **SETTINGS, "epochs": 10})
    curve = create_curve(session.workspace, recipe, seeds=2, shares=(0.1, 0.25, 0.5, 1))
    assert curve.name == "Learning curve of bands"
    made = {run.id: run for run in list_runs(session.workspace)}
    for way, of in curve.runs.items():
        runs = [[made[id] for id in ids] for ids in of]
        assert [[run.recipe.seed for run in ids] for ids in runs] == [[0, 1]] * 4
        assert {run.recipe.strategy.name for ids in runs for run in ids} == {way}
        assert [ids[0].recipe.budget.epochs for ids in runs] == [40, 40, 20, 10]
        assert [ids[0].recipe.data.share for ids in runs] == [0.1, 0.25, 0.5, 1.0]
    # A curve that is stopped has the whole data set's figure first, of both ways.
    first = [made[id].recipe for id in curve.list_runs()[:3]]
    assert [(r.strategy.name, r.data.share) for r in first] == [
        ("fine-tune", 1.0),
        ("scratch", 1.0),
        ("fine-tune", 0.5),
    ]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"ways": ["fine-tune", "magic"]}, "'magic' is no strategy"),
        ({"ways": []}, "0 ways were named"),
        ({"shares": (0.5, 1.0)}, "4 shares or more"),
        ({"shares": (0.0, 0.2, 0.5, 1.0)}, "from 0.01 to 1"),
        ({"seeds": 11}, "1 to 10 seeds"),
        ({"minutes": 0.001}, "the learning curve takes about"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    session: Session, asked: dict[str, object], words: str
) -> None:
    recipe = build_recipe({"data": "bands", **SETTINGS})
    before = len(list_runs(session.workspace))
    with pytest.raises(RecipeError, match=words):
        create_curve(session.workspace, recipe, **asked)  # type: ignore[arg-type]
    assert len(list_runs(session.workspace)) == before


def test_what_was_edited_since_is_said_with_the_curve(session: Session) -> None:
    catalog = Catalog(session.workspace)
    data_set = catalog.find_data_set("bands")
    sample = catalog.load_samples(data_set, split="train")[0]
    assert session.read_curve("rise").notes == ()
    apply_edits(catalog, data_set, [Change(sample.id, LEAVE_OUT)])
    (note,) = session.read_curve("rise").notes
    assert "images of this learning curve, 1 was left out since it began" in note.text
    assert "1 was left out" in medapp("curve", "rise")


def test_kinds_of_studies_are_told_apart(session: Session) -> None:
    assert list_races(session.workspace) == []
    assert [curve.name for curve in list_curves(session.workspace)] == ["rise"]
    with pytest.raises(RunError, match="no learning curve 'x'"):
        find_curve(session.workspace, "x")


def build_reading(values: list[float], sizes: tuple[int, ...] = (20, 40, 80, 160)) -> Reading:
    """A reading with points that are known without doubt."""
    points = tuple(
        Point(size, (Estimate(value, (value, value), np.zeros(10)),))
        for size, value in zip(sizes, values, strict=True)
    )
    way = Way("fine-tune", points, fit_power_law(points))
    return Reading(("done",), "balanced_accuracy", "patients", 100, 50, 1, (way,))


RISING = [1 - 0.05 - size**-0.5 for size in (20, 40, 80, 160)]


@pytest.mark.parametrize(
    ("values", "target", "words"),
    [
        # 1 - 0.05 - 1 / sqrt(n) is 0.9 at 400, 240 more than the 160 there are.
        (RISING, 0.9, "Fine-tune needs about 240 more patients to reach 0.900"),
        (RISING, 0.8, "Fine-tune has reached 0.800."),
        (RISING, 0.94, "Fine-tune does not reach 0.940 with 480 more patients"),
        ([0.8, 0.7, 0.8, 0.7], 0.9, "Fine-tune: nothing can be foretold."),
    ],
)
def test_how_many_more_are_needed_in_words(values: list[float], target: float, words: str) -> None:
    reading = build_reading(values)
    assert state_reach(reading, reading.ways[0], target).startswith(words)


def test_where_points_say_nothing_of_how_many_are_needed_this_is_said() -> None:
    reading = build_reading([0.5, 0.85, 0.6, 0.88])
    assert state_reach(reading, reading.ways[0], 0.9) == (
        "How many more patients Fine-tune needs to reach 0.900 cannot be told from these points: it"
        " may be none, and it may be more than 480."
    )


def test_the_finding_says_what_twice_as_many_bring() -> None:
    # 1 - 0.05 - 1 / sqrt(160) and the same of 320.
    expected = "Fine-tune: 0.871 now, about 0.894 with twice as many patients"
    assert build_reading(RISING).finding == expected
    assert "nothing can be foretold" in build_reading([0.8, 0.7, 0.8, 0.7]).finding


def test_the_shell_says_what_python_says(session: Session) -> None:
    reading = session.read_curve("rise")
    values = ask("curve", "rise", "--to", "0.99")
    assert values["verdict"] == list(reading.verdict)
    (way,) = values["ways"]
    assert [p["learned_from"] for p in way["points"]] == [p.size for p in reading.ways[0].points]
    said = medapp("curve", "rise", "--to", "0.99")
    assert "Linear probe" in said
    assert "patients learned from" in " ".join(said.split())
    assert "rise" in medapp("curve")
