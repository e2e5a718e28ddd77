"""`medapp compare`: runs beside each other, and beside human readers, on the same test images."""

from pathlib import Path
from typing import Annotated

import typer

from medapp.cli.judging import PositiveClass
from medapp.cli.output import AsJson, console, print_json, print_notes, print_table
from medapp.data.layouts.tables import SUFFIXES, load_table
from medapp.evaluation.words import write_figure, write_p
from medapp.runs.making import find_run
from medapp.runs.registry import find_registry
from medapp.store.workspace import Workspace, find_workspace
from medapp.studies.comparison import Comparison, compare_runs
from medapp.studies.paired_tests import CAPTION
from medapp.studies.readers.columns import AskedColumns
from medapp.studies.readers.comparing import ReaderComparison, compare_readers


def compare(
    compared: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN [RUN|TABLE]...",
            help="Runs by name or id; a table (CSV, Excel, ...) holds what human readers called.",
        ),
    ],
    image_column: Annotated[
        str | None, typer.Option(help="The table's column that names the image, or the patient.")
    ] = None,
    reader_column: Annotated[str | None, typer.Option(help="The column that names who read.")] = (
        None
    ),
    call_column: Annotated[
        list[str] | None,
        typer.Option(
            help="The column with the class that was called; of several, each is a reader."
        ),
    ] = None,
    rating_column: Annotated[
        str | None,
        typer.Option(help="The column with a rating, higher where the finding is surer."),
    ] = None,
    call_from: Annotated[
        float | None, typer.Option(help="From which rating on the finding counts as called.")
    ] = None,
    positive: PositiveClass = None,
    as_json: AsJson = False,
) -> None:
    """Runs, and human readers, on the same test images: differences with their intervals."""
    workspace = find_workspace()
    are_tables = [_is_table(workspace, name) for name in compared]
    parted = list(zip(compared, are_tables, strict=True))
    tables = [load_table(Path(name)) for name, is_table in parted if is_table]
    runs = [find_run(workspace, name) for name, is_table in parted if not is_table]
    if not tables:
        comparison = compare_runs(runs)
        if as_json:
            print_json(comparison.to_dict())
        else:
            print_comparison(comparison)
        return
    asked = AskedColumns(
        image_column, reader_column, tuple(call_column or ()), rating_column, call_from
    )
    found = compare_readers(runs, tables, asked, tuple(positive or ()))
    if as_json:
        print_json(found.to_dict())
    else:
        print_comparison(found.comparison)
        _print_readers(found)


def _is_table(workspace: Workspace, name: str) -> bool:
    """Whether a name is that of a table's file, there or not, and not that of a run."""
    is_called = name.casefold().endswith(SUFFIXES)
    return is_called and (Path(name).is_file() or find_registry(workspace).find(name) is None)


def print_comparison(comparison: Comparison) -> None:
    """Print the verdicts first, then figures, tests, settings, and how often they disagree."""
    for contrast in comparison.contrasts:
        console.print(contrast.verdict)
    if comparison.best is not None:
        console.print(comparison.best.text)
    rows = [
        (
            title,
            *(write_figure(of[key].value, of[key].interval) for of in comparison.figures),
            *("–" if v is None else write_figure(v) for v in comparison.references[key]),
        )
        for key, title in comparison.headlines
    ]
    print_table(("figure, 95% interval", *comparison.runs, "guessing", "majority"), rows)
    for test in comparison.tests:
        console.print(f"{test.name}, {write_p(test.p)}. {test.meaning}")
    if comparison.tests:
        console.print(CAPTION)
    runs = comparison.runs[: len(comparison.ids)]
    if comparison.settings:
        print_table(("setting", *runs), [(t, *v) for t, v in comparison.settings])
    elif len(runs) > 1:
        console.print("Their settings are the same.")
    if comparison.can_disagree:
        of = f"{comparison.n:,} test {comparison.noun}"
        console.print(f"They disagree on {len(comparison.disputed):,} of {of}.")
    print_notes(comparison.notes)


def _print_readers(found: ReaderComparison) -> None:
    """Print where each stands on the ROC curve, and how far they agree."""
    if found.curve is not None:
        rows = [
            (
                point.name,
                write_figure(point.sensitivity.value, point.sensitivity.interval),
                write_figure(point.specificity.value, point.specificity.interval),
            )
            for point in found.curve.points
        ]
        finding = found.curve.detection.name
        print_table(("", f"sensitivity for {finding}", "specificity"), rows)
    agreed = [
        (
            f"{each.a} and {each.b}",
            "–" if each.kappa is None else write_figure(each.kappa.value, each.kappa.interval),
            f"{each.alike:.1%}",
            each.n,
        )
        for each in found.agreements
    ]
    if agreed:
        print_table(("agreement", "kappa", "alike", "n"), agreed)
