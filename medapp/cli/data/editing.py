"""`medapp data edit`, `edits`, `undo`: what a person changes in a data set, and takes back."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from medapp.cli.output import AsJson, DataSetName, console, print_json, print_table
from medapp.data.catalog import Catalog
from medapp.data.edits import (
    LEAVE_OUT,
    MOVE,
    NOTE,
    RELABEL,
    TAKE_BACK,
    Change,
    Edit,
    check_label,
    list_edits,
    list_last,
    undo_edits,
)
from medapp.data.labelling import edit_samples
from medapp.data.samples import DataSet, Sample
from medapp.data.selecting import select_by_name
from medapp.errors import DataError
from medapp.store.plain import quote_word
from medapp.store.workspace import find_workspace


def edit(
    name: DataSetName,
    images: Annotated[
        list[str],
        typer.Argument(help="Names as the data set has them, or patterns: 'train/covid/*_2.png'."),
    ],
    exclude: Annotated[bool, typer.Option("--exclude", help="Leave the images out.")] = False,
    include: Annotated[bool, typer.Option("--include", help="Take them back in.")] = False,
    relabel: Annotated[
        str | None, typer.Option(help="Their class or grade; findings with | between them.")
    ] = None,
    new_class: Annotated[
        bool, typer.Option("--new-class", help="What --relabel names is new.")
    ] = False,
    move: Annotated[str | None, typer.Option(help="Their split.")] = None,
    note: Annotated[str | None, typer.Option(help="What should be remembered of them.")] = None,
    reason: Annotated[str, typer.Option(help="Why, for the log.")] = "",
    as_json: AsJson = False,
) -> None:
    """Leave images out, relabel or move them, or note something: a log on top of the files.

    No file is touched, and each edit can be undone (medapp data undo). Runs keep the labels and the
    split that they learned with; new runs take the edited ones.
    """
    if exclude and include:
        raise DataError("Images cannot be left out and taken back at once.", remedy="Choose one.")
    catalog = Catalog(find_workspace())
    data_set = catalog.find_data_set(name)
    if relabel is not None and not new_class:
        check_label(data_set, relabel)
    asked = {LEAVE_OUT: "" if exclude else None, TAKE_BACK: "" if include else None}
    asked |= {RELABEL: relabel, MOVE: move, NOTE: note}
    wanted = [(kind, value) for kind, value in asked.items() if value is not None]
    if not wanted:
        raise DataError(
            "Nothing is to be done with the images.",
            remedy="Say --exclude, --include, --relabel, --move or --note.",
        )
    chosen = select_by_name(catalog.load_samples(data_set, with_left_out=True), images)
    before = {e.id for e in list_edits(catalog, data_set)}
    edit_samples(catalog, data_set, _plan(chosen, wanted), reason)
    made = [e for e in reversed(list_edits(catalog, data_set)) if e.id not in before]
    if as_json:
        facts = {"dataset": data_set.name, "images": len(chosen)}
        print_json({**facts, "edits": [asdict(e) for e in made]})
    else:
        _print_made(data_set, made, len(chosen))


def _print_made(data_set: DataSet, made: Sequence[Edit], images: int) -> None:
    """What was changed of so many images, and how it is taken back."""
    if not made:
        console.print(f"Nothing changed: {_count(images, 'image')} had it already.")
        return
    console.print(f"{_count(len(made), 'edit')} of {_count(images, 'image')}; no file changed.")
    ids = " ".join(str(e.id) for e in made) if len(made) <= 5 else "--last"
    console.print(f"Take back: medapp data undo {quote_word(data_set.name)} {ids}", markup=False)


def edits(name: DataSetName, as_json: AsJson = False) -> None:
    """The log of a data set's edits, newest first: what, when and why."""
    catalog = Catalog(find_workspace())
    log = list_edits(catalog, catalog.find_data_set(name))
    if as_json:
        print_json([asdict(e) for e in log])
    elif log:
        made = [e.made[:16].replace("T", " ") for e in log]
        rows = [
            (e.id, when, e.name, e.describe(), e.reason, "undone" if e.is_undone else "")
            for e, when in zip(log, made, strict=True)
        ]
        print_table(("edit", "when (UTC)", "image", "what", "why", ""), rows)
    else:
        console.print(f"{name} has no edits.", markup=False)


def undo(
    name: DataSetName,
    numbers: Annotated[
        list[int] | None, typer.Argument(metavar="EDIT...", help="Numbers from the log.")
    ] = None,
    last: Annotated[
        bool, typer.Option("--last", help="All edits that were made together last.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Take edits back, all of them or none; their lines stay in the log."""
    catalog = Catalog(find_workspace())
    data_set = catalog.find_data_set(name)
    ids = {e.id for e in list_last(catalog, data_set)} if last else set(numbers or ())
    if not ids:
        raise DataError(
            f"No edit of {data_set.name} is to be undone.",
            remedy=f"Name the numbers that medapp data edits {quote_word(data_set.name)} shows, or"
            " --last.",
        )
    undo_edits(catalog, data_set, ids)
    if as_json:
        undone: list[dict[str, Any]] = [
            asdict(e) for e in list_edits(catalog, data_set) if e.id in ids
        ]
        print_json({"dataset": data_set.name, "undone": undone})
        return
    console.print(f"{_count(len(ids), 'edit')} taken back.")


def _plan(chosen: Sequence[Sample], wanted: Sequence[tuple[str, str]]) -> list[Change]:
    return [Change(sample.id, kind, value) for sample in chosen for kind, value in wanted]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"
