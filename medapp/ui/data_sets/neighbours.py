"""The images before and after one: among those of its data set that fit the same filters."""

from medapp.data.samples import DataSet, Sample
from medapp.ui.data_sets.gallery import Filters
from medapp.ui.shell.server import find_catalog


def find_position(data_set: DataSet, sample: Sample, filters: Filters) -> tuple[int, int] | None:
    """Which of the images that fit the filters this one is, from 1, and of how many.

    None where the image itself does not fit.
    """
    catalog = find_catalog()
    index = catalog.find_offset(data_set, sample, **filters)
    return None if index is None else (index + 1, catalog.count_samples(data_set, **filters))


def find_neighbour(
    data_set: DataSet, filters: Filters, position: tuple[int, int], step: int
) -> Sample:
    """The image so many steps on; after the last comes the first."""
    number, count = position
    offset = (number - 1 + step) % count
    return find_catalog().load_samples(data_set, **filters, offset=offset, limit=1)[0]
