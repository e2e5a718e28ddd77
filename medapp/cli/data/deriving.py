"""`medapp data derive`: a data set out of others; nothing is copied."""

from typing import Annotated

import typer

from medapp.cli.output import AsJson, console, list_notes, print_json, print_notes
from medapp.data.catalog import Catalog
from medapp.data.deriving import Derivation, derive
from medapp.data.notes import describe
from medapp.data.samples import say_splits
from medapp.errors import DataError
from medapp.store.workspace import find_workspace

MERGE_HELP = "NEW=OLD+OLD: labels that become one, or, with one OLD, a new name. May come often."
WHERE_HELP = "COLUMN=VALUE: patient, site, split, or a further column. May come often."


def derive_set(
    name: Annotated[str, typer.Argument(help="What to call the new data set.")],
    sources: Annotated[
        list[str], typer.Option("--from", help="A data set; several are joined, each as a site.")
    ],
    merge: Annotated[list[str] | None, typer.Option(help=MERGE_HELP)] = None,
    drop: Annotated[
        list[str] | None, typer.Option(help="A class that is left away. May come often.")
    ] = None,
    where: Annotated[list[str] | None, typer.Option(help=WHERE_HELP)] = None,
    sample: Annotated[
        int | None, typer.Option(help="So many images, of each class and split its share.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the choice of --sample images.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Make a data set out of others: merge or drop classes, choose images, join. Nothing is copied.

    It is made of the images as they are now: later changes of its sources do not reach it.
    """
    catalog = Catalog(find_workspace())
    classes = {old: new for new, olds in map(_read_pair, merge or ()) for old in olds.split("+")}
    classes |= dict.fromkeys(drop or (), "")
    only: dict[str, tuple[str, ...]] = {}
    for column, value in map(_read_pair, where or ()):
        only[column] = (*only.get(column, ()), value)
    made = derive(catalog, name, Derivation(tuple(sources), classes, only, sample, seed))
    splits = catalog.count_splits(made)
    notes = describe(made, catalog)
    if as_json:
        facts = {"dataset": made.name, "images": sum(splits.values()), "splits": splits}
        more = {"classes": list(made.classes), "derivation": made.derivation}
        print_json({**facts, **more, "notes": list_notes(notes)})
        return
    console.print(f"{made.name}: {sum(splits.values())} images, {say_splits(splits)}.")
    for sentence in made.reading["sentences"]:
        console.print(f"  {sentence}")
    print_notes(notes)


def _read_pair(text: str) -> tuple[str, str]:
    name, divider, value = text.partition("=")
    if not divider or not name or not value:
        raise DataError(f"{text!r} is not of the form NAME=VALUE.", remedy="Write it with one =.")
    return name, value
