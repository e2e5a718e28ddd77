"""`medapp explain trial`: in words and in JSON."""

import json
from pathlib import Path

from conftest import Trained
from typer.testing import CliRunner

from medapp.cli import app


def test_the_shell_says_what_it_found_and_gives_it_as_json(trained: Trained) -> None:
    asked = ["explain", "trial", "probe", "--images", "3"]
    values = json.loads(CliRunner().invoke(app, [*asked, "--json"]).stdout)
    assert (values["run"], values["dataset"], values["n"], values["of"]) == ("probe", "bands", 3, 4)
    assert values["verdicts"][0]["code"].startswith("trial-")
    assert "does not show that this is right" in values["statement"]
    assert values["removal"]["map"]["gain"] is None
    low, high = values["removal"]["edges"]["gain"]["interval"]
    assert low <= values["removal"]["edges"]["gain"]["value"] <= high
    said = " ".join(CliRunner().invoke(app, asked).stdout.split())
    assert values["finding"] in said
    assert "3 of 4 test images" in said
    assert "an edge filter" in said


def test_a_prediction_says_against_what_its_map_is(trained: Trained, tmp_path: Path) -> None:
    image = str(trained.folder / "above" / "p00.png")
    asked = ["predict", "probe", image, "--cam", str(tmp_path / "maps"), "--method", "layercam"]
    wanted = [*asked, "--class", "above", "--against", "below", "--json"]
    (row,) = json.loads(CliRunner().invoke(app, wanted).stdout)
    assert row["against"] == "below"
    assert row["strength"] is None
    assert row["card"]["areas"]["corner"] == 16 / 1024
    assert row["note"].startswith("Why above and not below") or "blank" in row["note"]
    (row,) = json.loads(CliRunner().invoke(app, [*asked, "--json"]).stdout)
    assert row["against"] is None
    result = CliRunner().invoke(app, [*asked, "--against", "beside"])
    assert "knows no class 'beside'" in str(result.exception)
