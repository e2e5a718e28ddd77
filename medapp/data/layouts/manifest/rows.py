"""Rows of a table by the image that they are of."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from medapp.data.layouts.listing import Parts
from medapp.data.layouts.manifest.matching import match_cells
from medapp.data.layouts.roles import BadRow, Roles
from medapp.data.layouts.tables import Table


@dataclass
class Rows:
    """Rows by the image that they are of, and what is wrong with others."""

    by_image: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    bad: list[BadRow] = field(default_factory=list)
    in_folders: int = 0
    missing: int = 0


def find_rows(table: Table, roles: Roles, names: Sequence[Parts], base: Parts = ()) -> Rows:
    """The rows of each image.

    Args:
        names: of the images, as parts of their paths.
        base: the table's own folder below theirs.
    """
    cells = table.list_cells(roles.image)
    matches = match_cells(filter(None, cells), names, base)
    rows = Rows(in_folders=matches.in_folders)
    for i, cell in enumerate(cells):
        if cell in matches.images:
            for place in matches.images[cell]:
                rows.by_image[place].append(i)
        else:
            reason = matches.reasons.get(cell, "it names no image")
            rows.missing += 1
            rows.bad.append(BadRow(table.find_source(i), table.numbers[i], cell[:200], reason))
    return rows
