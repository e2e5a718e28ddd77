"""Tables that lie in folders of a set, each of the images of its own folder: `north/labels.csv`.

The same name may stand in two such folders and mean two images. Cells become paths below the root.
"""

from collections.abc import Sequence
from dataclasses import replace

from medapp.data.layouts.listing import Parts
from medapp.data.layouts.manifest.guessing import guess_roles
from medapp.data.layouts.manifest.matching import match_cells
from medapp.data.layouts.roles import Asked
from medapp.data.layouts.tables import Table
from medapp.errors import DataError

_SHARE = 0.5  # of a table's cells that have to name an image of its folder


def settle(table: Table, base: Parts, names: Sequence[Parts], asked: Asked) -> Table:
    """The table, its images as paths below the root where they are those of its own folder.

    Args:
        base: the table's folder below the root.
        names: of all images below the root.
    """
    below = [parts[len(base) :] for parts in names if parts[: len(base)] == base]
    if not below or len(below) == len(names):
        return table
    try:
        column = guess_roles(table, below, asked).image
    except DataError:
        return table
    cells = table.list_cells(column)
    found = match_cells(filter(None, cells), below)
    if found.in_folders or len(found.images) < _SHARE * len({cell for cell in cells if cell}):
        return table
    place = table.find_column(column)
    paths = {cell: "/".join((*base, *below[ones[0]])) for cell, ones in found.images.items()}
    rows = tuple(
        (*row[:place], paths.get(row[place], row[place]), *row[place + 1 :]) for row in table.rows
    )
    return replace(table, rows=rows)
