"""`medapp rate`: the suggestion with its curve, in JSON and in words."""

import json
from pathlib import Path

from conftest import write_bands
from typer.testing import CliRunner

from medapp.cli import app
from medapp.data.importing.adding import add_folder
from medapp.data.importing.choice import ImportChoice
from medapp.store.workspace import Workspace

runner = CliRunner()


def test_a_rate_is_suggested_with_its_curve(workspace: Workspace, tmp_path: Path) -> None:
    choice = ImportChoice(patient_pattern=r"p\d\d")
    add_folder(workspace, write_bands(tmp_path / "b"), name="bands", choice=choice)
    asked = ["rate", "--data", "bands", "--image-size", "32", "--strategy", "head-by-steps"]
    asked += ["--set", "batch_size=8", "--set", "precision=float32", "--set", "threads=1"]
    found = json.loads(runner.invoke(app, [*asked, "--json"]).stdout)
    assert (found["strategy"], found["optimiser"]) == ("head-by-steps", "adamw")
    assert len(found["rates"]) == len(found["losses"]) == len(found["smoothed"]) <= 100
    assert 1e-4 < found["suggestion"] < 1e-2
    said = " ".join(runner.invoke(app, asked).stdout.split())
    assert f"Suggested learning rate: {found['suggestion']:g}. {found['reason']}" in said
    assert f"--set learning_rate={found['suggestion']:g}" in said


def test_a_probe_has_no_rate(workspace: Workspace, tmp_path: Path) -> None:
    add_folder(workspace, write_bands(tmp_path / "b"), name="bands", choice=ImportChoice())
    result = runner.invoke(app, ["rate", "--data", "bands", "--strategy", "linear-probe"])
    assert result.exit_code == 1
    assert "without a learning rate" in str(result.exception)
