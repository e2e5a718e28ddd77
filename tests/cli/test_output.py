"""What a command prints: nothing is lost because its value is 0."""

import json

import pytest

from medapp.cli.output import console, print_json, print_table


def test_json_keeps_zeros_and_knows_no_nan(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"figure": 0.0, "n": 0, "rows": [(0.0, float("nan"))], "name": "", "none": None})
    said = json.loads(capsys.readouterr().out)
    assert said == {"figure": 0.0, "n": 0, "rows": [[0.0, None]], "name": "", "none": None}


def test_a_table_shows_zeros_and_leaves_a_cell_empty_for_none(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_table(("class", "n", "figure"), [("a", 0, 0.0), ("[b]", 12, None)])
    header, first, second = (line.split() for line in capsys.readouterr().out.splitlines())
    assert header == ["class", "n", "figure"]
    assert first == ["a", "0", "0.000"]
    assert second == ["[b]", "12"]


def test_no_name_acts_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    name = "a\x1b[31m\x9b2J\u202e\r[bold]"
    console.print(f"{name} is deleted.\nNext.")
    print_table(("name",), [(name,)])
    print_json({"name": name})
    said = capsys.readouterr().out
    assert not any(c in said for c in "\x1b\x9b\u202e\r")
    assert said.splitlines()[0] == r"a\x1b[31m\x9b2J\u202e\r[bold] is deleted."
    assert json.loads(said.splitlines()[-1]) == {"name": name}
