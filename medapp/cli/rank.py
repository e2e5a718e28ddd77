"""`medapp rank`: which source to start from, asked before anything is trained."""

from typing import Annotated, Any

import typer

from medapp.cli.options import ImageSize
from medapp.cli.output import AsJson, console, follow_steps, print_json, print_table
from medapp.evaluation.intervals import Interval
from medapp.evaluation.words import write_figure
from medapp.runs.registry import find_registry
from medapp.session import open as open_session
from medapp.studies.ranking.conclusion import BASELINES, conclude, describe_ground
from medapp.studies.ranking.hindsight import Hindsight, describe_hindsight, look_back
from medapp.studies.ranking.ranking import Ranking, Row
from medapp.studies.ranking.scorers import DECIDING, SCORERS


def rank(
    data: Annotated[str, typer.Option(help="A data set's name.")],
    sources: Annotated[
        list[str] | None,
        typer.Option(
            "--from",
            help="A backbone's name, a weights file, or a run; may be repeated. Without it all that"
            " are on this machine.",
        ),
    ] = None,
    image_size: ImageSize = None,
    as_json: AsJson = False,
) -> None:
    """Which source to start from: scores with intervals, and which cannot be told apart.

    Training and validation images are looked at, never the test split. Random weights and small
    pixels are asked too: where they do as well, nothing is gained by transfer.
    """
    session = open_session()
    with follow_steps("Reading the table") as tell:
        found = session.rank(data, sources or (), image_size, tell)
    summaries = find_registry(session.workspace).list_summaries()
    hindsight = look_back(found, summaries)
    if as_json:
        print_json([describe_row(found, row, hindsight) for row in found.rows])
        return
    print_table(("source", "AUROC", "to the first", "told apart", "rule"), _list_order(found))
    rest = [name for name in SCORERS if name != DECIDING]
    titles = [SCORERS[name].title for name in rest]
    others = [(row.title, *(_write_score(row, name) for name in rest)) for row in found.ranked]
    print_table(("source", *titles), others)
    for row in found.rows:
        if row.reason:
            console.print(f"Not ranked: {row.title}. {row.reason}")
    for sentence in (*conclude(found), describe_ground(found), *describe_hindsight(hindsight)):
        console.print(sentence)


def describe_row(ranking: Ranking, row: Row, hindsight: Hindsight | None) -> dict[str, Any]:
    """A row as plain values; score and interval are null where it is not ranked."""
    is_ranked = not row.reason
    trained = hindsight.trained.get(row.source) if hindsight else None
    return {
        "source": row.source,
        "title": row.title,
        "score": row.value if is_ranked else None,
        "interval": list(row.interval) if is_ranked else None,
        "told_apart": ranking.is_told_apart(row),
        "apart_from": list(row.apart_from),
        "difference": row.difference[0] if row.difference else None,
        "difference_interval": list(row.difference[1]) if row.difference else None,
        "scores": {
            name: {"value": value, "interval": list(interval)}
            for name, (value, interval) in row.scores.items()
        },
        "baselines": list(row.baselines),
        "trained_on": row.trained_on,
        "parameters": row.parameters,
        "reason": row.reason,
        "trained": trained.to_dict() if trained else None,
    }


def _list_order(ranking: Ranking) -> list[tuple[object, ...]]:
    """A line a ranked row: its deciding score, and how it stands to the first."""
    lines: list[tuple[object, ...]] = []
    for number, row in enumerate(ranking.ranked):
        apart = "yes" if ranking.is_told_apart(row) else "no"
        rules = ", ".join(BASELINES[name] for name in row.baselines)
        score = write_figure(row.value, row.interval)
        gap = _write(*row.difference) if row.difference else None
        lines.append((row.title, score, gap, apart if number else None, rules))
    return lines


def _write_score(row: Row, name: str) -> str | None:
    return _write(*row.scores[name]) if name in row.scores else None


def _write(value: float, interval: Interval) -> str:
    return f"{value:.3f} [{interval[0]:.3f}, {interval[1]:.3f}]"
