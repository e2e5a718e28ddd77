"""`medapp rank`: rows with intervals, in JSON and in words."""

import json
from pathlib import Path

from conftest import write_bands
from typer.testing import CliRunner

from medapp.cli import app
from medapp.data.importing.adding import add_folder
from medapp.data.importing.choice import ImportChoice
from medapp.store.workspace import Workspace

runner = CliRunner()


def test_sources_are_ranked_with_intervals(workspace: Workspace, tmp_path: Path) -> None:
    add_folder(
        workspace,
        write_bands(tmp_path / "b"),
        name="bands",
        choice=ImportChoice(patient_pattern=r"p\d\d"),
    )
    asked = ["rank", "--data", "bands", "--image-size", "32"]
    rows = json.loads(runner.invoke(app, [*asked, "--json"]).stdout)
    assert {row["source"] for row in rows} == {"bundled", "none", "pixels"}
    assert [row["score"] for row in rows] == sorted((r["score"] for r in rows), reverse=True)
    for row in rows:
        low, high = row["interval"]
        assert low <= row["score"] <= high
        assert row["told_apart"] is False
        assert row["scores"]["logme"]["interval"][0] < row["scores"]["logme"]["value"]
    assert rows[0]["difference"] is None
    assert rows[1]["difference"] <= 0
    bundled = next(row for row in rows if row["source"] == "bundled")
    assert bundled["baselines"] == ["imagenet", "largest"]
    said = " ".join(runner.invoke(app, asked).stdout.split())
    assert "cannot be told apart" in said
    assert "The test split was not read." in said
    assert "LogME" in said


def test_an_unknown_data_set_is_one_line(workspace: Workspace) -> None:
    result = runner.invoke(app, ["rank", "--data", "nowhere"])
    assert result.exit_code == 1
    assert "nowhere" in str(result.exception)
