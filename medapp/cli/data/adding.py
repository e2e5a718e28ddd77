"""`medapp data add`: register a folder, copy a zip, make the phantom."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from medapp.cli.output import AsJson, console, list_notes, print_json, print_notes, print_table
from medapp.data.batch import ImportReport
from medapp.data.catalog import Catalog
from medapp.data.containers import PLANES, SliceChoice
from medapp.data.importing import add_path
from medapp.data.left_out import group_left_out, summarise_left_out
from medapp.data.notes import describe
from medapp.data.previewing import Preview, list_warnings, preview
from medapp.data.roles import Asked, TableChoice
from medapp.errors import DataError, WorkspaceError
from medapp.phantom.data_set import add_phantom
from medapp.store.files import expand_path
from medapp.store.plain import write_cells
from medapp.store.workspace import find_workspace
from medapp.task import find_task

MaskUse = Literal["none", "boxes"]


def add(
    path: Annotated[
        str,
        typer.Argument(
            help=(
                "A folder with a folder a class (stays where it is); a zip of one; a .npz, Parquet"
                " or NIfTI (.nii, .nii.gz) with images and labels, or a folder of them; or the word"
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
                " such as '{patient}/{label}'; '{label}_{number}.*' for classes in file names; or"
                " 'header:view' for classes from a column of DICOM headers. Else"
                " MedApp tells, or asks."
            )
        ),
    ] = None,
    plane: Annotated[
        str, typer.Option(help=f"Of NIfTI: which slices are taken: {', '.join(PLANES)}.")
    ] = PLANES[0],
    slices: Annotated[
        str,
        typer.Option(
            "--slices",
            "--frames",
            help=(
                "Which slices of volumes, or frames and pages of files, become images: all, middle,"
                " every:5, 7 or 40-60. Else all slices that are not empty, and one frame of a file."
            ),
        ),
    ] = "",
    labels: Annotated[
        list[str] | None,
        typer.Option(
            help=(
                "A table that says what the images show: CSV, TSV, Excel, Parquet, JSON lines; a"
                " path, or its name in the folder or zip. May come often: tables are put together."
                " Else a table beside the images is taken."
            )
        ),
    ] = None,
    image_column: Annotated[
        str | None, typer.Option(help="The table's column that names the images' files.")
    ] = None,
    label_column: Annotated[
        list[str] | None,
        typer.Option(help="The table's column of labels; several for a column a finding."),
    ] = None,
    patient_column: Annotated[
        str | None, typer.Option(help="The table's column of patients; '' for none.")
    ] = None,
    site_column: Annotated[
        str | None, typer.Option(help="The table's column of sites; '' for none.")
    ] = None,
    split_column: Annotated[
        str | None, typer.Option(help="The table's column of the split; '' for none.")
    ] = None,
    separator: Annotated[
        str | None,
        typer.Option(help="What divides several findings in one cell, such as '|'; '' for none."),
    ] = None,
    label_kind: Annotated[
        str | None,
        typer.Option(help="single, several (findings an image) or ordinal (grades in order)."),
    ] = None,
    uncertain: Annotated[
        str | None,
        typer.Option(help="What -1 in a column of a finding counts as: unknown, present, absent."),
    ] = None,
    blank: Annotated[
        str | None,
        typer.Option(
            help=(
                "What an empty cell in a column of a finding counts as: unknown or absent. Else"
                " absent where the column never says 0."
            )
        ),
    ] = None,
    masks: Annotated[
        MaskUse,
        typer.Option(help="What masks beside images become: boxes, or none."),
    ] = "none",
    bad_rows: Annotated[
        str | None, typer.Option(help="A CSV file to write the table's unused rows to.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how it would be read, and store nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Register a folder of images, copy those of a zip or another file, or make the phantom."""
    if not path.strip():
        raise DataError(
            "No path was given: it is empty.",
            remedy="Name a folder or a file, or '.' for the folder you are in.",
        )
    given = expand_path(path)
    choice = SliceChoice(plane, slices)
    is_phantom = path == "phantom" and not os.path.exists(given)  # noqa: PTH110
    asked = Asked(
        image_column,
        tuple(label_column) if label_column else None,
        patient_column,
        site_column,
        split_column,
        separator,
        label_kind,
        uncertain,
        blank,
    )
    table = TableChoice(tuple(labels or ()), asked)
    if dry_run and not is_phantom:
        shown = preview(given, layout, patient_pattern, choice, table)
        if bad_rows:
            _write_bad_rows(Path(bad_rows), [asdict(row) for row in shown.layout.bad_rows])
        _print_preview(shown, as_json)
        return
    workspace = find_workspace()
    if is_phantom:
        report = add_phantom(workspace, name or "Phantom")
    else:
        report = add_path(
            workspace,
            given,
            name,
            patient_pattern=patient_pattern,
            layout=layout,
            slices=choice,
            table=table,
            has_mask_boxes=masks == "boxes",
        )
    if bad_rows:
        _write_bad_rows(Path(bad_rows), report.data_set.reading.get("bad_rows", ()))
    notes = describe(report.data_set, Catalog(workspace))
    if as_json:
        said = {"warnings": list_warnings(notes), "notes": list_notes(notes)}
        print_json({**_to_dict(report), **said})
        return
    classes = len(report.data_set.classes)
    task = find_task(report.data_set.task)
    noun = task.noun if classes == 1 else task.nouns
    splits = ", ".join(f"{images} {split}" for split, images in report.splits.items())
    console.print(f"{report.data_set.name}: {report.images} images, {classes} {noun}; {splits}.")
    for sentence in report.sentences:
        console.print(f"  {sentence}")
    for sentence in summarise_left_out(report.unreadable):
        console.print(f"  left out: {sentence}")
    print_notes(notes)


