"""Edits of a data set in the shell: images left out, relabelled, moved, noted; the log; undo."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import write_bands
from typer.testing import CliRunner

from medapp.cli import app
from medapp.data.catalog import Catalog
from medapp.errors import DataError
from medapp.session import Session
from medapp.store.workspace import Workspace


def ask(*args: str) -> Any:
    result = CliRunner().invoke(app, ["data", *args, "--json"])
    if result.exception is not None:
        raise result.exception
    return json.loads(result.stdout)


@pytest.fixture
def names(workspace: Workspace, tmp_path: Path) -> list[str]:
    """Of a class; those that train first."""
    data_set = Session(workspace).add_data(write_bands(tmp_path / "bands"), "bands")
    samples = [s for s in Catalog(workspace).load_samples(data_set) if s.label == "above"]
    return [s.name for s in sorted(samples, key=lambda sample: sample.split != "train")]


def find_labels(workspace: Workspace) -> dict[str, str]:
    catalog = Catalog(workspace)
    return {s.name: s.label for s in catalog.load_samples(catalog.find_data_set("bands"))}


def test_an_image_is_left_out_by_its_name_and_comes_back(
    workspace: Workspace, names: list[str]
) -> None:
    before = len(find_labels(workspace))
    made = ask("edit", "bands", names[0], "--exclude", "--reason", "blurred")
    assert [(e["name"], e["kind"], e["reason"]) for e in made["edits"]] == [
        (names[0], "leave out", "blurred")
    ]
    assert ask("show", "bands")["images"] == before - 1
    assert names[0] not in find_labels(workspace)
    # The image can still be named where it is left out.
    ask("edit", "bands", "--include", names[0])
    assert ask("show", "bands")["images"] == before


def test_a_pattern_names_all_images_of_a_class_whose_class_is_then_gone(
    workspace: Workspace, names: list[str]
) -> None:
    made = ask("edit", "bands", "above/*", "--relabel", "below")
    assert sorted(e["name"] for e in made["edits"]) == sorted(names)
    assert set(find_labels(workspace).values()) == {"below"}
    assert Catalog(workspace).find_data_set("bands").classes == ("below",)
    undone = ask("undo", "bands", "--last")["undone"]
    assert len(undone) == len(names)
    assert {label for name, label in find_labels(workspace).items() if name in names} == {"above"}


def test_the_log_says_what_when_and_why_and_an_edit_is_undone_by_its_number(
    workspace: Workspace, names: list[str]
) -> None:
    ask("edit", "bands", names[0], "--move", "test", "--note", "see report", "--reason", "asked")
    log = ask("edits", "bands")
    assert [(e["kind"], e["after"], e["reason"]) for e in log] == [
        ("note", "see report", "asked"),
        ("move", "test", "asked"),
    ]
    ask("undo", "bands", str(log[1]["id"]))
    assert [e["is_undone"] for e in ask("edits", "bands")] == [False, True]
    said = CliRunner().invoke(app, ["data", "edits", "bands"], env={"COLUMNS": "200"}).stdout
    assert "note: see report" in said
    assert f" {log[0]['made'][:10]} {log[0]['made'][11:16]} " in said
    assert "undone" in said


def test_a_name_that_fits_none_names_the_nearest(names: list[str]) -> None:
    last = names[0].rpartition("/")[2]
    with pytest.raises(DataError, match=f"No image is called '{last}'.*Did you mean .*{last}"):
        ask("edit", "bands", last, "--exclude")
    with pytest.raises(DataError, match=r"No image is called 'q\*'"):
        ask("edit", "bands", "q*", "--exclude")


def test_a_misspelt_class_is_no_new_one_unless_that_is_said(
    workspace: Workspace, names: list[str]
) -> None:
    with pytest.raises(DataError, match=r"no class 'abov'; it has above, below.*mean above"):
        ask("edit", "bands", names[0], "--relabel", "abov")
    ask("edit", "bands", names[0], "--relabel", "beside", "--new-class")
    assert ask("task", "bands")["classes"] == ["above", "below", "beside"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "Nothing is to be done"),
        (["--exclude", "--include"], "left out and taken back at once"),
        (["--move", "tests"], "'tests' is no split"),
    ],
)
def test_what_makes_no_sense_is_said(names: list[str], options: list[str], words: str) -> None:
    with pytest.raises(DataError, match=words):
        ask("edit", "bands", names[0], *options)
    with pytest.raises(DataError, match="No edit of bands is to be undone"):
        ask("undo", "bands")
    assert ask("edits", "bands") == []


def test_what_is_so_already_changes_nothing(names: list[str]) -> None:
    said = CliRunner().invoke(app, ["data", "edit", "bands", names[0], "--relabel", "above"]).stdout
    assert "Nothing changed: 1 image had it already." in said
