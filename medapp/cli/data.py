"""`medapp data`: register, list, show and remove data sets."""

import os
from typing import Annotated, Any

import typer

from medapp.cli.output import AsJson, console, list_notes, print_json, print_notes, print_table
from medapp.data.alike import find_alike_classes
from medapp.data.catalog import Catalog
from medapp.data.copies import list_copies
from medapp.data.importing import ImportReport, add_path, inspect
from medapp.data.layout import Layout
from medapp.data.left_out import summarise_left_out
from medapp.data.notes import describe
from medapp.data.redrawing import find_near_copies, redraw_split
from medapp.data.samples import SPLITS
from medapp.phantom.data_set import add_phantom
from medapp.runs.looks import count_test_reads
from medapp.store.files import expand_path
from medapp.store.workspace import find_workspace

app = typer.Typer(
    no_args_is_help=True, help="Data sets: register, list, show, copies, split, remove."
)
Name = Annotated[str, typer.Argument(help="A data set's name.")]


@app.command()
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


@app.command("list")
def list_sets(as_json: AsJson = False) -> None:
    """All data sets of the workspace."""
    catalog = Catalog(find_workspace())
    rows: list[dict[str, Any]] = [
        {
            "dataset": d.name,
            "images": catalog.count_samples(d),
            "classes": list(d.classes),
            "origin": d.origin,
            "root": str(d.root),
        }
        for d in catalog.list_data_sets()
    ]
    if as_json:
        print_json(rows)
    elif rows:
        print_table(
            ("data set", "images", "classes", "origin"),
            [(r["dataset"], r["images"], ", ".join(r["classes"]), r["origin"]) for r in rows],
        )
    else:
        console.print(
            "No data sets yet. Register a folder with: medapp data add FOLDER — or make one with:"
            " medapp data add phantom"
        )


@app.command()
def show(name: Name, as_json: AsJson = False) -> None:
    """Classes, splits and what to know of a data set."""
    workspace = find_workspace()
    catalog = Catalog(workspace)
    data_set = catalog.find_data_set(name)
    counts = catalog.count_classes(data_set)
    notes = describe(data_set, catalog)
    splits = {split: sum(counts.get(split, {}).values()) for split in SPLITS}
    reads = count_test_reads(workspace, data_set)
    if as_json:
        print_json(
            {
                "dataset": data_set.name,
                "root": str(data_set.root),
                "images": sum(splits.values()),
                "classes": counts,
                "splits": splits,
                "split_origin": data_set.split_origin,
                "draws": data_set.draws,
                "unreadable": [
                    {"file": f, "reason": r} for f, r in catalog.list_unreadable(data_set)
                ],
                "leaks": catalog.count_leaks(data_set),
                "notes": list_notes(notes),
                "test_reads": reads,
            }
        )
        return
    console.print(
        f"{data_set.name} · {sum(splits.values())} images · {data_set.origin} · {data_set.root}",
        markup=False,
    )
    print_table(
        ("class", *SPLITS),
        [(c, *(counts.get(split, {}).get(c, 0) for split in SPLITS)) for c in data_set.classes],
    )
    console.print(f"Split: {data_set.split_origin}", markup=False)
    print_notes(notes)
    looks = f"was read {reads} times by runs that are kept" if reads else "has not been read yet"
    console.print(f"- The test split {looks}.")


@app.command()
def copies(name: Name, as_json: AsJson = False) -> None:
    """Which images are copies of one another, leaks first: file, split and class of each."""
    catalog = Catalog(find_workspace())
    groups = list_copies(catalog.load_samples(catalog.find_data_set(name)))
    rows = [
        {
            "is_exact": group.is_exact,
            "is_leak": group.is_leak,
            "contradicts": len(group.labels) > 1,
            "images": [{"file": s.name, "split": s.split, "label": s.label} for s in group.samples],
        }
        for group in groups
    ]
    if as_json:
        print_json(rows)
        return
    cells = [
        (number, image.name, image.split, image.label, "same bytes" if group.is_exact else "near")
        for number, group in enumerate(groups, start=1)
        for image in group.samples
    ]
    if cells:
        print_table(("group", "file", "split", "class", "copy"), cells)
    else:
        console.print(f"No image of {name} is a copy of another.")


@app.command()
def split(
    name: Name,
    seed: Annotated[int, typer.Option(help="Of the drawing; another seed, another split.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Draw the split anew, in place of a published one too: 70% train, 15% validation, 15% test.

    Copies and images of one patient stay together. Runs keep the split that they learned with. How
    often the split was drawn is counted, and said.
    """
    catalog = Catalog(find_workspace())
    drawn = redraw_split(catalog, catalog.find_data_set(name), seed)
    counts = catalog.count_classes(drawn)
    splits = {split: sum(by_class.values()) for split, by_class in counts.items()}
    notes = describe(drawn, catalog)
    if as_json:
        facts = {"dataset": drawn.name, "splits": splits, "split_origin": drawn.split_origin}
        rows = list_notes(notes)
        print_json({**facts, "seed": seed, "draws": drawn.draws, "notes": rows})
        return
    words = ", ".join(f"{images} {split}" for split, images in splits.items())
    console.print(f"{drawn.name}: {words}. {drawn.split_origin}")
    print_notes(notes)


@app.command()
def check(name: Name, as_json: AsJson = False) -> None:
    """Look for near copies in a data set that an older MedApp has added."""
    catalog = Catalog(find_workspace())
    data_set = catalog.find_data_set(name)
    unread = find_near_copies(catalog, data_set)
    notes = describe(data_set, catalog)
    if as_json:
        rows = list_notes(notes)
        print_json({"dataset": data_set.name, "not_compared": unread, "notes": rows})
        return
    if unread:
        console.print(f"{unread} images are gone or have changed, and were not compared.")
    print_notes(notes)


@app.command()
def remove(name: Name) -> None:
    """Forget a data set.

    A folder registered in place is not touched; uploaded and generated images are deleted.
    """
    catalog = Catalog(find_workspace())
    data_set = catalog.find_data_set(name)
    catalog.remove(data_set)
    console.print(
        f"{data_set.name} is removed."
        + (" Its folder was not touched." if data_set.origin == "registered" else "")
    )
