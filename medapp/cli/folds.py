"""What came of a cross-validation, in words or JSON."""

from typing import Annotated, Any

import typer

from medapp.cli.evaluation import describe_evaluation, print_evaluation, state_headline
from medapp.cli.output import AsJson, console, print_json, print_list, print_table
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.headline import list_headlines
from medapp.evaluation.words import write_figure
from medapp.store.workspace import find_workspace
from medapp.studies.folds import FoldStudy, Pooled, find_study, list_studies, pool


def show_folds(
    study: Annotated[str | None, typer.Argument(help="A study's name or id; all without.")] = None,
    as_json: AsJson = False,
) -> None:
    """Cross-validations: the figures of each fold, and over the images of all folds."""
    workspace = find_workspace()
    if study is not None:
        found = find_study(workspace, study)
        print_folds(found, pool(workspace, found), as_json)
        return
    known = [(s, pool(workspace, s)) for s in list_studies(workspace)]
    print_list(
        ("study", "data set", "folds", "figures over all folds"),
        [(s.name, s.data_set, len(s.runs), _state(p)) for s, p in known],
        [describe_folds(*each) for each in known],
        as_json,
        "No cross-validation yet. Begin one with: medapp train --data NAME --folds 5",
    )


def print_folds(study: FoldStudy, pooled: Pooled, as_json: bool) -> None:
    """Print the figures of each fold and over all of them."""
    if as_json:
        print_json(describe_folds(study, pooled))
        return
    pairs = zip(pooled.folds, pooled.states, strict=True)
    rows = [
        (number, state, evaluation.n if evaluation else "", _write_headline(evaluation))
        for number, (evaluation, state) in enumerate(pairs, start=1)
    ]
    print_table(("fold", "state", "images", "figure"), rows)
    if pooled.evaluation is None:
        console.print(f"{study.name}: not every fold has its figures yet.")
        return
    console.print(f"{study.name}, over the images of all folds:")
    print_evaluation(pooled.evaluation)


def describe_folds(study: FoldStudy, pooled: Pooled) -> dict[str, Any]:
    """Plain values for JSON; the pooled figures are null until each fold has its own."""
    return {
        "study": study.name,
        "id": study.id,
        "dataset": study.data_set,
        "runs": list(study.runs),
        "states": list(pooled.states),
        "folds": [None if each is None else describe_evaluation(each) for each in pooled.folds],
        "evaluation": describe_evaluation(pooled.evaluation) if pooled.evaluation else None,
    }


def _state(pooled: Pooled) -> str:
    if pooled.evaluation is not None:
        return state_headline(pooled.evaluation)
    done = sum(evaluation is not None for evaluation in pooled.folds)
    return f"{done} of {len(pooled.folds)} folds are judged"


def _write_headline(evaluation: Evaluation | None) -> str:
    if evaluation is None:
        return ""
    first = list_headlines(evaluation)[0]
    return f"{first.title} {write_figure(first.value, first.interval)}"
