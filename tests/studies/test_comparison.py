"""Runs beside each other, on the images that all of them judged."""

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cli.test_cli import ask, medapp
from conftest import train_here, write_bands
from scipy.stats import norm

import medapp as api
from medapp.errors import RunError
from medapp.runs.results import load_predictions
from medapp.runs.run import Run
from medapp.session import Session
from medapp.studies.comparison import compare_runs

SETTINGS = {"strategy": "linear-probe", "image_size": 32}


@pytest.fixture(scope="module")
def trained_twice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with two runs, trained once for all tests."""
    home = tmp_path_factory.mktemp("compared")
    session = api.open(home / "home")
    session.add_data(write_bands(home / "bands", 20), patient_pattern=r"^p\d+")
    train_here(session.workspace, "bands", "first", **SETTINGS)
    train_here(session.workspace, "bands", "second", seed=1, source="none", **SETTINGS)
    return home / "home"


@pytest.fixture
def session(trained_twice: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    shutil.copytree(trained_twice, tmp_path / "home")
    monkeypatch.setenv("MEDAPP_HOME", str(tmp_path / "home"))
    return api.open(tmp_path / "home")


@pytest.fixture
def pair(session: Session) -> tuple[Run, Run]:
    return session.find_run("first"), session.find_run("second")


def edit_rows(run: Run, edit: dict[int, dict[str, object]], keep: slice = slice(None)) -> None:
    rows = load_predictions(run)
    for number, values in edit.items():
        rows[number].update(values)
    pq.write_table(pa.Table.from_pylist(rows[keep]), run.folder / "predictions.parquet")


def test_runs_are_compared_on_the_same_images(session: Session, pair: tuple[Run, Run]) -> None:
    found = session.compare(["first", pair[1]])
    assert found.runs == ("first", "second")
    rows = [{row["content_hash"]: row for row in load_predictions(run)} for run in pair]
    assert found.n == len(rows[0])
    assert found.alone == (0, 0)
    # Bands have two classes: the mean of sensitivity and specificity, by hand.
    scores = [
        np.mean(
            [
                np.mean([r["prediction"] == label for r in of.values() if r["label"] == label])
                for label in ("above", "below")
            ]
        )
        for of in rows
    ]
    (contrast,) = found.contrasts
    assert (contrast.a, contrast.b, contrast.figure) == ("first", "second", "balanced_accuracy")
    assert contrast.difference.value == pytest.approx(scores[0] - scores[1])
    assert contrast.counted == "patients"
    assert contrast.units < contrast.n
    assert found.references["balanced_accuracy"] == (0.5, 0.5)
    shares = [
        np.mean([r["label"] == name for r in rows[0].values()]) for name in ("above", "below")
    ]
    assert found.references["accuracy"] == pytest.approx((0.5, max(shares)))
    settings = dict(found.settings)
    assert set(settings) == {"Start from", "Seed"}
    assert settings["Seed"] == ("0", "1")
    disputed = {
        r["name"] for k, r in rows[0].items() if r["prediction"] != rows[1][k]["prediction"]
    }
    assert {each.name for each in found.disputed} == disputed


def test_delong_and_mcnemar_stand_beside_the_verdict(pair: tuple[Run, Run]) -> None:
    # Some images are ranked otherwise by the second run.
    edit_rows(
        pair[1],
        {
            i: {
                "prediction": "below",
                "probability of above": i / 9,
                "probability of below": 1 - i / 9,
            }
            for i in range(4)
        },
    )
    found = compare_runs(pair)
    ranks, decisions = found.tests
    assert (ranks.name, ranks.figure) == ("DeLong's test, clustered by patient", "auroc")
    assert decisions.name == "McNemar's exact test, whole patients"
    rows = [{row["content_hash"]: row for row in load_predictions(run)} for run in pair]
    rights = [{k for k, row in of.items() if row["prediction"] == row["label"]} for of in rows]
    assert decisions.only_a == len(rights[0] - rights[1])
    assert decisions.only_b == len(rights[1] - rights[0])
    figures = [of["auroc"] for of in found.figures]
    z = (figures[0].value - figures[1].value) / np.linalg.norm(
        figures[0].shifts - figures[1].shifts
    )
    assert ranks.p == pytest.approx(2 * norm.sf(abs(z)))
    # Each patient of its own: the tests are those of independent images.
    for run in pair:
        edit_rows(run, {i: {"patient": f"{i}"} for i in range(len(load_predictions(run)))})
    assert [test.name for test in compare_runs(pair).tests] == [
        "DeLong's test",
        "McNemar's exact test",
    ]


def test_only_images_that_both_judged_count_and_this_is_said(pair: tuple[Run, Run]) -> None:
    first, second = pair
    whole = len(load_predictions(first))
    edit_rows(second, {}, slice(2, None))
    found = compare_runs(pair)
    assert found.n == whole - 2
    assert found.alone == (2, 0)
    (note,) = [note for note in found.notes if note.code == "shared-images"]
    assert f"first judged {whole}" in note.text


def test_a_grave_note_of_a_run_stands_with_the_comparison(pair: tuple[Run, Run]) -> None:
    path = pair[1].folder / "evaluation.json"
    values = json.loads(path.read_text())
    values["notes"].append({"code": "leak", "text": "Copies.", "level": "grave", "remedy": ""})
    path.write_text(json.dumps(values))
    assert "second: Copies." in {note.text for note in compare_runs(pair).notes}


def test_what_cannot_be_compared_is_refused_in_words(
    session: Session, pair: tuple[Run, Run]
) -> None:
    first, second = pair
    with pytest.raises(RunError, match="takes two different runs"):
        compare_runs([first])
    with pytest.raises(RunError, match="takes two different runs"):
        compare_runs([first, first])
    label = load_predictions(second)[0]["label"]
    other = "above" if label == "below" else "below"
    edit_rows(second, {0: {"label": other}})
    with pytest.raises(RunError, match="labels were edited between the two"):
        compare_runs(pair)
    contents = {i: {"content_hash": f"{i:064d}"} for i in range(len(load_predictions(second)))}
    edit_rows(second, contents)
    with pytest.raises(RunError, match="No image was judged by both first and second"):
        compare_runs(pair)
    (second.folder / "predictions.parquet").unlink()
    with pytest.raises(RunError, match="second has no predictions"):
        compare_runs(pair)


def test_the_same_picture_twice_in_a_test_split_counts_twice(pair: tuple[Run, Run]) -> None:
    for run in pair:
        rows = load_predictions(run)
        edit_rows(run, {1: {**rows[0], "name": rows[1]["name"]}})
    assert compare_runs(pair).n == len(load_predictions(pair[0]))


def test_the_shell_says_what_python_says(session: Session, pair: tuple[Run, Run]) -> None:
    values = ask("compare", "first", "second")
    assert values["contrasts"][0]["verdict"] == session.compare(pair).contrasts[0].verdict
    assert values["references"]["balanced_accuracy"] == {"guessing": 0.5, "majority": 0.5}
    assert values["figures"]["first"]["balanced_accuracy"]["interval"][0] <= 1
    said = medapp("compare", "first", "second")
    assert values["contrasts"][0]["verdict"][:60] in said
    assert "They disagree on" in said
    assert values["tests"][0]["meaning"] in said
    assert "The verdict goes by the interval of the difference." in said
    medapp("compare", "first", "first", code=1)
