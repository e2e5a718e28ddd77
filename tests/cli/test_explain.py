"""`medapp explain trial`: in words and in JSON."""

import json

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