def _write_bad_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows that are not used as CSV, with nothing in it that a spreadsheet would compute."""
    columns = ("table", "row", "image", "reason")
    cells = [columns, *(tuple(row[column] for column in columns) for row in rows)]
    try:
        path.write_text(write_cells(cells), "utf-8")
    except OSError as error:
        raise WorkspaceError(
            f"{path} cannot be written: {error.strerror}.", remedy="Name another file."
        ) from error


def _print_preview(shown: Preview, as_json: bool) -> None:
    """How a path would be read, or what has to be answered first."""
    if as_json:
        print_json(shown.to_dict())
        return
    for sentence in shown.describe():
        console.print(sentence)
    counts = shown.count_classes()
    if counts:
        titles = ("class", *(split or "images" for split in counts))
        rows = [(c, *(by_class[c] for by_class in counts.values())) for c in shown.layout.classes]
        print_table(titles, rows)
    for candidate in shown.layout.candidates:
        console.print(f"  --layout '{candidate.template}' gives {candidate.describe()}")
    if shown.layout.question:
        console.print(shown.layout.remedy)
    for sentence in summarise_left_out(shown.layout.left_out):
        console.print(f"  left out: {sentence}")
    print_notes(shown.notes)
    console.print("Nothing was stored.")


def _to_dict(report: ImportReport) -> dict[str, Any]:
    left = [asdict(found) for found in group_left_out(report.unreadable)]
    return {
        "dataset": report.data_set.name,
        "images": report.images,
        "classes": list(report.data_set.classes),
        "splits": report.splits,
        "split_origin": report.data_set.split_origin,
        "layout": report.data_set.reading.get("layout", ""),
        "sentences": list(report.sentences),
        "patients": report.patients,
        "passed_over": [*left, *report.data_set.reading.get("passed_over", ())],
        "unreadable": [{"file": file, "reason": reason} for file, reason in report.unreadable],
        "leaks": report.leaks,
        "task": report.data_set.task,
        "table": report.data_set.reading.get("table"),
        "bad_rows": report.data_set.reading.get("bad_rows", []),
        "bad_row_count": report.data_set.reading.get("bad_row_count", 0),
    }
