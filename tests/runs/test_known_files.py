"""Who asks a model about a file that it has learned from is told so, wherever it lies."""

import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
from conftest import Trained
from typer.testing import CliRunner

from medapp.cli import app
from medapp.notes import Note
from medapp.runs.known_files import load_known, note_known
from medapp.runs.making import find_run
from medapp.runs.split_table import SPLIT
from medapp.session import Session


def test_the_very_files_of_training_and_validation_are_told_under_any_name(
    trained: Trained, tmp_path: Path
) -> None:
    run = find_run(trained.workspace, trained.run)
    table = pq.read_table(run.folder / SPLIT).to_pylist()
    first = {row["split"]: row["name"] for row in reversed(table)}
    files = []
    for split in ("train", "validation", "test"):
        files.append(tmp_path / f"case {split}.png")
        shutil.copy(trained.folder / first[split], files[-1])
    found = Session(trained.workspace).predict(run, files, answers_all=True)
    told = [[note for note in one.notes if note.code == "known-image"] for one in found]
    assert told == [list(note_known("train")), list(note_known("validation")), []]
    assert told[0][0] == Note(
        "known-image",
        "This very image is in the model's train split: it may be learned by heart.",
    )


def test_the_shell_says_so_too(trained: Trained) -> None:
    learned = sorted(trained.folder.glob("above/*.png"))
    asked = ["predict", trained.run, *map(str, learned), "--json", "--answer-all"]
    rows = json.loads(CliRunner().invoke(app, asked).stdout)
    known = load_known(find_run(trained.workspace, trained.run))
    told = sum("known-image" in {note["code"] for note in row["notes"]} for row in rows)
    assert 0 < told < len(rows) <= len(known)


def test_a_model_that_came_without_its_list_tells_nothing(trained: Trained) -> None:
    run = find_run(trained.workspace, trained.run)
    (run.folder / SPLIT).unlink()
    assert load_known(run) == {}
    (found,) = Session(trained.workspace).predict(run, [next(trained.folder.glob("above/*.png"))])
    assert "known-image" not in {note.code for note in found.notes}
