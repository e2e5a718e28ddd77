"""`medapp data update`: what has changed in a data set's folder comes in."""

from dataclasses import asdict

from medapp.cli.output import AsJson, DataSetName, console, list_notes, print_json, print_notes
from medapp.data.catalog import Catalog
from medapp.data.importing.updating import update
from medapp.data.layouts.left_out import summarise_left_out
from medapp.data.notes import describe
from medapp.store.workspace import find_workspace


def update_set(name: DataSetName, as_json: AsJson = False) -> None:
    """Take in new and changed files of a folder; images whose files are gone are left out.

    Runs keep the images that they learned from.
    """
    catalog = Catalog(find_workspace())
    data_set = catalog.find_data_set(name)
    changes = update(catalog, data_set)
    notes = describe(catalog.find_data_set(data_set.uid), catalog)
    if as_json:
        print_json({"dataset": data_set.name, **asdict(changes), "notes": list_notes(notes)})
        return
    for sentence in changes.describe() or ("Nothing has changed.",):
        console.print(sentence)
    for sentence in summarise_left_out(changes.left_out):
        console.print(f"  left out: {sentence}")
    print_notes(notes)
