"""What a person changes of images, and what follows of it for the split."""

from collections.abc import Sequence

from medapp.data.catalog import Catalog
from medapp.data.edits import Change, apply_edits
from medapp.data.samples import DataSet
from medapp.data.splits.redrawing import draw_first_split


def edit_samples(
    catalog: Catalog, data_set: DataSet, changes: Sequence[Change], reason: str = ""
) -> DataSet:
    """Do all changes, or none of them; a data set that has labels now, and no split, gets one.

    Raises:
        DataError: see `apply_edits`.
    """
    return draw_first_split(catalog, apply_edits(catalog, data_set, changes, reason))
