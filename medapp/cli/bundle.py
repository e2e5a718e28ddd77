"""`medapp bundle check`: does a model from elsewhere hold on our own images?"""

from pathlib import Path
from typing import Annotated

import typer

from medapp.cli.judging import print_subgroups
from medapp.cli.options import ClassMap, HeadOf, read_class_map
from medapp.cli.output import AsJson, console, follow_steps, print_json, print_notes, print_table
from medapp.evaluation.elsewhere.record import Elsewhere
from medapp.evaluation.elsewhere.words import list_sides
from medapp.evaluation.operating import state_outcomes
from medapp.session import open as open_session

app = typer.Typer(no_args_is_help=True, help="A model from another hospital: check it here.")


@app.callback()
def group() -> None:
    """Keep `check` a command of its own, though it is the only one."""


@app.command()
def check(
    bundle: Annotated[
        str,
        typer.Argument(
            metavar="BUNDLE", help="A zip that 'runs export --bundle' wrote, or a run's name."
        ),
    ],
    data: Annotated[str, typer.Option(help="Your own data set, labelled: 50 to 100 cases.")],
    floor: Annotated[
        float | None,
        typer.Option(help="The least AUROC that you ask for; else 0.1 less than at home."),
    ] = None,
    save: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Keep a copy whose probabilities, sets and threshold are fitted to your images.",
        ),
    ] = None,
    mapping: ClassMap = None,
    head: HeadOf = None,
    as_json: AsJson = False,
) -> None:
    """Whether a model may be used here: yes, no, or label more.

    Its AUROC, how common each class is, how sure it is, how strange your images are to it, beside
    home; and whether recalibrating it by your images helps, judged on patients that the change was
    not found on. A zip is taken in as a run first, once.
    """
    session = open_session()
    asked = read_class_map(mapping)
    run = session.take_in(bundle) if Path(bundle).suffix == ".zip" else bundle
    with follow_steps("Reading images") as told:
        found = session.validate_elsewhere(run, data, floor, head, asked, told)
    kept = session.adopt(run, data, save, head, asked) if save else None
    if as_json:
        run_of = session.find_run(run) if isinstance(run, str) else run
        saved = {"saved": kept.name} if kept else {}
        print_json({"run": run_of.name, **found.to_dict(), **saved})
        return
    print_elsewhere(found)
    if kept is not None:
        console.print(f"Kept as {kept.name}.", markup=False)


def print_elsewhere(found: Elsewhere) -> None:
    """Print the verdict and its reasons first, then home and here side by side."""
    decision = found.decision
    console.print(f"{decision.verdict.upper()}. {decision.reasons[0]}", markup=False)
    for reason in decision.reasons[1:]:
        console.print(f"- {reason}", markup=False)
    here = found.here
    print_table(("95% intervals", "at home", "here"), list_sides(found))
    if found.point is not None:
        console.print(state_outcomes(found.point))
    for parted in found.subgroups:
        print_subgroups(parted)
    print_notes(here.notes)
    console.print("For research, not for diagnosis.")
