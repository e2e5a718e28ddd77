"""`medapp data add`: register a folder, copy a zip, make the phantom."""

import os
from typing import Annotated, Any

import typer

from medapp.cli.output import AsJson, console, list_notes, print_json, print_notes
from medapp.data.alike import find_alike_classes
from medapp.data.catalog import Catalog
from medapp.data.importing import ImportReport, add_path, inspect
from medapp.data.layout import Layout
from medapp.data.left_out import summarise_left_out
from medapp.data.notes import describe
from medapp.phantom.data_set import add_phantom
from medapp.store.files import expand_path
from medapp.store.workspace import find_workspace


def add(
    path: Annotated[
        str,
        typer.Argument(
            help=(
                "A folder with a folder a class (stays where it is), a zip of one, or the word"
                " 'phantom'."
            )
        ),
    ],
    name: Annotated[
        str | None, typer.Option(help="What to call it; else the folder's name.")
    ] = None,
    patient_pattern: Annotated[
        str | None,
        typer.Option(
            help=(
                "A regular expression that finds the patient in a file's name, or with a slash in"
                " its path, such as '^.{8}' or '/(P\\d+)/'."
            )
        ),
    ] = None,
    layout: Annotated[
        str | None,
        typer.Option(
            help=(
                "What each folder says, from the top: {label}, {patient}, {split}, {site}, {any},"
                " such as '{patient}/{label}'. Else MedApp tells, or asks."
            )
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how it would be read, and store nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Register a folder of images, copy a zip into the workspace, or make the phantom data set."""
    given = expand_path(path)
    is_phantom = path == "phantom" and not os.path.exists(given)  # noqa: PTH110
    if dry_run and not is_phantom:
        _print_layout(inspect(given, layout), as_json)
        return
    workspace = find_workspace()
    if is_phantom:
        report = add_phantom(workspace, name or "Phantom")
    else:
        report = add_path(workspace, given, name, patient_pattern=patient_pattern, layout=layout)
    notes = describe(report.data_set, Catalog(workspace))
    if as_json:
        print_json({**_to_dict(report), "notes": list_notes(notes)})
        return
    classes = len(report.data_set.classes)
    splits = ", ".join(f"{images} {split}" for split, images in report.splits.items())
    console.print(f"{report.data_set.name}: {report.images} images, {classes} classes; {splits}.")
    for sentence in report.sentences:
        console.print(f"  {sentence}")
    for sentence in summarise_left_out(report.unreadable):
        console.print(f"  left out: {sentence}")
    print_notes(notes)


def _print_layout(layout: Layout, as_json: bool) -> None:
    """How a folder would be read, or what has to be answered first."""
    if as_json:
        print_json(layout.to_dict())
        return
    for sentence in layout.describe():
        console.print(sentence)
    for candidate in layout.candidates:
        console.print(f"  --layout '{candidate.template}' gives {candidate.describe()}")
    if layout.question:
        console.print(layout.remedy)
    for sentence in summarise_left_out(layout.left_out):
        console.print(f"  left out: {sentence}")
    print_notes(find_alike_classes(layout.classes))
    console.print("Nothing was stored.")


def _to_dict(report: ImportReport) -> dict[str, Any]:
    return {
        "dataset": report.data_set.name,
        "images": report.images,
        "classes": list(report.data_set.classes),
        "splits": report.splits,
        "layout": list(report.sentences),
        "unreadable": [{"file": file, "reason": reason} for file, reason in report.unreadable],
        "leaks": report.leaks,
    }
