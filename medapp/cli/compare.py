"""`medapp compare`: runs beside each other on the same test images."""

from typing import Annotated

import typer

from medapp.cli.output import AsJson, console, print_json, print_notes, print_table
from medapp.evaluation.words import write_figure, write_p
from medapp.runs.making import find_run
from medapp.store.workspace import find_workspace
from medapp.studies.comparison import Comparison, compare_runs
from medapp.studies.paired_tests import CAPTION


def compare(
    runs: Annotated[list[str], typer.Argument(help="Two runs or more, by name or id.")],
    as_json: AsJson = False,
) -> None:
    """Runs beside each other on the same test images: differences with their intervals."""
    workspace = find_workspace()
    comparison = compare_runs([find_run(workspace, name) for name in runs])
    if as_json:
        print_json(comparison.to_dict())
    else:
        print_comparison(comparison)


def print_comparison(comparison: Comparison) -> None:
    """Print the verdicts first, then figures, settings, and how often the runs disagree."""
    for contrast in comparison.contrasts:
        console.print(contrast.verdict)
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
    if comparison.settings:
        print_table(("setting", *comparison.runs), [(t, *v) for t, v in comparison.settings])
    else:
        console.print("Their settings are the same.")
    console.print(f"They disagree on {len(comparison.disputed):,} of {comparison.n:,} test images.")
    print_notes(comparison.notes)
