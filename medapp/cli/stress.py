"""`medapp stress`: how far ordinary faults may go before a model's figures fall."""

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
from medapp.evaluation.stress.limits import find_floor, find_limits
from medapp.evaluation.stress.record import Stress
from medapp.evaluation.stress.words import (
    SCOPE,
    describe_level,
    list_columns,
    state_finding,
    state_ground,
    state_limit,
    state_noticing,
    state_references,
)
from medapp.imaging.faults import FAULTS
from medapp.runs.heads import find_head, name_head
from medapp.runs.run import Run
from medapp.session import open as open_session


def measure(
    run: RunName,
    images: Annotated[
        int,
        typer.Option(min=0, help="Test images at most, whole patients by the seed; 0 takes all."),
    ] = 200,
    floor: Annotated[
        float | None,
        typer.Option(
            help="What the figure must not fall below; without one, the lower end of its interval."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of patients and of random changes.")] = 0,
    head: HeadOf = None,
    as_json: AsJson = False,
) -> None:
    """Figures on test images with more noise, blur, another gamma, JPEG, a rotation and the like.

    Counts as a look at the test split, once for each number of images; another floor is no look.
    """
    session = open_session()
    with follow_steps("Reading the model") as tell:
        asked = find_head(session.find_run(run), head)
        found = session.measure_stress(asked, images, seed, tell)
    if as_json:
        print_json(describe_stress(asked, found, floor))
    else:
        console.print(f"{name_head(asked)}.", markup=False)
        print_stress(found, floor)


def describe_stress(run: Run, found: Stress, floor: float | None = None) -> dict[str, Any]:
    """Plain values for JSON."""
    limits = {limit.fault: limit for limit in find_limits(found, floor)}
    plain = found.to_dict()
    faults = {}
    for name, levels in plain.pop("faults").items():
        limit = limits.get(name)
        faults[name] = {
            "title": FAULTS[name].title,
            "unit": FAULTS[name].help,
            "levels": [
                {**level, "verdict": limit.verdicts[place] if limit else None}
                for place, level in enumerate(levels)
            ],
            "holds": limit.holds.strength if limit and limit.holds else None,
            "falls": limit.falls.strength if limit and limit.falls else None,
            "in_words": state_limit(found, limit, floor) if limit else None,
            "noticed": (state_noticing(found, limit) or None) if limit else None,
        }
    return {
        "run": run.name,
        "id": run.id,
        "dataset": run.home.name,
        "split": "test",
        "floor": find_floor(found) if floor is None else floor,
        "in_words": state_finding(found, floor),
        "scope": SCOPE,
        **plain,
        "faults": faults,
        "notes": list_notes(found.notes),
    }


def print_stress(found: Stress, floor: float | None = None) -> None:
    """Print what is found, how far each fault may go, the table, and what it rests on."""
    console.print(state_finding(found, floor))
    for limit in find_limits(found, floor):
        noticed = state_noticing(found, limit)
        end = f". {noticed}." if noticed else "."
        console.print(f"- {state_limit(found, limit, floor)}{end}")
    rows = [
        (FAULTS[name].title, *describe_level(found, name, level))
        for name, levels in found.faults.items()
        for level in levels
    ]
    print_table(("change", *list_columns(found)), rows)
    for sentence in (state_references(found), state_ground(found), SCOPE):
        console.print(sentence)
    print_notes(found.notes)
