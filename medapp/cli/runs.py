"""`medapp runs` and `medapp backbones`: what was trained, and what can be trained from."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import DownloadColumn, Progress

from medapp import session as api
from medapp.cli.output import AsJson, console, errors, print_json, print_table, say_figure
from medapp.cli.work import Follower, RunName, open_bar, report_run
from medapp.errors import WeightsError
from medapp.models.backbones import BACKBONES, find_file
from medapp.runs.run import Run, find_run, list_damaged, list_runs
from medapp.runs.transfer import export_run, import_run
from medapp.store.workspace import find_workspace

app = typer.Typer(
    no_args_is_help=True, help="Runs: list, show, stop, resume, delete, export, import."
)
backbones = typer.Typer(no_args_is_help=True, help="Backbones: list, fetch, export.")


def _summarise(run: Run) -> dict[str, Any]:
    recipe, figures = run.recipe, run.load_evaluation() or {}
    return {
        "run": run.name,
        "id": run.id,
        "state": run.state,
        "dataset": recipe.dataset,
        "source": recipe.source,
        "strategy": recipe.strategy,
        "n": figures.get("n"),
        "balanced_accuracy": figures.get("balanced_accuracy"),
        "intervals": figures.get("intervals"),
    }


@app.command("list")
def list_all(as_json: AsJson = False) -> None:
    """All runs, newest first."""
    workspace = find_workspace()
    rows = [_summarise(run) for run in list_runs(workspace)]
    for _, reason in list_damaged(workspace):
        errors.print(f"Not listed: {reason}")
    if as_json:
        print_json(rows)
    elif rows:
        facts = ("run", "state", "dataset", "source", "strategy")
        cells = [
            (
                *(r[fact] for fact in facts),
                say_figure(r, "balanced_accuracy") if r["n"] else None,
                r["n"],
            )
            for r in rows
        ]
        print_table((*facts, "balanced accuracy", "n"), cells)
    else:
        console.print("No runs yet. Start one with: medapp train --data NAME")


@app.command()
def show(run: RunName, as_json: AsJson = False) -> None:
    """A run's state, settings, epochs and figures."""
    found = find_run(find_workspace(), run)
    epochs = [e for e in found.events if e["kind"] == "epoch"]
    recipe = json.loads(found.recipe.to_json())
    if as_json:
        reason = found.last_state.get("reason")
        print_json(
            {
                **_summarise(found),
                "reason": reason,
                "seconds": found.seconds,
                "recipe": recipe,
                "epochs": epochs,
            }
        )
        return
    reason = found.last_state.get("reason", "")
    console.print(f"{found.name} ({found.id}): {found.state}. {reason}", markup=False)
    print_table(("setting", "value"), [(key, str(value)) for key, value in recipe.items()])
    print_table(
        ("epoch", "train loss", "validation loss", "balanced accuracy", "best"),
        [
            (
                e["epoch"],
                e["train_loss"],
                e.get("validation_loss"),
                e.get("balanced_accuracy"),
                "*" if e["is_best"] else "",
            )
            for e in epochs
        ],
    )
    figures = found.load_evaluation()
    if figures:
        console.print(
            f"Test: balanced accuracy {say_figure(figures, 'balanced_accuracy')} on {figures['n']}"
            " images.",
            markup=False,
        )


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
        found = api.resume(run, Follower(bar))
    report_run(found, as_json)


@app.command()
def delete(run: RunName) -> None:
    """Delete a run with its model."""
    found = find_run(find_workspace(), run)
    name = found.name
    found.delete()
    console.print(f"{name} is deleted.", markup=False)


@app.command()
def export(run: RunName, to: Annotated[Path, typer.Option(help="The zip to write.")]) -> None:
    """Write a run to a zip: weights, recipe, split, figures. No images."""
    console.print(f"Written: {export_run(find_run(find_workspace(), run), to)}", markup=False)


@app.command("import")
def import_zip(
    file: Annotated[Path, typer.Argument(help="A zip that 'runs export' wrote.")],
    as_json: AsJson = False,
) -> None:
    """Take in a run from a zip."""
    run = import_run(find_workspace(), file)
    if as_json:
        print_json({"run": run.name, "id": run.id, "state": run.state})
    else:
        console.print(f"{run.name} is imported.", markup=False)


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
        raise WeightsError(f"There is no backbone {name!r}. Known: {', '.join(BACKBONES)}.")
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
    figures = found.load_evaluation() or {}
    card = {
        "source_task": {
            "data": found.recipe.dataset,
            "test": {k: figures.get(k) for k in ("n", "accuracy", "balanced_accuracy")},
        },
        "recipe": json.loads(found.recipe.to_json()),
        "suggested_resolution_px": [found.recipe.image_size],
        "terms": (
            terms
            or "Not stated: ask who made it, and mind the terms of the images it learned from."
        ),
    }
    if to.suffix != ".safetensors":
        raise WeightsError(
            f"A backbone is written as .safetensors, not {to.suffix or 'without a suffix'}. Choose"
            " another name."
        )
    export_backbone(found.model_path, to, card)
    console.print(f"Written: {to} and {to.with_suffix('.json').name}", markup=False)
