"""A model beside human readers, on the images that all of them judged."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cli.test_cli import ask, medapp
from conftest import Trained
from sklearn.metrics import balanced_accuracy_score, cohen_kappa_score, roc_auc_score

from medapp.errors import DataError, RunError
from medapp.evaluation.detection import Detection
from medapp.evaluation.operating import operate
from medapp.evaluation.rules import read_rule
from medapp.runs.locking import lock_point
from medapp.runs.results import load_predictions
from medapp.session import Session
from medapp.studies.readers.columns import AskedColumns

Rows = list[dict[str, object]]


@pytest.fixture
def rows(trained: Trained) -> Rows:
    """Predictions of 24 test images: 12 patients of two images, the last of whom has both labels.

    They take the place of those of the run, whose test images are few.
    """
    run = Session(trained.workspace).find_run(trained.run)
    columns = load_predictions(run)[0]
    random = np.random.default_rng(0)
    made: Rows = []
    for i in range(24):
        label = "below" if i // 2 % 2 or i == 23 else "above"
        score = float(
            np.clip(0.5 + (0.2 if label == "below" else -0.2) + random.normal() / 4, 0, 1)
        )
        own = {
            "name": f"test/{i:02d}.png",
            "label": turn("below") if i == 22 else label,
            "patient": f"case {i // 2}",
            "content_hash": f"{i:064d}",
            "prediction": "below" if score > 0.5 else "above",
            "probability of above": 1 - score,
            "probability of below": score,
        }
        made.append({**columns, **own})
    pq.write_table(pa.Table.from_pylist(made), run.folder / "predictions.parquet")
    return made


def write(path: Path, lines: Sequence[Mapping[str, object]]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
    return path


def turn(label: object) -> str:
    return "above" if label == "below" else "below"


def build_reader(rows: Rows, wrong: set[int], name: str) -> Rows:
    """Calls that are wrong on some images, with a rating that is not."""
    return [
        {
            "image": row["name"],
            "reader": name,
            "call": turn(row["label"]) if i in wrong else row["label"],
            "confidence": (4 if row["label"] == "below" else 2) + i % 2,
        }
        for i, row in enumerate(rows)
    ]


def test_a_reader_is_judged_on_the_images_that_he_read(
    trained: Trained, rows: Rows, tmp_path: Path
) -> None:
    read = rows[1:]
    table = write(tmp_path / "readings.csv", build_reader(read, {0, 3}, "Dr A"))
    found = Session(trained.workspace).compare_readers([trained.run], [table])
    comparison = found.comparison
    assert comparison.runs == ("probe", "Dr A")
    assert comparison.can_disagree
    assert (comparison.n, comparison.alone) == (len(read), (1, 0))
    labels = [str(row["label"]) for row in read]
    calls = [turn(label) if i in (0, 3) else label for i, label in enumerate(labels)]
    model, reader = comparison.figures
    assert reader["balanced_accuracy"].value == pytest.approx(
        balanced_accuracy_score(labels, calls)
    )
    said = [str(row["prediction"]) for row in read]
    assert model["balanced_accuracy"].value == pytest.approx(balanced_accuracy_score(labels, said))
    ratings = [(4 if label == "below" else 2) + i % 2 for i, label in enumerate(labels)]
    is_below = np.array(labels) == "below"
    assert reader["auroc"].value == pytest.approx(roc_auc_score(is_below, ratings))
    (contrast,) = comparison.contrasts
    assert contrast.difference.value == pytest.approx(
        model["balanced_accuracy"].value - reader["balanced_accuracy"].value
    )
    assert found.curve is not None
    own, point = found.curve.points
    assert (own.name, point.name) == ("probe", "Dr A")
    wrong = sum(is_below[i] for i in (0, 3))
    assert point.sensitivity.value == pytest.approx(1 - wrong / is_below.sum())
    assert point.specificity.value == pytest.approx(1 - (2 - wrong) / (~is_below).sum())


def test_kappa_stands_between_readers_and_with_the_model(
    trained: Trained, rows: Rows, tmp_path: Path
) -> None:
    tables = [
        write(tmp_path / "a.csv", build_reader(rows, {0, 1}, "A")),
        write(tmp_path / "b.csv", build_reader(rows, {1, 2, 5}, "B")),
    ]
    found = Session(trained.workspace).compare_readers([trained.run], tables)
    assert [(each.a, each.b) for each in found.agreements] == [
        ("A", "B"),
        ("probe", "A"),
        ("probe", "B"),
    ]
    calls = [
        [turn(row["label"]) if i in wrong else row["label"] for i, row in enumerate(rows)]
        for wrong in ({0, 1}, {1, 2, 5})
    ]
    first = found.agreements[0]
    assert first.kappa is not None
    assert first.kappa.value == pytest.approx(cohen_kappa_score(*calls))
    assert first.alike == pytest.approx(1 - 3 / len(rows))
    assert len(found.comparison.contrasts) == 2
    assert found.comparison.contrasts[0].compared == 2


def test_a_reader_with_ratings_alone_has_an_auroc_and_a_point_a_rating(
    trained: Trained, rows: Rows, tmp_path: Path
) -> None:
    lines = [{"image": row["name"], "score": i % 3 + 1} for i, row in enumerate(rows)]
    table = write(tmp_path / "rated.csv", lines)
    found = Session(trained.workspace).compare_readers([trained.run], [table])
    assert [name for name, _ in found.comparison.headlines] == ["auroc"]
    assert [test.figure for test in found.comparison.tests] == ["auroc"]
    assert not found.agreements
    assert not found.comparison.disputed
    assert not found.comparison.can_disagree
    assert found.curve is not None
    assert [point.name for point in found.curve.points] == [
        "probe",
        "rated, from 2 on",
        "rated, from 3 on",
    ]


def test_ratings_are_of_the_class_that_is_named(
    trained: Trained, rows: Rows, tmp_path: Path
) -> None:
    lines = [
        {"image": row["name"], "score": (4 if row["label"] == "above" else 2) + i % 2}
        for i, row in enumerate(rows)
    ]
    table = write(tmp_path / "rated.csv", lines)
    session = Session(trained.workspace)
    asked = AskedColumns(call_from=4)
    found = session.compare_readers([trained.run], [table], columns=asked, positives=["above"])
    assert found.comparison.figures[1]["auroc"].value == 1.0
    assert found.comparison.figures[1]["accuracy"].value == 1.0
    texts = " ".join(note.text for note in found.comparison.notes)
    assert "a rating of 4 or more counts as a call of above" in texts
    assert "ratings are higher where" not in texts
    # Of the other class they rank worse than chance, which is said with what to do.
    turned = session.compare_readers([trained.run], [table])
    assert turned.comparison.figures[1]["auroc"].value == 0.0
    (note,) = [note for note in turned.comparison.notes if note.code == "ratings-turned"]
    assert "rated: ratings are higher where below is absent: AUROC 0.000 [" in note.text
    assert "--positive" in note.in_shell


def test_patients_are_read_as_a_whole(trained: Trained, rows: Rows, tmp_path: Path) -> None:
    cases = sorted({str(row["patient"]) for row in rows})
    lines = [{"patient": case, "call": "below"} for case in [*cases, "case 99"]]
    table = write(tmp_path / "patients.csv", lines)
    session = Session(trained.workspace)
    found = session.compare_readers([trained.run], [table])
    assert (found.comparison.noun, found.comparison.n) == ("patients", 11)
    assert " 11 test patients" in found.comparison.contrasts[0].verdict
    model, reader = found.comparison.figures
    # Odd cases are below; the model's answer is by the mean of both images.
    by_case = [
        np.mean([row["probability of below"] for row in rows if row["patient"] == f"case {i}"])
        for i in range(11)
    ]
    right = [(mean > 0.5) == bool(i % 2) for i, mean in enumerate(by_case)]
    assert model["accuracy"].value == pytest.approx(np.mean(right))
    assert reader["accuracy"].value == pytest.approx(5 / 11)
    texts = " ".join(note.text for note in found.comparison.notes)
    assert "patient whose images have different labels, left out: 1 (case 11)" in texts
    assert "name no patient of the test split, left out: 1 (case 99)" in texts
    images = write(tmp_path / "images.csv", build_reader(rows, set(), "A"))
    with pytest.raises(DataError, match="Some tables name images and others name patients"):
        session.compare_readers([trained.run], [table, images])


def test_a_locked_operating_point_has_a_point_of_its_own(
    trained: Trained, rows: Rows, tmp_path: Path
) -> None:
    run = Session(trained.workspace).find_run(trained.run)
    scores = np.array([row["probability of below"] for row in rows], float)
    is_below = np.array([row["label"] == "below" for row in rows])
    judging = Detection("below", scores, is_below, np.arange(len(rows)), "images", "test split")
    rule = read_rule("sensitivity>=0.9")
    lock_point(run, operate(judging, None, judging, rule), ("below",))
    table = write(tmp_path / "readings.csv", build_reader(rows, {0}, "Dr A"))
    found = Session(trained.workspace).compare_readers([run], [table])
    assert found.curve is not None
    own, locked, reader = found.curve.points
    assert (own.name, reader.name) == ("probe", "Dr A")
    assert locked.name.startswith("probe, locked at ")
    assert locked.sensitivity.value >= 0.9


def test_what_cannot_be_compared_is_refused_in_words(
    trained: Trained, rows: Rows, tmp_path: Path
) -> None:
    session = Session(trained.workspace)
    table = write(tmp_path / "a.csv", build_reader(rows, set(), "A"))
    with pytest.raises(DataError, match="Name a run first"):
        session.compare_readers([], [table])
    with pytest.raises(RunError, match="two different runs"):
        session.compare_readers([trained.run, trained.run], [table])
    learned = [{"image": "above/p00.png", "call": "above"}]
    assert (trained.folder / "above" / "p00.png").exists()
    with pytest.raises(DataError, match=r"read none of the test images.*left out: 1"):
        session.compare_readers([trained.run], [write(tmp_path / "learned.csv", learned)])
    twice = session.compare_readers([trained.run], [table, table])
    assert twice.readers == ("A", "A (2)")


def test_the_shell_takes_a_file_for_a_reader(trained: Trained, rows: Rows, tmp_path: Path) -> None:
    table = write(tmp_path / "readings.csv", build_reader(rows, {0}, "Dr A"))
    values = ask("compare", trained.run, table)
    assert values["readers"] == ["Dr A"]
    assert values["ids"] == [Session(trained.workspace).find_run(trained.run).id]
    assert values["roc"]["points"][1]["name"] == "Dr A"
    assert values["agreements"][0]["n"] == len(rows)
    said = medapp("compare", trained.run, table)
    assert values["contrasts"][0]["verdict"] in said
    assert "probe and Dr A" in said
    rated = ask(
        *("compare", trained.run, table, "--call-column", "call", "--image-column", "image"),
        *("--reader-column", "reader", "--rating-column", "confidence", "--positive", "above"),
    )
    assert rated["roc"]["finding"] == "above"
    medapp("compare", trained.run, tmp_path / "nowhere.csv", code=1)
