"""`medapp data list`, `show`, `remove`: what there is."""

from collections.abc import Sequence
from typing import Any

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
from medapp.data.facts import list_values
from medapp.data.notes import describe
from medapp.data.samples import IN_PLACE, SPLITS
from medapp.runs.looks import count_test_reads
from medapp.runs.needed import remove_data_set
from medapp.store.workspace import find_workspace
from medapp.task import find_task

SHOWN = 8  # class names of a data set in a list
NOT_ATTRIBUTES = ("split", "patient", "site")
FEW_VALUES = 5  # of an attribute, the commonest
MOST_VALUES = 100  # in JSON


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
            ("data set", "images", "labels", "origin"),
            [(r["dataset"], r["images"], _name_some(r["classes"]), r["origin"]) for r in rows],
        )
    else:
        console.print(
            "No data sets yet. Register a folder with: medapp data add FOLDER — or make one with:"
            " medapp data add phantom"
        )


def _name_some(classes: Sequence[str]) -> str:
    """The first names of a long list; `show` and --json give all."""
    more = len(classes) - SHOWN
    shown = classes if more <= 1 else classes[:SHOWN]
    return ", ".join(shown) + (f" and {more:,} more" if more > 1 else "")


def show(name: DataSetName, as_json: AsJson = False) -> None:
    """Classes, splits and what to know of a data set."""
    workspace = find_workspace()
    catalog = Catalog(workspace)
    data_set = catalog.find_data_set(name)
    counts = catalog.count_classes(data_set)
    notes = describe(data_set, catalog)
    splits = catalog.count_splits(data_set)
    task = find_task(data_set.task)
    reads = count_test_reads(workspace, data_set)
    columns = {c: v for c, v in list_values(catalog, data_set).items() if c not in NOT_ATTRIBUTES}
    if as_json:
        print_json(
            {
                "dataset": data_set.name,
                "root": str(data_set.root),
                "images": sum(splits.values()),
                "task": task.name,
                "classes": counts,
                "splits": splits,
                "split_origin": data_set.split_origin,
                "draws": data_set.draws,
                "unreadable": [
                    {"file": f, "reason": r} for f, r in catalog.list_unreadable(data_set)
                ],
                "leaks": catalog.count_leaks(data_set),
                "attributes": {c: dict(list(v.items())[:MOST_VALUES]) for c, v in columns.items()},
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
        (task.noun, *SPLITS),
        [(c, *(counts.get(split, {}).get(c, 0) for split in SPLITS)) for c in data_set.classes],
    )
    console.print(f"Split: {data_set.split_origin}", markup=False)
    for column, values in columns.items():
        few = ", ".join(f"{value[:40]} {n:,}" for value, n in list(values.items())[:FEW_VALUES])
        rest = f" and {len(values) - FEW_VALUES:,} more" if len(values) > FEW_VALUES else ""
        console.print(f"{column}: {few}{rest}", markup=False)
    print_notes(notes)
    looks = f"was read {reads} times by runs that are kept" if reads else "has not been read yet"
    console.print(f"- The test split {looks}.")


def remove(name: DataSetName) -> None:
    """Forget a data set.

    A folder registered in place is not touched; uploaded and generated images are deleted.
    """
    catalog = Catalog(find_workspace())
    data_set = catalog.find_data_set(name)
    remove_data_set(catalog, data_set)
    console.print(
        f"{data_set.name} is removed."
        + (" No image was touched." if data_set.origin in IN_PLACE else "")
    )
