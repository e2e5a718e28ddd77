"""`medapp data similar`: the images that are most like one."""

from typing import Annotated, Any

import typer

from medapp.audit.similarity import MOST, Similarity, compare
from medapp.cli.output import (
    AsJson,
    DataSetName,
    console,
    follow_files,
    open_bar,
    print_json,
    print_table,
)
from medapp.data.catalog import Catalog
from medapp.data.samples import DataSet
from medapp.data.selecting import select_one
from medapp.store.workspace import find_workspace
from medapp.task import find_task


def similar(
    name: DataSetName,
    image: Annotated[str, typer.Argument(help="Its name as the data set has it.")],
    most: Annotated[
        int, typer.Option(min=1, help="How many, beside copies of the picture.")
    ] = MOST,
    other_patients: Annotated[
        bool,
        typer.Option("--other-patients", help="Without copies, and others of the same patient."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """The images that are most like one, in what a network sees: class, split, distance.

    Copies of the picture come first, and are said to be copies. A distance of 0 is the same to the
    network. Images are read once; what was seen is kept.
    """
    workspace = find_workspace()
    catalog = Catalog(workspace)
    data_set = catalog.find_data_set(name)
    sample = select_one(catalog.load_samples(data_set, with_left_out=True), image)
    with open_bar() as bar:
        show = follow_files(bar, "Reading the images", "Comparing")
        found = compare(workspace, data_set, sample, most, not other_patients, show)
    if as_json:
        print_json(_describe(data_set, found))
    else:
        _print(data_set, found)


def _describe(data_set: DataSet, found: Similarity) -> dict[str, Any]:
    return {
        "dataset": data_set.name,
        "image": found.sample.name,
        "label": found.sample.label,
        "split": found.sample.split,
        "compared": found.compared,
        "unread": found.unread,
        "similar": [
            {
                "name": like.sample.name,
                "label": like.sample.label,
                "split": like.sample.split,
                "patient": like.sample.patient,
                "distance": round(like.distance, 6),
                "is_copy": like.is_copy,
                "is_same_patient": like.is_same_patient,
            }
            for like in found.likes
        ],
    }


def _print(data_set: DataSet, found: Similarity) -> None:
    task = find_task(data_set.task)
    sample = found.sample
    said = f"{sample.name}: {task.say_label(sample.label)}, {sample.split} split."
    console.print(f"{said} Compared with {found.compared:,} images.")
    if found.likes:
        rows = [
            (s.name, task.say_label(s.label), s.split, like.distance, like.describe())
            for like in found.likes
            for s in [like.sample]
        ]
        print_table(("image", task.noun, "split", "distance", ""), rows)
    if found.unread:
        console.print(f"- {found.unread:,} images were not compared: their files cannot be used.")
