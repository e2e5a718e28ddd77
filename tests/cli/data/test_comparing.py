"""`medapp data similar` in the shell, and the same from Python."""

import json
import shutil
from pathlib import Path

import pytest
from conftest import write_bands
from typer.testing import CliRunner

from medapp.cli import app
from medapp.data.samples import DataSet
from medapp.errors import DataError
from medapp.session import Session
from medapp.store.workspace import Workspace


@pytest.fixture
def bands(workspace: Workspace, tmp_path: Path) -> DataSet:
    folder = write_bands(tmp_path / "bands", 4)
    shutil.copy(folder / "above" / "p00.png", folder / "below" / "copy.png")
    return Session(workspace).add_data(folder, "bands", patient_pattern=r"p\d\d|copy")


def ask(*args: str) -> str:
    result = CliRunner().invoke(app, ["data", "similar", *args], env={"COLUMNS": "200"})
    if result.exception is not None:
        raise result.exception
    return result.stdout


def test_the_shell_says_class_split_distance_and_what_is_a_copy(
    workspace: Workspace, bands: DataSet
) -> None:
    found = json.loads(ask("bands", "above/p00.png", "--most", "3", "--json"))
    assert (found["image"], found["compared"], found["unread"]) == ("above/p00.png", 8, 0)
    assert [row["is_copy"] for row in found["similar"]] == [True, False, False, False]
    first = found["similar"][0]
    assert (first["name"], first["label"], first["distance"]) == ("below/copy.png", "below", 0)
    text = ask("bands", "above/p00*", "--most", "3")
    assert "Compared with 8 images." in text
    assert "copy of this picture" in text
    likes = Session(workspace).find_similar(bands, "above/p00.png", most=3).likes
    assert [like.sample.name for like in likes] == [row["name"] for row in found["similar"]]


def test_other_patients_alone_can_be_asked_for(bands: DataSet) -> None:
    found = json.loads(ask("bands", "above/p00.png", "--other-patients", "--json"))
    names = [row["name"] for row in found["similar"]]
    assert "below/copy.png" not in names
    assert "below/p00.png" not in names  # the same patient's
    assert len(names) == found["compared"] == 6


def test_one_image_is_asked_about(bands: DataSet) -> None:
    with pytest.raises(DataError, match=r"'above/\*' names 4 images. Name one, such as above/p00"):
        ask("bands", "above/*")
    with pytest.raises(DataError, match=r"No image is called 'p09\.png'"):
        ask("bands", "p09.png")
