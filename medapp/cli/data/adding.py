"""`medapp data add`: register a folder, copy a zip, make the phantom."""

import contextlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import typer

from medapp.cli.data.options import (
    AddedPath,
    BadRows,
    Blank,
    DryRun,
    ImageColumn,
    LabelColumns,
    LabelKind,
    LabelTables,
    LayoutChoice,
    Masks,
    NewName,
    PatientColumn,
    PatientPattern,
    Plane,
    Separator,
    Shortcuts,
    SiteColumn,
    Slices,
    SplitColumn,
    Uncertain,
    Windows,
    read_shares,
)
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
from medapp.data.catalog import Catalog
from medapp.data.containers import PLANES, SliceChoice
from medapp.data.importing.adding import add_path
from medapp.data.importing.batch import ImportReport
from medapp.data.importing.choice import ImportChoice
from medapp.data.importing.previewing import Preview, list_warnings, preview
from medapp.data.importing.remembering import count_remembered
from medapp.data.layouts.layout import TO_LOOK
from medapp.data.layouts.left_out import group_left_out, summarise_left_out
from medapp.data.layouts.roles import Asked, TableChoice
from medapp.data.notes import describe
from medapp.data.preprocessing import load_preprocess
from medapp.data.samples import UNLABELLED, say_splits
from medapp.errors import DataError, WorkspaceError, read_remedy
from medapp.notes import Note
from medapp.phantom.data_set import add_phantom, refuse_shortcut
from medapp.store.files import expand_path
from medapp.store.plain import quote_word, write_cells
from medapp.store.threads import OnProgress
from medapp.store.workspace import Workspace, find_workspace
from medapp.task import find_task

STOPPED = 130  # the status of what Ctrl-C has ended, as shells have it


def add(
    path: AddedPath,
    name: NewName = None,
    patient_pattern: PatientPattern = None,
    layout: LayoutChoice = None,
    plane: Plane = PLANES[0],
    slices: Slices = "",
    labels: LabelTables = None,
    image_column: ImageColumn = None,
    label_column: LabelColumns = None,
    patient_column: PatientColumn = None,
    site_column: SiteColumn = None,
    split_column: SplitColumn = None,
    separator: Separator = None,
    label_kind: LabelKind = None,
    uncertain: Uncertain = None,
    blank: Blank = None,
    masks: Masks = "none",
    windows: Windows = "",
    bad_rows: BadRows = None,
    shortcut: Shortcuts = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Register a folder of images, copy those of a zip or another file, or make the phantom."""
    given = _read_path(path)
    columns = (image_column, tuple(label_column) if label_column else None, patient_column)
    more = (site_column, split_column, separator, label_kind, uncertain, blank)
    choice = ImportChoice(
        layout,
        patient_pattern,
        SliceChoice(plane, slices),
        TableChoice(tuple(labels or ()), Asked(*columns, *more)),
        has_mask_boxes=masks == "boxes",
        windows=windows,
    )
    is_phantom = path == "phantom" and not os.path.exists(given)  # noqa: PTH110
    planted = read_shares(shortcut)
    if not is_phantom:
        refuse_shortcut(planted)
    if dry_run and not is_phantom:
        shown = preview(given, choice)
        _write_bad_rows(bad_rows, [asdict(row) for row in shown.layout.bad_rows])
        _print_preview(shown, as_json)
        return
    workspace = find_workspace()
    with _follow(workspace, given) as show:
        if is_phantom:
            report = add_phantom(workspace, name, show, planted)
        else:
            report = add_path(workspace, given, name, choice, show)
    _write_bad_rows(bad_rows, report.data_set.reading.get("bad_rows", ()))
    _print_report(report, describe(report.data_set, Catalog(workspace)), as_json)


def _read_path(path: str) -> Path:
    if not path.strip():
        raise DataError(
            "No path was given: it is empty.",
            remedy="Name a folder or a file, or '.' for the folder you are in.",
        )
    return expand_path(path)


@contextlib.contextmanager
def _follow(workspace: Workspace, path: Path) -> Iterator[OnProgress]:
    """How far an import is, on standard error.

    Raises:
        typer.Exit: the user pressed Ctrl-C; a sentence says what is left of the import.
    """
    try:
        with open_bar() as bar:
            yield follow_files(bar, "reading", "finding copies and splits")
    except KeyboardInterrupt:
        errors.print(say_stopped(workspace, path))
        raise typer.Exit(STOPPED) from None


def say_stopped(workspace: Workspace, path: Path) -> str:
    """What became of an import that was stopped, and how it goes on."""
    read = count_remembered(workspace, path)
    if read == 0:
        return "Stopped: nothing was registered. The same command begins again."
    files = "1 file is" if read == 1 else f"{read:,} files are"
    return (
        "Stopped: nothing was registered. The same command goes on where it was:"
        f" {files} read already."
    )


def _print_report(report: ImportReport, notes: Sequence[Note], as_json: bool) -> None:
    """What came in, and what to know of it."""
    if as_json:
        said = {"warnings": list_warnings(notes), "notes": list_notes(notes)}
        print_json({**_to_dict(report), **said})
        return
    classes = len(report.data_set.classes)
    task = find_task(report.data_set.task)
    noun = task.noun if classes == 1 else task.nouns
    said_classes = f"{classes} {noun}"
    if report.data_set.classes == (UNLABELLED,):
        said_classes = "without labels"
    name, splits = report.data_set.name, say_splits(report.splits)
    console.print(f"{name}: {report.images} images, {said_classes}; {splits}.")
    for sentence in report.sentences:
        console.print(f"  {sentence}")
    kept = load_preprocess(report.data_set).windows
    if kept:
        asked = f"medapp train --data '{report.data_set.name}' --set windows='{kept}'"
        console.print(f"  Trainings on the page begin with the windows {kept}; here: {asked}")
    for sentence in summarise_left_out(report.unreadable):
        console.print(f"  left out: {sentence}")
    print_notes(notes)


def _write_bad_rows(to: str | None, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows that are not used as CSV, with nothing in it that a spreadsheet would compute."""
    if not to:
        return
    path = Path(to)
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
        titles = (find_task(shown.layout.task).noun, *(split or "images" for split in counts))
        rows = [(c, *(by_class[c] for by_class in counts.values())) for c in shown.layout.classes]
        print_table(titles, rows)
    for candidate in shown.layout.candidates:
        console.print(f"  {candidate.option} gives {candidate.describe()}")
    for below in shown.layout.below:
        path = quote_word(str(shown.layout.root / below.path))
        console.print(f"  {below.describe()}: medapp data add {path}", soft_wrap=True)
    if shown.layout.question:
        console.print(f"{read_remedy(shown.layout.remedy).in_shell} {TO_LOOK.in_shell}".strip())
    for sentence in summarise_left_out(shown.layout.left_out):
        console.print(f"  left out: {sentence}")
    if shown.ct_windows and shown.ct_windows.suggested:
        console.print(f"To keep them: --windows '{', '.join(shown.ct_windows.suggested)}'")
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
