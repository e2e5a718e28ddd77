"""`medapp data images`: the images of a data set, in any order."""

from typing import Annotated, Any

import typer

from medapp.cli.output import AsJson, DataSetName, console, print_json, print_table
from medapp.session import open as open_session
from medapp.studies.sorting import LOSS, NAME, Listed
from medapp.task import Task, find_task

MOST = 20


def list_some(
    name: DataSetName,
    sort: Annotated[
        str | None,
        typer.Option(
            help="name, patient, loss (with --judged-by; the worst first), 'unlike the rest' (after"
            " an audit), 'classes mixed', or a column. Else by loss with --judged-by, by name"
            " without."
        ),
    ] = None,
    judged_by: Annotated[
        str | None,
        typer.Option(help="A run, or a cross-validation, that has judged images of the data set."),
    ] = None,
    wrong: Annotated[
        bool, typer.Option("--wrong", help="Those alone that --judged-by judged wrongly.")
    ] = False,
    reverse: Annotated[
        bool, typer.Option("--reverse", help="The other way round; what is missing stays last.")
    ] = False,
    most: Annotated[int, typer.Option(min=1, help="How many; --json prints all.")] = MOST,
    as_json: AsJson = False,
) -> None:
    """List images in use, the worst judged first, or in the order of any column."""
    session = open_session()
    data_set = session.find_data(name)
    chosen = sort or (LOSS if judged_by else NAME)
    found = session.list_images(data_set, chosen, judged_by, reverse, wrong)
    if as_json:
        print_json([describe_listed(listed) for listed in found])
        return
    judged = sum(listed.judgement is not None for listed in found)
    said = f", {judged:,} of them judged by {judged_by}" if judged_by else ""
    console.print(f"{data_set.name}: {len(found):,} images{said}.", markup=False)
    task = find_task(data_set.task)
    titles = ("image", task.noun, "split", *(("loss", "prediction") if judged_by else (chosen,)))
    print_table(titles, [_tabulate(task, listed, bool(judged_by)) for listed in found[:most]])
    if len(found) > most:
        console.print(f"and {len(found) - most:,} more: --most shows them, --json prints all.")


def describe_listed(listed: Listed) -> dict[str, Any]:
    """An image as plain values; loss and prediction are null where it was not judged."""
    said = listed.judgement
    return {
        "image": listed.sample.name,
        "label": listed.sample.label,
        "split": listed.sample.split,
        "value": listed.value,
        "loss": said.loss if said else None,
        "prediction": said.prediction if said else None,
        "is_wrong": said.is_wrong if said else None,
    }


def _tabulate(task: Task, listed: Listed, is_judged: bool) -> tuple[str, ...]:
    sample, said = listed.sample, listed.judgement
    facts = (sample.name, task.say_label(sample.label), sample.split)
    if is_judged:
        return (*facts, f"{said.loss:.3f}" if said else "", said.prediction if said else "")
    value = listed.value
    said_value = "" if value is None else str(value)
    return (*facts, f"{value:.3f}" if isinstance(value, float) else said_value)
