"""What a command prints: nothing is lost because its value is 0."""

import json
import re
from pathlib import Path

import pytest
from conftest import Trained
from PIL import Image
from rich.progress import Progress
from typer.testing import CliRunner

from medapp.cli import app, output
from medapp.cli.output import (
    PaceColumn,
    PlainConsole,
    console,
    follow_files,
    print_json,
    print_table,
)


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


ROW = ("pilot_2024", "brain MRI of the hospital", "linear probe", "0.900 [0.850, 0.940]", 240)
TITLES = ("run", "data set", "strategy", "test", "n")


def print_at(width: int, monkeypatch: pytest.MonkeyPatch, rows: list[tuple[object, ...]]) -> str:
    """What a table looks like in a terminal of so many columns."""
    terminal = PlainConsole(width=width)
    monkeypatch.setattr(terminal, "_force_terminal", True)
    monkeypatch.setattr(terminal, "no_color", True)
    monkeypatch.setattr(output, "console", terminal)
    with terminal.capture() as capture:
        print_table(TITLES, rows)
    return re.sub("\x1b[^m]*m", "", capture.get())


@pytest.mark.parametrize("width", [60, 80, 200])
def test_names_and_words_stay_whole_in_a_terminal(
    width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = print_at(width, monkeypatch, [ROW, ("b", "x", "fine-tune", None, None)])
    lines = [line.rstrip() for line in said.splitlines()]
    assert any("pilot_2024" in line for line in lines)
    assert any("brain MRI of the hospital" in line for line in lines)
    for word in ("linear", "probe", "[0.850,", "0.940]", "240", "fine-tune"):
        assert any(word in line.split() for line in lines)
    assert all(len(line) <= width for line in lines)


def test_a_name_that_is_wider_than_the_terminal_is_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = "folder/" * 12 + "image_0001.png"
    said = print_at(60, monkeypatch, [(path, *ROW[1:])])
    assert said.splitlines()[0] == f"run: {path}"
    assert said.splitlines()[-1] == "n: 240"


def test_a_row_is_one_line_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    path = "folder/" * 40 + "image_0001.png"
    print_table(TITLES, [(path, *ROW[1:])])
    _, line = capsys.readouterr().out.splitlines()
    assert re.split(r"\s{2,}", line.strip()) == [path, *map(str, ROW[1:])]


def test_a_command_is_one_line_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    said = f'Take back: medapp data undo "{"a long name " * 12}" --last'
    console.print(said)
    assert capsys.readouterr().out == f"{said}\n"


def test_no_name_acts_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    name = "a\x1b[31m\x9b2J\u202e\r[bold]"
    console.print(f"{name} is deleted.\nNext.")
    print_table(("name",), [(name,)])
    print_json({"name": name})
    said = capsys.readouterr().out
    assert not any(c in said for c in "\x1b\x9b\u202e\r")
    assert said.splitlines()[0] == r"a\x1b[31m\x9b2J\u202e\r[bold] is deleted."
    assert json.loads(said.splitlines()[-1]) == {"name": name}


def test_a_bar_of_files_says_how_many_a_second_and_starts_anew_with_other_files() -> None:
    now = [0.0]
    bar = Progress(get_time=lambda: now[0])
    show = follow_files(bar, "reading", "finding copies")
    (task,) = bar.tasks
    pace = PaceColumn()
    shown = []
    for done, seconds in ((10, 1.0), (30, 2.0), (50, 3.0), (100, 4.0), (2, 5.0), (6, 7.0)):
        now[0] = seconds
        show(done, 100)
        shown.append((task.completed, task.description, str(pace.render(task))))
    assert shown == [
        (10, "reading", ""),
        # 20 files in a second, then 40 in two, then 90 in three.
        (30, "reading", "20 files/s"),
        (50, "reading", "20 files/s"),
        (100, "finding copies", "30 files/s"),
        (2, "reading", ""),
        # 4 files in two seconds.
        (6, "reading", "2.0 files/s"),
    ]


def test_what_counts_no_files_has_no_pace() -> None:
    now = [0.0]
    bar = Progress(get_time=lambda: now[0])
    task = bar.add_task("epoch 1", total=10)
    for step in range(1, 5):
        now[0] = step
        bar.update(task, completed=step)
    assert str(PaceColumn().render(bar.tasks[0])) == ""


def test_a_list_is_a_table_or_values_or_the_command_that_begins_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    hint = "Begin one with: medapp race --data NAME"
    for rows, as_json in (([("b", 1)], False), ([("b", 1)], True), ([], False), ([], True)):
        output.print_list(("race", "n"), rows, [{"race": r} for r, _ in rows], as_json, hint)
    said = capsys.readouterr().out.splitlines()
    assert [line.split() for line in said[:2]] == [["race", "n"], ["b", "1"]]
    assert said[2:] == ['[{"race": "b"}]', hint, "[]"]


def test_a_long_list_of_classes_is_cut_short_in_words(trained: Trained, tmp_path: Path) -> None:
    for number in range(12):
        folder = tmp_path / "many" / f"class {number:02d}"
        folder.mkdir(parents=True)
        Image.new("L", (8, 8), 20 * number).save(folder / f"{number}.png")
    runner = CliRunner()
    added = runner.invoke(app, ["data", "add", str(tmp_path / "many"), "--name", "many"])
    assert added.exit_code == 0, added.exception
    listed = runner.invoke(app, ["data", "list"]).stdout
    assert "class 06, class 07 and 4 more" in " ".join(listed.split())
    assert "class 08" not in listed
    whole = json.loads(runner.invoke(app, ["data", "list", "--json"]).stdout)
    assert {row["dataset"]: len(row["classes"]) for row in whole} == {"bands": 2, "many": 12}
