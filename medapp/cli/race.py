"""`medapp race`: ways of training side by side, and whether transfer was worth it."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from medapp.cli.options import (
    Epochs,
    ImageSize,
    Jobs,
    Minutes,
    NewRun,
    Preset,
    Seed,
    Settings,
    Workers,
    read_options,
    split_names,
)
from medapp.cli.output import (
    AsJson,
    console,
    open_bar,
    print_json,
    print_list,
    print_notes,
    print_table,
)
from medapp.cli.work import ProgressBar, gather_values, say_kept
from medapp.evaluation.headline import TITLES
from medapp.evaluation.words import write_figure
from medapp.runs.progress import format_seconds
from medapp.session import Session
from medapp.session import open as open_session
from medapp.studies.board import Board, Place
from medapp.studies.race import CONTESTANTS, Race, find_race, list_races


def race(
    name: Annotated[str | None, typer.Argument(help="A race's name or id, to show it.")] = None,
    data: Annotated[str | None, typer.Option(help="The data set to race on.")] = None,
    minutes: Minutes = None,
    seeds: Annotated[int, typer.Option(help="Runs of each way of training.")] = 1,
    folds: Annotated[
        int | None,
        typer.Option(help="Deal all patients into so many folds, in place of seeds: each judges."),
    ] = None,
    sources: Annotated[
        str | None,
        typer.Option(
            "--sources", "--from", help="What to start from, with commas between: A,B or one."
        ),
    ] = None,
    strategies: Annotated[
        str | None,
        typer.Option(help=f"Who runs, with commas between; else {','.join(CONTESTANTS)}."),
    ] = None,
    workers: Workers = 1,
    jobs: Jobs = None,
    resume: Annotated[
        bool, typer.Option(help="Go on with what is left of the one that is named.")
    ] = False,
    preset: Preset = None,
    epochs: Epochs = None,
    image_size: ImageSize = None,
    seed: Seed = None,
    title: NewRun = None,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Ways of training side by side, from baselines to fine-tuning, with a verdict.

    Without --data: the races so far, or the one that is named. Ctrl-C stops a race.
    """
    session = open_session()
    if data is None and not (resume and name):
        _show(session, name, as_json)
        return
    work: dict[str, Any] = {"minutes": minutes, "workers": workers, "jobs": read_options(jobs)}
    if data is None:
        with open_bar() as bar:
            known = find_race(session.workspace, name or "")
            session.resume_study(known, on_event=ProgressBar(bar), **work)
        print_race(known, session.read_race(known.id), as_json)
        return
    asked = {"folds": folds, "epochs": epochs, "image_size": image_size, "seed": seed}
    values = gather_values(settings, **asked)
    say_kept(session, data, session.build_settings(data, preset, **values)[0])
    with open_bar() as bar:
        found = session.race(
            data,
            sources=split_names(sources),
            strategies=split_names(strategies) or CONTESTANTS,
            seeds=seeds,
            **work,
            name=title or name,
            preset=preset,
            on_event=ProgressBar(bar),
            **values,
        )
    print_race(found, session.read_race(found), as_json)


def _show(session: Session, name: str | None, as_json: bool) -> None:
    if name is not None:
        found = find_race(session.workspace, name)
        print_race(found, session.read_race(found), as_json)
        return
    known = [(each, session.read_race(each)) for each in list_races(session.workspace)]
    print_list(
        ("race", "data set", "verdict"),
        [(r.name, r.data_set, " ".join(b.verdict[:1]) or "under way") for r, b in known],
        [describe_race(*each) for each in known],
        as_json,
        "No race yet. Begin one with: medapp race --data NAME",
    )


def print_race(found: Race, board: Board, as_json: bool) -> None:
    """Print the verdict, then the board."""
    if as_json:
        print_json(describe_race(found, board))
        return
    for sentence in (*board.verdict, *found.remarks):
        console.print(sentence)
    if not board.is_over:
        console.print(f"{found.name} is not over: the test split is looked at once, at its end.")
    columns = ("way of training", f"{TITLES[board.figure]} on validation", "n", "test", "time")
    rows = [_list_cells(place) for place in board.places]
    for line in board.references:
        rows.append((line.title, _write(line.validation), "", _write(line.test), ""))
    print_table(columns, rows)
    print_notes(board.notes)


def describe_race(found: Race, board: Board) -> dict[str, Any]:
    """Plain values for JSON."""
    return {
        "study": found.name,
        "id": found.id,
        "dataset": found.data_set,
        "remarks": list(found.remarks),
        **board.to_dict(),
    }


def _write(value: float | None) -> str:
    return "–" if value is None else write_figure(value)


def _list_cells(place: Place) -> Sequence[str]:
    spread = ""
    if len(place.validation) > 1:
        spread = f" ({min(place.validation):.3f} to {max(place.validation):.3f})"
    return (
        place.title,
        f"{write_figure(place.mean)}{spread}" if place.validation else ", ".join(place.states),
        f"{place.n:,}",
        write_figure(place.test.value, place.test.interval) if place.test else "–",
        format_seconds(place.seconds) if place.seconds else "–",
    )
