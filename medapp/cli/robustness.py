"""`medapp robustness`: how much a model holds against small worst-case changes of its images."""

from typing import Annotated, Any

import typer

from medapp.cli.options import HeadOf, RunName
from medapp.cli.output import (
    AsJson,
    console,
    follow_steps,
    list_notes,
    print_json,
    print_notes,
    print_table,
)
from medapp.evaluation.headline import TITLES
from medapp.evaluation.robustness.record import ATTACKS, STATEMENT, Robustness
from medapp.evaluation.robustness.words import state_finding, state_ground, state_references
from medapp.evaluation.words import write_figure
from medapp.runs.heads import find_head, name_head
from medapp.runs.run import Run
from medapp.session import open as open_session


def measure(
    run: RunName,
    images: Annotated[
        int, typer.Option(min=0, help="Test images at most, drawn by the seed; 0 takes all.")
    ] = 200,
    steps: Annotated[int, typer.Option(min=1, max=1000, help="Of PGD.")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="Of the images and random starts.")] = 0,
    head: HeadOf = None,
    as_json: AsJson = False,
) -> None:
    """Figures on test images that FGSM and PGD changed by at most 1, 2, 4 and 8 of 255 grey levels.

    Counts as a look at the test split. It certifies nothing: a stronger attack may do worse.
    """
    session = open_session()
    with follow_steps("Reading the model") as tell:
        asked = find_head(session.find_run(run), head)
        found = session.measure_robustness(asked, images, steps, seed, tell)
    if as_json:
        print_json(describe_robustness(asked, found))
    else:
        console.print(f"{name_head(asked)}.", markup=False)
        print_robustness(found)


def describe_robustness(run: Run, found: Robustness) -> dict[str, Any]:
    """Plain values for JSON."""
    points = {
        attack: [
            {
                "strength": level / 255,
                "grey_levels": level,
                **{name: figure.value for name, figure in point.items()},
                "intervals": {name: figure.interval for name, figure in point.items()},
            }
            for level, point in zip(found.levels, of, strict=True)
        ]
        for attack, of in found.figures.items()
    }
    return {
        "run": run.name,
        "id": run.id,
        "dataset": run.home.name,
        "split": "test",
        "figure": found.figure,
        "chance": found.chance,
        "majority": found.majority,
        "n": found.n,
        "of": found.of,
        "counted": found.counted,
        "units": found.units,
        "steps": found.steps,
        "seed": found.seed,
        "attacks": points,
        "certified": False,
        "statement": STATEMENT,
        "notes": list_notes(found.notes),
    }


def print_robustness(found: Robustness) -> None:
    """Print what is found, the table, and what it rests on."""
    console.print(state_finding(found))
    names = list(found.figures["pgd"][0])
    columns = [f"{row.title}, {TITLES[name]}" for row in ATTACKS.values() for name in names]
    rows = [
        (
            f"{level:g}/255",
            *(
                write_figure(figure.value, figure.interval)
                for attack in ATTACKS
                for figure in found.figures[attack][place].values()
            ),
        )
        for place, level in enumerate(found.levels)
    ]
    print_table(("change", *columns), rows)
    console.print(state_references(found))
    console.print(state_ground(found))
    print_notes(found.notes)
