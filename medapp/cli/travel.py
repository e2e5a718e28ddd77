"""`medapp travel`: whether a run's model holds in another hospital."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from medapp.cli.options import ClassMap, RunName, read_class_map
from medapp.cli.output import (
    AsJson,
    console,
    follow_steps,
    list_notes,
    print_json,
    print_notes,
    print_table,
)
from medapp.evaluation.words import write_figure
from medapp.session import open as open_session
from medapp.studies.travel.record import Figure, Travel
from medapp.studies.travel.rule import TITLES
from medapp.studies.travel.words import (
    SCORES,
    list_curves,
    list_figures,
    list_scores,
    name_way,
    state_declared,
    state_labelling,
    state_outcome,
    write_gain,
    write_score,
)

MOST_NAMED = 5  # declared images that are named on the terminal


def travel(
    run: RunName,
    to: Annotated[str, typer.Option(help="A data set of the other hospital.")],
    labelled: Annotated[
        int,
        typer.Option(
            min=0,
            help="Declare so many of its images, 30 to 100, a labelled validation set that chooses"
            " among the methods.",
        ),
    ] = 0,
    minutes: Annotated[
        float,
        typer.Option(
            min=0,
            help="Also fine-tune the network on 20 to 200 of its labelled images, for so many"
            " minutes, to see what labelling buys; 0 fits heads alone.",
        ),
    ] = 0,
    mapping: ClassMap = None,
    as_json: AsJson = False,
) -> None:
    """Does a model travel? Go, adapt, or stop and label some images there first.

    The verdict stands before a label of the other hospital is read; where there are labels, they
    show afterwards whether it was right.
    """
    asked = read_class_map(mapping)
    with follow_steps("Reading") as tell:
        found = open_session().travel(run, to, labelled, asked, tell, minutes)
    if as_json:
        print_json(describe_travel(found))
    else:
        print_travel(found)


def describe_travel(found: Travel) -> dict[str, Any]:
    """An answer as plain values for JSON; figures are null where no label could be read."""
    methods = found.methods or {}
    declared = found.declared
    tuned = found.tuned
    return {
        "study": found.id,
        "run": found.run_name,
        "dataset": found.data_set_name,
        "images": found.images,
        "left_out": found.left_out,
        "mapping": found.mapping,
        "verdict": found.verdict,
        "reason": found.reason,
        "distance": found.distance,
        "site_auroc": found.site_auroc,
        "site_interval": found.site_interval,
        "home": _describe(found.home),
        "chance": found.chance,
        "source_only": _describe(found.source_only),
        "methods": {key: _describe(figure) for key, figure in methods.items()},
        "not_used": found.closed,
        "own_labels": _describe(found.own_labels),
        "curve": _describe_curve(found.curve),
        "fine_tuned": tuned
        and {
            "minutes": tuned.minutes,
            "epochs": tuned.epochs,
            "trainings": tuned.trainings,
            "curve": _describe_curve(tuned.curve),
        },
        "labelled": declared
        and {
            "read": "to choose a method",
            "names": declared.names,
            "images": declared.images,
            "chosen": declared.chosen,
            "judged": declared.judged,
            "figure": _describe(declared.figure),
        },
        "unlabelled": {
            key: {
                "shares": dict(zip(found.classes, each.shares, strict=True)),
                "confidence": each.confidence,
                "expected_accuracy": each.expected_accuracy,
                "agreement": each.agreement,
                "evenness": each.evenness,
                "circular": each.circular,
            }
            for key, each in found.scores.items()
        },
        "target_labels_read": found.target_labels_read,
        "notes": list_notes(found.notes),
    }


def _describe_curve(curve: Sequence[tuple[int, Figure]]) -> list[dict[str, Any]]:
    return [{"labels": count, **_describe_some(each)} for count, each in curve]


def _describe(figure: Figure | None) -> dict[str, Any] | None:
    return None if figure is None else _describe_some(figure)


def _describe_some(figure: Figure) -> dict[str, Any]:
    return {
        "balanced_accuracy": figure.balanced_accuracy,
        "interval": figure.interval,
        "gain": figure.gain,
        "gain_interval": figure.gain_interval,
    }


def print_travel(found: Travel) -> None:
    """Print the verdict first, then what it rests on, then what labels say."""
    console.print(f"{TITLES[found.verdict]}.")
    console.print(found.reason)
    console.print(
        f"{found.run_name} on {found.images:,} images of {found.data_set_name}, which are told"
        f" from the run's own with an AUROC of {write_figure(found.site_auroc)}: that they differ,"
        " not that the model fails."
    )
    _print_unlabelled(found)
    if found.source_only is not None:
        _print_figures(found)
    for key, why in found.closed.items():
        console.print(f"{name_way(found, key)} was not used: {why}")
    print_notes(found.notes)
    console.print(f"What each model says of each image: studies/{found.id}/predictions.parquet")


def _print_unlabelled(found: Travel) -> None:
    console.print("\nWithout a label read (each of these flatters where images differ much):")
    shares = " / ".join(found.classes)
    rows = [
        (
            name_way(found, key),
            " / ".join(f"{share:.0%}" for share in each.shares),
            *(write_score(score) for score in list_scores(each)),
        )
        for key, each in found.scores.items()
    ]
    at_home = " / ".join(f"{share:.0%}" for share in found.home_shares)
    print_table(
        ("", f"decided as {shares}", *(title.lower() for title in SCORES)),
        [("Its own validation images", at_home, *("" for _ in SCORES)), *rows],
    )


def _print_figures(found: Travel) -> None:
    console.print("\nWith the labels there, read for reporting alone (95% intervals):")
    console.print(state_outcome(found))
    rows = [
        (name, write_figure(f.balanced_accuracy, f.interval), write_gain(f))
        for name, f in list_figures(found)
    ]
    print_table(("", "balanced accuracy", "points more than as it is"), rows)
    if found.chance is not None:
        console.print(f"Guessing gets {write_figure(found.chance)}.")
    for name, curve in list_curves(found):
        console.print(f"\nWhat labelling buys: {name[0].lower()}{name[1:]}.")
        rows = [
            (str(count), write_figure(f.balanced_accuracy, f.interval), write_gain(f))
            for count, f in curve
        ]
        print_table(("labels", "balanced accuracy", "points more than as it is"), rows)
    for sentence in state_labelling(found):
        console.print(sentence)
    if found.declared is not None:
        console.print(f"\n{state_declared(found, found.declared)}")
        shown = ", ".join(found.declared.names[:MOST_NAMED])
        more = len(found.declared.names) - MOST_NAMED
        rest = f" and {more:,} more, in studies/{found.id}/study.json" if more > 0 else ""
        console.print(f"They are {shown}{rest}.")
