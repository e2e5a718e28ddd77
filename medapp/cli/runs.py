"""`medapp runs` and `medapp backbones`: what was trained, and what can be trained from."""

import functools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import DownloadColumn, Progress

from medapp.cli.evaluation import describe_heads, print_figures
from medapp.cli.exporting import export, import_zip
from medapp.cli.options import HeadOf, RunName
from medapp.cli.output import (
    AsJson,
    console,
    errors,
    follow_files,
    list_notes,
    open_bar,
    print_json,
    print_notes,
    print_table,
)
from medapp.cli.work import ProgressBar, report_run
from medapp.data.catalog import Catalog
from medapp.errors import WeightsError
from medapp.evaluation.words import write_figure
from medapp.models.backbones import BACKBONES, find_file
from medapp.runs.decided import load_decided, note_compared
from medapp.runs.events import EpochFinished, MessageSaid
from medapp.runs.heads import find_head, name_head
from medapp.runs.looks import count_looks
from medapp.runs.making import find_data_set_name, find_run
from medapp.runs.needed import delete_run
from medapp.runs.registry import find_registry
from medapp.runs.run import Run
from medapp.runs.summary import Summary
from medapp.session import open as open_session
from medapp.store.workspace import find_workspace
from medapp.task import find_task
from medapp.training.recipe import write_settings

app = typer.Typer(
    no_args_is_help=True, help="Runs: list, show, stop, resume, delete, export, import."
)
app.command()(export)
app.command("import")(import_zip)
backbones = typer.Typer(no_args_is_help=True, help="Backbones: list, fetch, export.")


def _summarise(run: Run, data_set: str) -> dict[str, Any]:
    recipe = run.recipe
    evaluation = load_decided(run)
    return {
        "run": run.name,
        "id": run.id,
        "state": run.state,
        "dataset": data_set,
        "source": recipe.find_source(),
        "strategy": recipe.strategy.name,
        "n": evaluation.n if evaluation else None,
        "balanced_accuracy": evaluation.balanced_accuracy if evaluation else None,
        "intervals": evaluation.intervals if evaluation else None,
    }


@app.command("list")
def list_all(as_json: AsJson = False) -> None:
    """All runs, newest first."""
    workspace = find_workspace()
    data_sets = {data_set.uid: data_set.name for data_set in Catalog(workspace).list_data_sets()}
    rows: list[dict[str, Any]] = []
    # Many runs read the same test images.
    looks_at = functools.cache(lambda images: count_looks(workspace, images))
    for run in find_registry(workspace).list_summaries():
        if run.damage:
            errors.print(f"Not listed: {run.damage}")
            continue
        for model in run.list_models():
            data_set = data_sets.get(model.data_set_id, model.data_set)
            described = _describe_summary(model, data_set)
            rows.append({**described, "looks": looks_at(model.test_images)})
    if as_json:
        print_json(rows)
    elif rows:
        facts = ("run", "state", "dataset", "strategy")
        cells = [
            (*(row[fact] for fact in facts), *_say_quality(row), row["looks"], row["level"])
            for row in rows
        ]
        print_table((*facts, "validation", "n", "test", "n", "looks", "notes"), cells)
        console.print(
            f"Figures are {_say_figures(rows)}. Choose a model by validation: the best of many"
            " test figures is partly luck.",
            markup=False,
        )
        print_notes(note_compared([row["run"] for row in rows if row["is_locked"]]))
    else:
        console.print("No runs yet. Start one with: medapp train --data NAME")


