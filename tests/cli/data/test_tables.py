"""Tables of labels in the shell, from the dry run to the data set and its update."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from conftest import draw_picture
from PIL import Image
from typer.testing import CliRunner

from medapp.cli import app
from medapp.data.catalog import Catalog
from medapp.data.importing.updating import update
from medapp.store.workspace import Workspace

TABLE = (
    "image_id,finding,patient_id,site,split,sex,x0,y0,x1,y1\n"
    "1,a,P1,north,train,f,1,2,30,40\n2,b,P1,north,train,m,,,,\n3,a,P2,south,val,f,,,,\n"
    "4,b,P3,south,test,f,,,,\n=9,b,P3,south,test,f,,,,\n"
)


def run(*args: str) -> Any:
    result = CliRunner().invoke(app, ["data", *args, "--json"])
    if result.exception is not None:
        raise result.exception
    return json.loads(result.stdout)


def draw(folder: Path, number: int) -> None:
    folder.mkdir(exist_ok=True)
    Image.fromarray(draw_picture(number)).save(folder / f"{number:03d}.png")


@pytest.fixture
def folder(workspace: Workspace, tmp_path: Path) -> Path:
    for number in range(1, 5):
        draw(tmp_path / "images", number)
    (tmp_path / "images" / "labels.csv").write_text(TABLE)
    return tmp_path / "images"


def test_a_dry_run_says_columns_and_bad_rows_and_stores_nothing(
    workspace: Workspace, folder: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.csv"
    said = run("add", str(folder), "--dry-run", "--bad-rows", str(bad))
    assert said["classes"] == {"a": 2, "b": 2}
    assert said["table"]["roles"]["patient"] == "patient_id"
    assert [row["row"] for row in said["bad_rows"]] == [6]
    rows = list(csv.reader(bad.open()))
    # What a spreadsheet would compute is defused.
    assert rows[1] == ["labels.csv", "6", "'=9", "no such image"]
    assert Catalog(workspace).list_data_sets() == []


def test_all_that_a_table_says_comes_in(workspace: Workspace, folder: Path) -> None:
    said = run("add", str(folder), "--name", "t")
    assert (said["images"], said["patients"], said["task"]) == (4, 3, "single-label")
    assert said["bad_row_count"] == 1
    catalog = Catalog(workspace)
    samples = catalog.load_samples(catalog.find_data_set("t"))
    assert [(s.name, s.label, s.patient, s.site, s.split) for s in samples] == [
        ("001.png", "a", "P1", "north", "train"),
        ("002.png", "b", "P1", "north", "train"),
        ("003.png", "a", "P2", "south", "validation"),
        ("004.png", "b", "P3", "south", "test"),
    ]
    assert [(b.label, b.x0, b.y0, b.x1, b.y1) for b in samples[0].boxes] == [("a", 1, 2, 30, 40)]
    assert dict(samples[0].attributes) == {"sex": "f"}
    assert run("show", "t")["attributes"] == {"sex": {"f": 3, "m": 1}}


def test_columns_are_chosen_by_hand(folder: Path) -> None:
    said = run(
        *("add", str(folder), "--dry-run", "--labels", "labels.csv", "--label-column", "sex"),
        *("--patient-column", "", "--split-column", ""),
    )
    assert said["classes"] == {"f": 3, "m": 1}
    assert said["patients"] is None
    assert said["splits"] == {}


def test_an_update_reads_the_table_again_as_it_was_read(workspace: Workspace, folder: Path) -> None:
    run("add", str(folder), "--name", "t", "--label-column", "sex")
    draw(folder, 5)
    (folder / "labels.csv").write_text(TABLE.replace("=9,b,P3", "5,b,P9"))
    catalog = Catalog(workspace)
    changes = update(catalog, catalog.find_data_set("t"))
    assert changes.new == ("005.png",)
    new = catalog.load_samples(catalog.find_data_set("t"))[-1]
    assert (new.label, new.patient, new.split) == ("f", "P9", "test")
    assert new.attributes["finding"] == "b"
