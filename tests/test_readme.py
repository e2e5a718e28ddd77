"""Each command that README and docs show is one that the shell takes: names, options, arguments."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import typer

import medapp
from medapp.cli import app

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = typer.main.get_command(app)


def list_commands() -> Iterator[tuple[str, str]]:
    """Pages and their lines of code that begin with `medapp`."""
    for page in PAGES:
        blocks = re.findall(
            r"^```\w*\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
        )
        joined = "".join(blocks).replace("\\\n", " ")
        for line in joined.splitlines():
            if re.match(r"\$? ?medapp ", line.strip()):
                yield page.name, line.strip().removeprefix("$").strip()


SHOWN = sorted(set(list_commands()))


@pytest.mark.parametrize(("page", "line"), SHOWN, ids=[f"{page}: {line}" for page, line in SHOWN])
def test_the_shell_takes_what_is_shown(page: str, line: str) -> None:
    command: click.Command = COMMAND
    words = shlex.split(line, comments=True)[1:]
    while isinstance(command, click.Group):
        assert words, f"{page}: {line} names no command"
        assert words[0] in command.commands, f"{page}: there is no {words[0]!r}"
        command = command.commands[words.pop(0)]
    command.make_context(command.name, words)


def test_readme_shows_the_main_job() -> None:
    shown = " ".join(line for page, line in SHOWN if page == "README.md")
    assert all(f"medapp {name}" in shown for name in ("data add", "train", "evaluate", "predict"))


def test_the_names_of_the_python_example_are_public() -> None:
    (example,) = re.findall(
        r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL
    )
    names = set(re.findall(r"\bmedapp\.(\w+)", example))
    assert names
    assert names <= set(medapp.__all__)
    compile(example, "README.md", "exec")
