"""Words for people, or one JSON value for programs."""

import contextlib
import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, Literal

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from medapp.notes import Note, sort_notes
from medapp.store.job import Tell
from medapp.store.plain import show_controls
from medapp.store.threads import OnProgress

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")]
DataSetName = Annotated[str, typer.Argument(help="A data set's name.")]


class PlainConsole(Console):
    """Names come from files and people: nothing in them is markup, or acts on the terminal."""

    def __init__(self, stderr: bool = False, width: int | None = None) -> None:
        super().__init__(stderr=stderr, width=width, highlight=False, markup=False, emoji=False)

    def print(self, *objects: Any, **options: Any) -> None:
        """Print as rich does; control characters in a text are shown and not sent."""
        plain = [show_controls(o, keep="\n") if isinstance(o, str) else o for o in objects]
        # In a file or a pipe no line is broken, so that names and commands are found whole.
        are_texts = all(isinstance(each, str) for each in plain)
        super().print(*plain, **{"soft_wrap": are_texts and not self.is_terminal, **options})


console = PlainConsole()
errors = PlainConsole(stderr=True)
_wide = PlainConsole(width=100_000)  # more than a table has: nothing is folded

# Titles of the columns that hold what is typed or copied: names, ids, files, settings.
NAMES = {
    *("data set", "dataset", "edit", "file", "finding", "id", "image", "learning curve"),
    *("name", "patient", "race"),
    *("run", "setting", "source", "study"),
}

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
    """Print a plain table: text to the left, numbers to the right; an empty cell for None.

    No word is broken, and what is called by `NAMES` stays in one piece, to be copied. Where a
    terminal is too narrow for that, each row becomes lines of its own, "title: cell". In a file or
    a pipe a row is one line.
    """
    rows = [list(row) for row in rows]
    table = _build_table(columns, rows)
    if not console.is_terminal:
        _wide.print(table)
    elif _wide.measure(table).minimum <= console.width:
        console.print(table)
    else:
        _print_records(columns, rows)


def print_list(
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    values: Sequence[Any],
    as_json: bool,
    if_none: str,
) -> None:
    """Print what there is of one kind: a table, or for programs its plain values.

    Args:
        if_none: what is said where there is nothing, with the command that begins one.
    """
    if as_json:
        print_json(list(values))
    elif rows:
        print_table(columns, rows)
    else:
        console.print(if_none)


def _build_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for i, name in enumerate(columns):
        is_number = all(isinstance(row[i], int | float | None) for row in rows)
        justify: Literal["left", "right"] = "right" if rows and is_number else "left"
        cells = [name, *(_write_cell(row[i]) for row in rows)]
        pieces = cells if name in NAMES else [word for cell in cells for word in cell.split()]
        least = max(map(cell_len, pieces), default=0)
        table.add_column(name, justify=justify, overflow="fold", min_width=least)
    for row in rows:
        table.add_row(*(_write_cell(cell) for cell in row))
    return table


def _print_records(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Rows as blocks of lines; the terminal alone breaks a line, so that it is copied whole."""
    for number, row in enumerate(rows):
        if number:
            console.print()
        for name, cell in zip(columns, map(_write_cell, row), strict=True):
            if cell:
                console.print(f"{name}: {cell}" if name else cell, soft_wrap=True)


def list_notes(notes: Iterable[Note]) -> list[dict[str, str]]:
    """Notes as plain values for JSON, the gravest first."""
    return [note.to_dict() for note in sort_notes(notes)]


def print_notes(notes: Iterable[Note], to: Console = console) -> None:
    """Print notes, the gravest first; a word in front says that one is no mere fact."""
    words = {"grave": "WARNING: ", "caution": "Caution: ", "info": ""}
    for note in sort_notes(notes):
        style = "bold red" if note.level == "grave" else None
        to.print(f"- {words[note.level]}{note.in_shell}", style=style)


class PaceColumn(ProgressColumn):
    """Files a second, of a task that counts files; nothing of another."""

    def render(self, task: Task) -> Text:
        """The pace in words; empty before it is known."""
        pace = task.finished_speed or task.speed
        if not (task.fields.get("counts_files") and pace):
            return Text("")
        return Text(f"{pace:,.0f} files/s" if pace >= 10 else f"{pace:.1f} files/s")


def open_bar() -> Progress:
    """A progress bar on standard error, where that is a terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        PaceColumn(),
        TimeRemainingColumn(),
    )
    is_seen = errors.is_interactive
    return Progress(*columns, console=errors, transient=True, disable=not is_seen)


@contextlib.contextmanager
def follow_steps(beginning: str) -> Iterator[Tell]:
    """A bar, and what shows on it the step under way and how far that is.

    Args:
        beginning: what is said before the first step has told its name.
    """
    with open_bar() as bar:
        task = bar.add_task(beginning, total=None)

        def tell(title: str, done: int, total: int) -> None:
            bar.update(task, description=title, completed=done, total=total)

        yield tell


def follow_files(bar: Progress, title: str, afterwards: str) -> OnProgress:
    """What shows on a bar how many files are done, how many a second, and the time left.

    Args:
        title: of the bar while files are read.
        afterwards: its title once all are.
    """
    task = bar.add_task(title, total=None, counts_files=True)
    before = 0

    def show(done: int, total: int) -> None:
        nonlocal before
        if done < before:
            # The files are gone through again, at another pace.
            bar.reset(task, total=total)
        before = done
        words = title if done < total else afterwards
        bar.update(task, completed=done, total=total, description=words)

    return show


def _write_cell(cell: object) -> str:
    if cell is None:
        return ""
    return f"{cell:.3f}" if isinstance(cell, float) else show_controls(str(cell))
