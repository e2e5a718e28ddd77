"""Words for people, or one JSON value for programs."""

import json
import math
import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from medapp.notes import Note, sort_notes
from medapp.store.plain import show_controls

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")]
DataSetName = Annotated[str, typer.Argument(help="A data set's name.")]


class PlainConsole(Console):
    """Names come from files and people: nothing in them is markup, or acts on the terminal."""

    def __init__(self, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, highlight=False, markup=False, emoji=False)

    def print(self, *objects: Any, **options: Any) -> None:
        """Print as rich does; control characters in a text are shown and not sent."""
        plain = (show_controls(o, keep="\n") if isinstance(o, str) else o for o in objects)
        super().print(*plain, **options)


console = PlainConsole()
errors = PlainConsole(stderr=True)


# What JSON allows as it is, and a terminal obeys.
UNPRINTABLE = re.compile(r"[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def print_json(value: Any) -> None:
    """Print one JSON value on standard output; NaN and infinity become null."""
    text = json.dumps(_clean(value), ensure_ascii=False)
    typer.echo(UNPRINTABLE.sub(lambda match: f"\\u{ord(match.group()):04x}", text))


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _clean(v) for key, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(v) for v in value]
    is_no_number = isinstance(value, float) and not math.isfinite(value)
    return None if is_no_number else value


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a plain table: text to the left, numbers to the right; an empty cell for None."""
    rows = [list(row) for row in rows]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for i, name in enumerate(columns):
        is_number = all(isinstance(row[i], int | float | None) for row in rows)
        justify: Literal["left", "right"] = "right" if rows and is_number else "left"
        table.add_column(name, justify=justify, overflow="fold")
    for row in rows:
        table.add_row(*(_write_cell(cell) for cell in row))
    console.print(table)


def list_notes(notes: Iterable[Note]) -> list[dict[str, str]]:
    """Notes as plain values for JSON, the gravest first."""
    return [note.to_dict() for note in sort_notes(notes)]


def print_notes(notes: Iterable[Note], to: Console = console) -> None:
    """Print notes, the gravest first; a word in front says that one is no mere fact."""
    words = {"grave": "WARNING: ", "caution": "Caution: ", "info": ""}
    for note in sort_notes(notes):
        style = "bold red" if note.level == "grave" else None
        to.print(f"- {words[note.level]}{note}", style=style)


def open_bar() -> Progress:
    """A progress bar on standard error."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=errors, transient=True)


def _write_cell(cell: object) -> str:
    if cell is None:
        return ""
    return f"{cell:.3f}" if isinstance(cell, float) else show_controls(str(cell))
