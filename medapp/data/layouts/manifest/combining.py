"""Several tables of the same images to one: parts of one table, or further columns of it.

Tables with the same columns are put one below the other, and what their names say of a split
becomes a column: `train.csv` and `valid.csv`. A table with other columns adds them to the rows of
the same image: a list of a split, or a table of patients.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from medapp.data.layouts.listing import Parts
from medapp.data.layouts.manifest.guessing import guess_roles
from medapp.data.layouts.manifest.matching import match_cells
from medapp.data.layouts.roles import Asked, Roles
from medapp.data.layouts.tables import Table
from medapp.data.layouts.template import find_split_in
from medapp.errors import DataError

SPLIT = "split"
FOLDER = "folder of the table"


def combine_tables(
    tables: Sequence[Table], names: Sequence[Parts], asked: Asked
) -> tuple[Table, Asked]:
    """One table out of several, and what is asked of it.

    The first that has labels is the one that others add to; its column of labels is taken.

    Args:
        names: of the images that are there.

    Raises:
        DataError: no column of a table names an image.
    """
    stacked = _stack(tables)
    if len(stacked) == 1:
        return stacked[0], asked
    # A column that was asked for may be in any of the tables.
    guessed = [(table, guess_roles(table, names, keep_known(table, asked))) for table in stacked]
    guessed.sort(key=lambda pair: not pair[1].labels)
    table, roles = guessed[0]
    for other, its_roles in guessed[1:]:
        table = _join(table, roles, other, its_roles, names)
    if asked.labels is None and roles.labels:
        asked = replace(asked, labels=roles.labels)
    return table, replace(asked, image=roles.image)


def keep_known(table: Table, asked: Asked) -> Asked:
    """What is asked of columns that this one of several tables has."""

    def keep(column: str | None) -> str | None:
        return column if column in table.columns else None

    labels = tuple(label for label in asked.labels or () if label in table.columns)
    return Asked(keep(asked.image), labels or None, keep(asked.patient), split=keep(asked.split))


def _stack(tables: Sequence[Table]) -> list[Table]:
    """The tables, those of the same columns as one."""
    groups: dict[tuple[str, ...], list[Table]] = defaultdict(list)
    for table in tables:
        groups[table.columns].append(table)
    return [_stack_alike(group) for group in groups.values()]


def _stack_alike(tables: Sequence[Table]) -> Table:
    first = tables[0]
    splits = [find_split_in(table.name) for table in tables]
    has_splits = all(splits) and SPLIT not in first.columns
    if has_splits and (len(tables) > 1 or len(first.columns) == 1):
        tables = [
            _add_split(table, split or "") for table, split in zip(tables, splits, strict=True)
        ]
    else:
        tables = _tell_apart(tables)
    said = [sentence for table in tables for sentence in table.sentences]
    if len(tables) > 1:
        said.append(f"{', '.join(table.name for table in tables)} are read as one table.")
    return replace(
        tables[0],
        name=" + ".join(table.name for table in tables),
        rows=tuple(row for table in tables for row in table.rows),
        numbers=tuple(number for table in tables for number in table.numbers),
        sources=tuple(table.find_source(i) for table in tables for i in range(len(table.rows))),
        sentences=tuple(said),
    )


def _tell_apart(tables: Sequence[Table]) -> list[Table]:
    """Tables of several folders with a column that says which folder each row is from."""
    folders = [table.name.rpartition("/")[0] for table in tables]
    if len(set(folders)) < 2 or FOLDER in tables[0].columns:
        return list(tables)
    told = [
        replace(
            table,
            columns=(*table.columns, FOLDER),
            rows=tuple((*row, folder) for row in table.rows),
        )
        for table, folder in zip(tables, folders, strict=True)
    ]
    said = f"The tables lie in {len(set(folders)):,} folders: the column {FOLDER!r} tells which."
    return [*told[:-1], replace(told[-1], sentences=(*told[-1].sentences, said))]


def _add_split(table: Table, split: str) -> Table:
    said = f"{table.name}: its name says that its images are of the {split} split."
    return replace(
        table,
        columns=(*table.columns, SPLIT),
        rows=tuple((*row, split) for row in table.rows),
        sentences=(*table.sentences, said),
    )


def _join(
    table: Table, roles: Roles, other: Table, its_roles: Roles, names: Sequence[Parts]
) -> Table:
    """The table with the other's columns, for rows of the same image or of the same name."""
    mine = table.list_cells(roles.image)
    others = other.list_cells(its_roles.image)
    found = match_cells(filter(None, others), names)
    by_key: dict[object, list[int]] = defaultdict(list)
    for i, cell in enumerate(others):
        for key in _list_keys(cell, found.images.get(cell, ())):
            by_key[key].append(i)
    columns = [c for c in other.columns if c != its_roles.image]
    places = [other.find_column(column) for column in columns]
    matched = match_cells(filter(None, mine), names)
    rows = []
    joined = 0
    for row, cell in zip(table.rows, mine, strict=True):
        keys = _list_keys(cell, matched.images.get(cell, ()))
        hits = next((by_key[key] for key in keys if key in by_key), [])
        joined += bool(hits)
        further = (_merge([other.rows[i][place] for i in hits]) for place in places)
        rows.append((*row, *further))
    if not joined:
        raise DataError(
            f"{other.name} and {table.name} have no image in common.",
            remedy="Choose tables of the same images.",
        )
    new = tuple(c if c not in table.columns else f"{c} ({other.name})" for c in columns)
    said = f"{other.name} adds {', '.join(columns[:6])} to {joined:,} of {len(rows):,} rows."
    return replace(
        table,
        columns=(*table.columns, *new),
        rows=tuple(rows),
        sentences=(*table.sentences, *other.sentences, said),
    )


def _list_keys(cell: str, images: Sequence[int]) -> list[object]:
    return [*images[:1], cell.casefold()]


def _merge(cells: Sequence[str]) -> str:
    return " | ".join(dict.fromkeys(cell for cell in cells if cell))
