"""`medapp data copies`, `check`, `split`, `clean-split`: copies, and splits that mind them."""

from typing import Annotated

import typer

from medapp.cli.output import (
    AsJson,
    DataSetName,
    console,
    list_notes,
    print_json,
    print_notes,
    print_table,
)
from medapp.data.catalog import Catalog
from medapp.data.copies.within import list_copies
from medapp.data.notes import describe
from medapp.data.samples import say_splits
from medapp.data.splits.cleaning import make_clean_split
from medapp.data.splits.redrawing import find_near_copies, redraw_split
from medapp.store.workspace import find_workspace


def copies(name: DataSetName, as_json: AsJson = False) -> None:
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
        print_table(("group", "file", "split", "label", "copy"), cells)
    else:
        console.print(f"No image of {name} is a copy of another.")


def split(
    name: DataSetName,
    seed: Annotated[int, typer.Option(help="Of the drawing; another seed, another split.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Draw the split anew, in place of a published one too: 70% train, 15% validation, 15% test.

    Copies and images of one patient stay together. Runs keep the split that they learned with. How
    often the split was drawn is counted, and said.
    """
    catalog = Catalog(find_workspace())
    drawn = redraw_split(catalog, catalog.find_data_set(name), seed)
    splits = catalog.count_splits(drawn)
    notes = describe(drawn, catalog)
    if as_json:
        facts = {"dataset": drawn.name, "splits": splits, "split_origin": drawn.split_origin}
        rows = list_notes(notes)
        print_json({**facts, "seed": seed, "draws": drawn.draws, "notes": rows})
        return
    console.print(f"{drawn.name}: {say_splits(splits)}. {drawn.split_origin}")
    print_notes(notes)


def clean_split(name: DataSetName, as_json: AsJson = False) -> None:
    """Move the fewest images so that copies, and images of one patient, stand in one split.

    A published split is kept but for them; each move stands in the log and can be undone. Where a
    split would lose a class or half of its images, the split is drawn anew instead.
    """
    catalog = Catalog(find_workspace())
    cleaning = make_clean_split(catalog, catalog.find_data_set(name))
    notes = describe(cleaning.data_set, catalog)
    splits = catalog.count_splits(cleaning.data_set)
    if as_json:
        facts = {"dataset": cleaning.data_set.name, "splits": splits, "moved": cleaning.moved}
        rows = list_notes(notes)
        print_json({**facts, "is_drawn_anew": cleaning.is_drawn_anew, "notes": rows})
        return
    console.print(cleaning.describe())
    console.print(f"{say_splits(splits)}.")
    print_notes(notes)


def check(name: DataSetName, as_json: AsJson = False) -> None:
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
