"""`medapp curve`: what more images would be worth, with transfer and without."""

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
    Source,
    Workers,
    read_options,
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
from medapp.evaluation.comparison import average_seeds
from medapp.evaluation.headline import TITLES
from medapp.evaluation.words import write_figure
from medapp.session import Session
from medapp.session import open as open_session
from medapp.studies.curve import WAYS, Curve, find_curve, list_curves
from medapp.studies.points import Reading, state_reach


def curve(
    name: Annotated[
        str | None, typer.Argument(help="A learning curve's name or id, to show it.")
    ] = None,
    data: Annotated[str | None, typer.Option(help="The data set to learn from.")] = None,
    way: Annotated[
        list[str] | None,
        typer.Option(help="A strategy; may be repeated. Else fine-tune and scratch."),
    ] = None,
    to: Annotated[
        float | None, typer.Option(help="A value of the figure: how many more images reach it?")
    ] = None,
    minutes: Minutes = None,
    seeds: Annotated[int, typer.Option(help="Runs of each way on each share.")] = 1,
    workers: Workers = 1,
    jobs: Jobs = None,
    resume: Annotated[
        bool, typer.Option(help="Go on with what is left of the one that is named.")
    ] = False,
    preset: Preset = None,
    source: Source = None,
    epochs: Epochs = None,
    image_size: ImageSize = None,
    seed: Seed = None,
    title: NewRun = None,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Train on ever more of the training patients, and carry the curve on.

    Without --data: the learning curves so far, or the one that is named. Ctrl-C stops a curve.
    """
    session = open_session()
    if data is None and not (resume and name):
        _show(session, name, to, as_json)
        return
    work: dict[str, Any] = {"minutes": minutes, "workers": workers, "jobs": read_options(jobs)}
    if data is None:
        with open_bar() as bar:
            known = find_curve(session.workspace, name or "")
            session.resume_study(known, on_event=ProgressBar(bar), **work)
        print_curve(known, session.read_curve(known.id), to, as_json)
        return
    asked = {"source": source, "epochs": epochs, "image_size": image_size, "seed": seed}
    values = gather_values(settings, **asked)
    say_kept(session, data, session.build_settings(data, preset, **values)[0])
    with open_bar() as bar:
        found = session.curve(
            data,
            ways=way or WAYS,
            seeds=seeds,
            **work,
            name=title or name,
            preset=preset,
            on_event=ProgressBar(bar),
            **values,
        )
    print_curve(found, session.read_curve(found), to, as_json)


def _show(session: Session, name: str | None, to: float | None, as_json: bool) -> None:
    if name is not None:
        found = find_curve(session.workspace, name)
        print_curve(found, session.read_curve(found), to, as_json)
        return
    known = [(each, session.read_curve(each)) for each in list_curves(session.workspace)]
    print_list(
        ("learning curve", "data set", "verdict"),
        [(c.name, c.data_set, " ".join(r.verdict[:1]) or "under way") for c, r in known],
        [describe_curve(*each, to) for each in known],
        as_json,
        "No learning curve yet. Begin one with: medapp curve --data NAME",
    )


def print_curve(found: Curve, reading: Reading, to: float | None, as_json: bool) -> None:
    """Print what can be said, then the points."""
    if as_json:
        print_json(describe_curve(found, reading, to))
        return
    for sentence in (*reading.verdict, *found.remarks):
        console.print(sentence)
    if not reading.is_over:
        console.print(f"{found.name} is not over: its points are read once, at its end.")
        return
    if to is not None:
        for way in reading.ways:
            console.print(state_reach(reading, way, to))
    rows = []
    for way in reading.ways:
        for point in way.points:
            mean = average_seeds(point.estimates)
            figure = write_figure(mean.value, mean.interval)
            rows.append((way.title, f"{point.size:,}", figure, str(len(point.estimates))))
    columns = ("way of training", f"{reading.counted} learned from", TITLES[reading.figure])
    print_table((*columns, "seeds"), rows)
    print_notes(reading.notes)


def describe_curve(found: Curve, reading: Reading, to: float | None) -> dict[str, Any]:
    """Plain values for JSON."""
    return {
        "study": found.name,
        "id": found.id,
        "dataset": found.data_set,
        "shares": list(found.shares),
        "remarks": list(found.remarks),
        **reading.to_dict(to),
    }
