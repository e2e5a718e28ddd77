"""`medapp stress`: in words and in JSON."""

import json

from conftest import Trained
from typer.testing import CliRunner

from medapp.cli import app


def test_the_shell_says_how_far_faults_may_go_and_gives_it_as_json(trained: Trained) -> None:
    asked = ["stress", "probe", "--images", "3"]
    values = json.loads(CliRunner().invoke(app, [*asked, "--json"]).stdout)
    assert values["split"] == "test"
    assert values["floor"] == values["plain"]["figure"]["interval"][0]
    jpeg = values["faults"]["jpeg"]
    assert [level["strength"] for level in jpeg["levels"]] == [75, 50, 30, 15, 5]
    assert {level["verdict"] for level in jpeg["levels"]} <= {"holds", "falls", "untold", None}
    assert "the square that the model sees" in values["scope"]
    said = " ".join(CliRunner().invoke(app, asked).stdout.split())
    assert "without a change" in said
    assert "of 4 test images, whole patients" in said
    assert "quality 30" in said


def test_another_floor_is_no_look(trained: Trained) -> None:
    ask = lambda *more: json.loads(  # noqa: E731
        CliRunner().invoke(app, ["stress", "probe", "--json", *more]).stdout
    )
    first = ask()
    other = ask("--floor", "0.1")
    assert other["floor"] == 0.1
    assert other["made"] == first["made"]
