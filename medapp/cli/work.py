"""`medapp train`, `evaluate`, `predict`: the main job."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from medapp import session as api
from medapp.cli.output import AsJson, console, errors, print_json, print_table, say_figure
from medapp.errors import RunError
from medapp.evaluation.metrics import METRICS
from medapp.imaging.image import IMAGE_SUFFIXES
from medapp.runs.events import Event
from medapp.runs.run import Run, find_run
from medapp.store.files import write_bytes
from medapp.store.workspace import find_workspace
from medapp.training.recipe.recipe import STRATEGIES, parse_assignments

RunName = Annotated[str, typer.Argument(metavar="RUN", help="A run's name or id.")]


def train(
    data: Annotated[str, typer.Option(help="A data set's name.")],
    source: Annotated[
        str,
        typer.Option("--from", help="bundled, a backbone's name, a weights file, a run, or none."),
    ] = "bundled",
    strategy: Annotated[str, typer.Option(help=", ".join(STRATEGIES) + ".")] = "fine-tune",
    epochs: Annotated[int | None, typer.Option(help="Passes over the training images.")] = None,
    image_size: Annotated[
        int | None, typer.Option(help="Side of the square the network sees, in px.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Of everything random.")] = None,
    name: Annotated[str | None, typer.Option(help="What to call the run.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="Any field of the recipe; may be repeated."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train a network; the run is seen live in the browser too.

    Ctrl-C stops it and keeps the best model.
    """
    values: dict[str, Any] = {
        "source": source,
        "strategy": strategy,
        **parse_assignments(settings or []),
    }
    values |= {
        key: value
        for key, value in (("epochs", epochs), ("image_size", image_size), ("seed", seed))
        if value is not None
    }
    with open_bar() as bar:
        run = api.train(data, name=name, on_event=Follower(bar), **values)
    report_run(run, as_json)


def open_bar() -> Progress:
    """A progress bar on standard error."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=errors, transient=True)


class Follower:
    """Turns events into a progress bar."""

    def __init__(self, bar: Progress) -> None:
        self.bar, self.task = bar, bar.add_task("starting", total=None)

    def __call__(self, event: Event) -> None:
        kind = event["kind"]
        if kind == "plan":
            self.bar.update(
                self.task, total=event["epochs"] * event["steps_per_epoch"], completed=0
            )
        elif kind == "progress":
            self.bar.update(
                self.task, description=f"{event['text']} {event['done']}/{event['total']}"
            )
        elif kind == "step":
            words = f"epoch {event['epoch']}, {event['images_per_second']:.0f} images/s"
            self.bar.update(self.task, completed=event["step"], description=words)
        elif kind == "epoch":
            validation = (
                f", validation {event['validation_loss']:.3f}" if "validation_loss" in event else ""
            )
            best = " (best)" if event["is_best"] else ""
            self.bar.console.print(
                f"epoch {event['epoch']}: loss {event['train_loss']:.3f}{validation}{best}"
            )
        elif kind == "message" or (
            kind == "state" and event["state"] in ("evaluating", "interrupted")
        ):
            self.bar.console.print(
                event.get("text") or event.get("reason") or event["state"], markup=False
            )


def report_run(run: Run, as_json: bool) -> None:
    """What came of a training."""
    epochs = [e for e in run.events if e["kind"] == "epoch"]
    best = next((e["epoch"] for e in reversed(epochs) if e["is_best"]), None)
    figures, seconds = run.load_evaluation(), run.seconds
    if as_json:
        print_json(
            {
                "run": run.name,
                "id": run.id,
                "state": run.state,
                "best_epoch": best,
                "epochs": len(epochs),
                "seconds": seconds,
            }
        )
        return
    console.print(
        f"{run.name}: {run.state}, best epoch {best} of {len(epochs)}, {seconds:.1f} s.",
        markup=False,
    )
    if figures:
        figure = say_figure(figures, "balanced_accuracy")
        console.print(
            f"Balanced accuracy on {figures['n']} test images: {figure} (95% interval).",
            markup=False,
        )


def evaluate(
    run: RunName,
    split: Annotated[str, typer.Option(help="test or validation.")] = "test",
    data: Annotated[
        str | None,
        typer.Option(help="Another data set with the same classes (external validation)."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Figures of a run on images it did not learn from, each with its 95% interval."""
    if split not in ("test", "validation"):
        raise typer.BadParameter("choose test or validation", param_hint="--split")
    figures = api.evaluate(run, split, data)
    if as_json:
        print_json(figures)
        return
    console.print(
        f"{run} on {figures['n']} images of {figures['dataset']} ({figures['split']}), with 95%"
        " intervals:",
        markup=False,
    )
    print_table(
        ("metric", "value"),
        [(name.replace("_", " "), say_figure(figures, name)) for name in METRICS],
    )
    classes = figures["classes"]
    print_table(
        ("truth \\ prediction", *classes),
        [(c, *row) for c, row in zip(classes, figures["confusion"], strict=True)],
    )
    for note in figures.get("notes", ()):
        console.print(f"- {note}", markup=False)


def predict(
    run: RunName,
    images: Annotated[
        list[Path], typer.Argument(metavar="IMAGE…", help="Files, or folders of files.")
    ],
    cam: Annotated[
        Path | None, typer.Option(help="A folder for heatmaps, one PNG an image.")
    ] = None,
    method: Annotated[
        str, typer.Option(help="gradcam, gradcam++, hirescam, eigencam or layercam.")
    ] = "gradcam",
    class_name: Annotated[
        str | None, typer.Option("--class", help="The class to explain; else the predicted one.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Class probabilities for images, and heatmaps that show why.

    For research, not for diagnosis.
    """
    from medapp.prediction.files import draw_heatmap

    files: list[Path] = []
    for path in images:
        # Path.is_dir raises where it may not look.
        files += _list_images(path) if os.path.isdir(path) else [path]  # noqa: PTH112
    if not files:
        raise RunError("There is no image in the folders given. Name files or folders of images.")
    rows: list[dict[str, Any]] = []
    for prediction in api.predict(run, files, method if cam else None, class_name):
        row: dict[str, Any] = {
            "file": str(prediction.file),
            "label": prediction.label,
            "probabilities": prediction.probabilities,
        }
        row["cam"] = None
        if cam is not None and prediction.heatmap is not None:
            number = f"{len(rows):04d}-" if _has_twin(prediction.file, files) else ""
            target = cam / f"{number}{prediction.file.stem}.png"
            write_bytes(target, draw_heatmap(prediction))
            row["cam"] = str(target)
            row["note"] = prediction.heatmap.note
        rows.append({**row, "error": prediction.error})
    if as_json:
        print_json(rows)
        return
    print_table(
        ("file", "label", "probability", "note"),
        [
            (
                r["file"],
                r["label"],
                max(r["probabilities"].values(), default=None),
                r["error"] or r.get("note"),
            )
            for r in rows
        ],
    )
    name = find_run(find_workspace(), run).name
    console.print(f"{name}. For research, not for diagnosis.", markup=False)


def _list_images(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in IMAGE_SUFFIXES)


def _has_twin(file: Path, files: list[Path]) -> bool:
    return sum(other.stem == file.stem for other in files) > 1
