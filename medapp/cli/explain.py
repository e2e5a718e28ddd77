"""`medapp explain`: what a model's heatmaps are worth."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from medapp.cli.options import HeadOf, Method, RunName
from medapp.cli.output import (
    AsJson,
    console,
    follow_steps,
    list_notes,
    print_json,
    print_notes,
    print_table,
)
from medapp.explanation.trials.record import (
    AROUND,
    CONTROLS,
    FILLS,
    REGIONS,
    STATEMENT,
    Hiding,
    Trial,
)
from medapp.explanation.trials.words import (
    judge_trial,
    state_finding,
    state_ground,
    write_mean,
    write_signed,
)
from medapp.runs.heads import find_head, name_head
from medapp.runs.run import Run
from medapp.session import open as open_session

app = typer.Typer(help="What a model's heatmaps are worth.", no_args_is_help=True)


@app.command("trial")
def try_heatmaps(
    run: RunName,
    images: Annotated[
        int, typer.Option(min=0, help="Test images at most, drawn by the seed; 0 takes all.")
    ] = 100,
    method: Method = "gradcam",
    seed: Annotated[
        int, typer.Option(min=0, help="Of the images, random weights, maps and controls.")
    ] = 0,
    head: HeadOf = None,
    as_json: AsJson = False,
) -> None:
    """Put a model's heatmaps on trial: do they follow the weights, and tell what the model needs?

    Randomises the network from the head down, removes pixels in the maps' order beside random maps,
    an edge filter and one map for all, hides corners, borders and boxes. Counts as a look at the
    test split.
    """
    session = open_session()
    with follow_steps("Reading the model") as tell:
        asked = find_head(session.find_run(run), head)
        found = session.try_heatmaps(asked, images, method, seed, tell)
    if as_json:
        print_json(describe_trial(asked, found))
    else:
        console.print(f"{name_head(asked)}.", markup=False)
        print_trial(found)


def describe_trial(run: Run, found: Trial) -> dict[str, Any]:
    """Plain values for JSON."""
    values = asdict(found)
    notes = values.pop("notes")
    return {
        "run": run.name,
        "id": run.id,
        "dataset": run.home.name,
        "split": "test",
        "finding": state_finding(found),
        "verdicts": list_notes(judge_trial(found)),
        **values,
        "statement": STATEMENT,
        "notes": list_notes(found.notes) if notes else [],
    }


def print_trial(found: Trial) -> None:
    """Print what is found, the tables, and what it rests on."""
    console.print(state_finding(found))
    print_notes(judge_trial(found))
    console.print()
    print_table(
        ("random from the head to", "rank correlation", "SSIM", "blank"),
        [(s.part, write_signed(s.rank), write_signed(s.ssim), s.blank) for s in found.cascade],
    )
    console.print()
    print_table(
        ("pixels go in the order of", "deletion", "insertion", "ROAD", "the map's less this"),
        [
            (
                CONTROLS[name],
                write_mean(each.deletion),
                write_mean(each.insertion),
                write_signed(each.road),
                write_signed(each.gain) if each.gain else "",
            )
            for name, each in found.removal.items()
        ],
    )
    if found.placement:
        console.print()
        print_table(
            ("marked boxes", "peak inside", "mass inside", "overlap (IoU)"),
            [
                (CONTROLS[name], *map(write_mean, (each.peak, each.mass, each.overlap)))
                for name, each in found.placement.items()
            ],
        )
    if found.classes:
        console.print()
        print_table(
            ("predicted", "n", "ROAD", "less a random map's", "peak inside", "overlap (IoU)"),
            [
                (
                    name,
                    each.n,
                    write_signed(each.road),
                    write_signed(each.gain),
                    *map(write_mean, (each.peak, each.overlap)),
                )
                for name, each in found.classes.items()
            ],
        )
    console.print()
    print_table(
        (
            "hidden",
            "filled with",
            "answers of",
            "that change",
            "as much elsewhere",
            "fall beyond it",
        ),
        _list_hiding(found.hiding),
    )
    console.print()
    console.print(f"{state_ground(found)} {STATEMENT}")
    print_notes(found.notes)


def _list_hiding(found: Sequence[Hiding]) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for each in found:
        of_classes = each.of_class if each.fill == AROUND else {}
        for label, of in {"all": each.of_all, **of_classes}.items():
            region = f"{REGIONS[each.region]} ({each.area:.0%})"
            flips = f"{of.flips} of {of.n}: {write_mean(of.share)}"
            there = f"{of.control_flips}: {write_mean(of.control)}"
            rows.append((region, FILLS[each.fill], label, flips, there, write_signed(of.gain)))
    return rows