def _describe_summary(run: Summary, data_set: str) -> dict[str, Any]:
    """A run of the registry as plain values for JSON."""
    figures = run.figures or {}
    headline = find_task(figures.get("task", "single-label")).figures[0]
    return {
        "run": run.name,
        "id": run.id,
        "head": run.data_set if run.domain else None,
        "state": run.state,
        "dataset": data_set,
        "source": run.source,
        "strategy": run.strategy,
        "started": run.learning.started or None,
        "seconds": run.learning.seconds,
        "epochs": run.learning.epochs,
        "best_epoch": run.learning.best_epoch or None,
        "validation": {"n": run.learning.n, **run.learning.figures},
        "n": figures.get("n"),
        "figure": headline,
        headline: figures.get(headline),
        "balanced_accuracy": figures.get("balanced_accuracy"),
        "intervals": figures.get("intervals"),
        "notes": figures.get("notes", []),
        "level": run.gravest.level if run.gravest else None,
        "is_locked": run.is_locked,
    }


def _say_figures(rows: Sequence[dict[str, Any]]) -> str:
    """What the figures of the rows are called, and of which data sets where they differ."""
    named: dict[str, dict[str, None]] = {}
    for row in rows:
        title = row["figure"].replace("auroc", "AUROC").replace("_", " ")
        named.setdefault(title, {})[row["dataset"]] = None
    if len(named) == 1:
        return next(iter(named))
    return "; ".join(f"{title} on {', '.join(sets)}" for title, sets in named.items())


def _say_quality(row: dict[str, Any]) -> tuple[str | None, int | None, str | None, int | None]:
    """Validation, by which models are chosen, and then test, each with its number of images."""
    headline = row["figure"]
    validation = row["validation"].get(headline)
    known = write_figure(validation) if validation is not None else None
    test = None
    if row["n"]:
        test = write_figure(row[headline], row["intervals"].get(headline))
    return known, row["validation"]["n"] or None, test, row["n"]


@app.command()
def show(run: RunName, as_json: AsJson = False) -> None:
    """A run's state, settings, epochs and figures."""
    workspace = find_workspace()
    found = find_run(workspace, run)
    events = found.list_events()
    epochs = [event for event in events if isinstance(event, EpochFinished)]
    messages = [event.text for event in events if isinstance(event, MessageSaid)]
    recipe = found.recipe
    settings = json.loads(write_settings(recipe, found.machine))
    reason = found.find_last_state().reason
    if as_json:
        facts = _summarise(found, find_data_set_name(workspace, recipe))
        rows = [epoch.to_dict() for epoch in epochs]
        seconds = found.count_seconds()
        evaluation = load_decided(found)
        print_json(
            {
                **facts,
                "reason": reason,
                "seconds": seconds,
                "recipe": settings,
                "epochs": rows,
                "messages": messages,
                "computed": evaluation.computed if evaluation else {},
                "notes": list_notes(evaluation.notes if evaluation else ()),
                "heads": describe_heads(found),
            }
        )
        return
    console.print(f"{found.name} ({found.id}): {found.state}. {reason or ''}", markup=False)
    print_table(("setting", "value"), _list_values(settings))
    print_table(
        ("epoch", "train loss", "validation loss", "balanced accuracy", "best"),
        [
            (
                epoch.epoch,
                epoch.train_loss,
                epoch.validation_loss,
                epoch.balanced_accuracy,
                "*" if epoch.is_best else "",
            )
            for epoch in epochs
        ],
    )
    print_figures(found)


def _list_values(settings: dict[str, Any]) -> list[tuple[str, str]]:
    """Each setting by its group and name, with its value."""
    rows = []
    for name, value in settings.items():
        if name == "data":
            rows += [("data", choice["name"]) for choice in value["choices"]]
        elif isinstance(value, dict):
            rows += [(f"{name}.{inner}", str(each)) for inner, each in value.items()]
        else:
            rows.append((name, str(value)))
    return rows


@app.command()
def stop(run: RunName) -> None:
    """Stop a run; its best model is kept."""
    found = find_run(find_workspace(), run)
    found.request_stop()
    console.print(f"{found.name} is asked to stop.", markup=False)


@app.command()
def resume(run: RunName, as_json: AsJson = False) -> None:
    """Go on from a run's checkpoint, in the foreground."""
    with open_bar() as bar:
        found = open_session().resume(run, ProgressBar(bar))
    report_run(found, as_json)


