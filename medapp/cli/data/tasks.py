"""`medapp data task`: what is to be said of each image of a data set."""

from typing import Annotated

import typer

from medapp.cli.output import AsJson, DataSetName, console, list_notes, print_json, print_notes
from medapp.data.catalog import Catalog
from medapp.data.notes import describe
from medapp.store.workspace import find_workspace
from medapp.task import TASKS, find_task


def set_task(
    name: DataSetName,
    task: Annotated[
        str | None, typer.Argument(help=f"One of {', '.join(TASKS)}; else what it is now is said.")
    ] = None,
    order: Annotated[
        str | None,
        typer.Option(
            help="All grades, the lowest first, with commas between them, such as"
            " 'none,mild,severe'. Else numbers and words in their names tell it."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what is asked of each image: one label, several findings, or a grade.

    Runs keep the task that they learned.
    """
    catalog = Catalog(find_workspace())
    data_set = catalog.find_data_set(name)
    if task is not None or order is not None:
        grades = None if order is None else [grade.strip() for grade in order.split(",")]
        data_set = catalog.set_task(data_set, task or data_set.task, grades)
    row = find_task(data_set.task)
    notes = describe(data_set, catalog)
    if as_json:
        facts = {"dataset": data_set.name, "task": row.name, "classes": list(data_set.classes)}
        print_json({**facts, "notes": list_notes(notes)})
        return
    divider = " < " if row.has_order else ", "
    console.print(f"{data_set.name}: {row.title.lower()}. {row.help}", markup=False)
    shown = divider.join(data_set.classes)
    console.print(f"{len(data_set.classes)} {row.nouns}: {shown}", markup=False)
    print_notes(notes)
