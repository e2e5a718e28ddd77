"""A job that goes on by itself, stops when asked, and goes on from there."""

import csv
import io
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from conftest import Trained

from medapp.errors import RunError
from medapp.imaging.image import BLANK
from medapp.notes import Note
from medapp.prediction.job import PredictionJob
from medapp.prediction.table import Row, write_csv

PAGE = Note("page", "Page 1 of 2.", "info")
FILES = [Path(f"/images/{i}.png") for i in range(100)]


def say_right(files: Sequence[Path]) -> Iterator[Row]:
    return (Row(file, "right", {"right": 1.0}, None) for file in files)


def test_it_predicts_every_file_in_order() -> None:
    job = PredictionJob(FILES, say_right)
    job.start()
    assert job.wait(10)
    assert job.state == "done"
    assert [row.file for row in job.rows] == FILES
    assert job.seconds_left == 0


def test_a_stopped_job_keeps_what_is_done_and_goes_on_from_there() -> None:
    asked: list[int] = []
    at_ten = threading.Event()

    def pause_at_ten(files: Sequence[Path]) -> Iterator[Row]:
        asked.append(len(files))
        for place, row in enumerate(say_right(files)):
            if place == 10 and len(asked) == 1:
                at_ten.set()
                assert stopping.wait(10)
            yield row

    stopping = threading.Event()
    job = PredictionJob(FILES, pause_at_ten)
    job.start()
    assert at_ten.wait(10)
    assert job.state == "running"
    assert len(job.rows) == 10
    job.stop()
    stopping.set()
    assert job.wait(10)
    assert job.state == "stopped"
    assert len(job.rows) == 11  # the one under way
    job.start()
    assert job.wait(10)
    assert job.state == "done"
    assert asked == [100, 89]
    assert [row.file for row in job.rows] == FILES


def test_starting_a_running_job_again_starts_no_second() -> None:
    gate, threads = threading.Event(), []

    def wait_for_gate(files: Sequence[Path]) -> Iterator[Row]:
        threads.append(threading.current_thread())
        assert gate.wait(10)
        return say_right(files)

    job = PredictionJob(FILES, wait_for_gate)
    for _ in range(3):
        job.start()
    gate.set()
    assert job.wait(10)
    job.start()
    assert len(threads) == 1
    assert len(job.rows) == 100


def test_a_stated_error_ends_it_in_words() -> None:
    def fail(files: Sequence[Path]) -> Iterator[Row]:
        yield from say_right(files[:3])
        raise RunError("The model is gone. Choose another.")

    job = PredictionJob(FILES, fail)
    job.start()
    assert job.wait(10)
    assert (job.state, job.error, len(job.rows)) == (
        "failed",
        "The model is gone. Choose another.",
        3,
    )


def test_a_file_that_cannot_be_read_is_a_row_that_says_why(
    trained: Trained, tmp_path: Path
) -> None:
    from medapp.prediction.files import predict_files
    from medapp.prediction.model import load_model
    from medapp.runs.making import find_run

    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no image")
    files = [*sorted((trained.folder / "above").glob("*.png"))[:3], broken]
    model = load_model(find_run(trained.workspace, "probe").require_model())
    job = PredictionJob(files, lambda some: predict_files(model, some))
    job.start()
    assert job.wait(60)
    assert job.state == "done"
    assert [row.error is None for row in job.rows] == [True, True, True, False]
    assert all(sum(row.probabilities.values()) == pytest.approx(1) for row in job.rows[:3])


def test_csv_reads_back() -> None:
    rows = [
        Row(Path("/a/b, c/1.png"), "x", {"x": 0.75, "ü": 0.25}, None, (PAGE, BLANK)),
        Row(Path("/a/2.png"), None, {}, 'It is broken, "said" it.'),
    ]
    first, second = csv.DictReader(io.StringIO(write_csv(rows, ["x", "ü"], "m", Path("/a"))))
    assert first == {
        "file": "b, c/1.png",
        "prediction": "x",
        "probability of x": "0.750000",
        "probability of ü": "0.250000",
        "note": f"{BLANK.text} Page 1 of 2.",
        "error": "",
        "model": "m",
        "use": "research only",
    }
    assert (second["prediction"], second["probability of x"], second["error"]) == (
        "",
        "",
        'It is broken, "said" it.',
    )


def test_no_cell_of_the_csv_begins_a_formula() -> None:
    rows = [Row(Path("/a/=1+1.png"), "@x", {"@x": 1.0}, "-2+3")]
    (row,) = csv.DictReader(io.StringIO(write_csv(rows, ["@x"], "=m", Path("/a"))))
    assert [row["file"], row["prediction"], row["error"], row["model"]] == [
        "'=1+1.png",
        "'@x",
        "'-2+3",
        "'=m",
    ]
    assert row["probability of @x"] == "1.000000"


def test_csv_says_of_each_finding_its_threshold_and_whether_it_is_there() -> None:
    limits = {"mass": 0.2, "scar": 0.6}
    rows = [
        Row(Path("/a/1.png"), "mass", {"mass": 0.2, "scar": 0.5}, None, (), limits),
        Row(Path("/a/2.png"), None, {}, "broken"),
    ]
    one, two = csv.DictReader(io.StringIO(write_csv(rows, ["mass", "scar"], "m", Path("/a"))))
    assert (one["prediction"], one["probability of scar"]) == ("mass", "0.500000")
    assert (one["threshold of mass"], one["found mass"]) == ("0.200000", "1")
    assert (one["threshold of scar"], one["found scar"]) == ("0.600000", "0")
    assert (two["found mass"], two["error"]) == ("", "broken")