@app.command()
def delete(run: RunName) -> None:
    """Delete a run with its model."""
    workspace = find_workspace()
    found = find_run(workspace, run)
    name = found.name
    delete_run(workspace, found)
    console.print(f"{name} is deleted.", markup=False)


@app.command()
def remember(run: RunName, head: HeadOf = None) -> None:
    """Let a model of before, or of a stopped run, learn its own kind of image.

    From then on it does not answer for images of another kind. Probabilities stay as they are.
    """
    from medapp.runs.remembering import remember_kind

    workspace = find_workspace()
    found = find_head(find_run(workspace, run), head)
    with open_bar() as bar:
        follow = follow_files(bar, "Looking at its images", "Learning what is usual")
        known = remember_kind(workspace, found, follow)
    console.print(
        f"{name_head(found)} knows its own kind of image from {known.learned:,} training and"
        f" {known.held_out:,} validation images.",
        markup=False,
    )


@backbones.command("list")
def list_backbones(as_json: AsJson = False) -> None:
    """What can be transferred from, and whether it is on this machine."""
    workspace = find_workspace()
    rows = [
        {
            "name": b.name,
            "title": b.title,
            "megabytes": b.megabytes,
            "source": b.source_data,
            "top1": b.top1,
            "is_here": find_file(b, workspace) is not None,
            "terms": b.terms,
        }
        for b in BACKBONES.values()
    ]
    if as_json:
        print_json(rows)
        return
    print_table(
        ("name", "network", "MB", "learned on", "top-1 there", "on this machine"),
        [
            (
                r["name"],
                r["title"],
                f"{r['megabytes']:.0f}",
                r["source"],
                r["top1"],
                "yes" if r["is_here"] else "no",
            )
            for r in rows
        ],
    )
    console.print(f"By hand: put a file into {workspace.weights_folder}.", markup=False)


@backbones.command()
def fetch(name: Annotated[str, typer.Argument(help="A backbone's name.")]) -> None:
    """Download a backbone's weights and check their hash."""
    from medapp.models.weights import fetch_weights

    if name not in BACKBONES:
        raise WeightsError(
            f"There is no backbone {name!r}.", remedy=f"Known: {', '.join(BACKBONES)}."
        )
    with Progress(
        *Progress.get_default_columns(), DownloadColumn(), console=errors, transient=True
    ) as bar:
        task = bar.add_task(name, total=None)
        path = fetch_weights(
            BACKBONES[name],
            find_workspace(),
            lambda done, total: bar.update(task, completed=done, total=total or None),
        )
    console.print(f"On this machine: {path}", markup=False)


@backbones.command("export")
def export_weights(
    run: RunName,
    to: Annotated[Path, typer.Option(help="The .safetensors to write; its card goes beside it.")],
    terms: str = "",
) -> None:
    """Make a backbone of a run, so that others can start from it with `--from FILE`."""
    from medapp.models.weights import export_backbone

    found = find_run(find_workspace(), run)
    evaluation = found.load_evaluation()
    names = ("n", "accuracy", "balanced_accuracy")
    recipe = found.recipe
    unstated = "Not stated: ask who made it, and mind the terms of the images it learned from."
    card = {
        "source_task": {
            "data": find_data_set_name(find_workspace(), recipe),
            "test": {name: getattr(evaluation, name, None) for name in names},
        },
        "recipe": recipe.model_dump(mode="json"),
        "suggested_resolution_px": [recipe.preprocess.image_size],
        "terms": terms or unstated,
    }
    if to.suffix != ".safetensors":
        raise WeightsError(
            f"A backbone is written as .safetensors, not {to.suffix or 'without a suffix'}.",
            remedy="Choose another name.",
        )
    export_backbone(found.model_path, to, card)
    console.print(f"Written: {to} and {to.with_suffix('.json').name}", markup=False)
