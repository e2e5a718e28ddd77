"""What is asked of each image, in the shell."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import write_bands
from typer.testing import CliRunner

from medapp.cli import app
from medapp.errors import DataError
from medapp.session import Session
from medapp.store.workspace import Workspace


def ask(*args: str) -> Any:
    result = CliRunner().invoke(app, ["data", "task", *args, "--json"])
    if result.exception is not None:
        raise result.exception
    return json.loads(result.stdout)


@pytest.fixture
def bands(workspace: Workspace, tmp_path: Path) -> str:
    return Session(workspace).add_data(write_bands(tmp_path / "bands"), "bands").name


def test_a_task_is_said_and_set(bands: str) -> None:
    assert ask(bands)["task"] == "single-label"
    assert ask(bands, "multi-label")["classes"] == ["above", "below"]
    assert ask(bands)["task"] == "multi-label"


def test_grades_that_do_not_tell_their_order_are_given_one(bands: str) -> None:
    with pytest.raises(DataError, match="above, below do not tell which grade is the lowest"):
        ask(bands, "ordinal")
    assert ask(bands)["task"] == "single-label"
    graded = ask(bands, "ordinal", "--order", "below, above")
    assert (graded["task"], graded["classes"]) == ("ordinal", ["below", "above"])
    said = CliRunner().invoke(app, ["data", "task", bands]).stdout
    assert "2 grades: below < above" in said


@pytest.mark.parametrize("order", ["below", "below,below", "below,above,aside"])
def test_an_order_names_each_grade_once(bands: str, order: str) -> None:
    with pytest.raises(DataError, match="does not name the grades of bands once each"):
        ask(bands, "ordinal", "--order", order)


def test_an_unknown_task_lists_those_there_are(bands: str) -> None:
    with pytest.raises(DataError, match="There is no task 'grades'"):
        ask(bands, "grades")
