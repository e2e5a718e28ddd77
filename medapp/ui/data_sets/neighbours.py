"""The images before and after one: among those of its data set that fit the same filters."""

from medapp.data.samples import DataSet, Sample
from medapp.ui.data_sets.filtering import Filters, list_shown


def find_position(data_set: DataSet, sample: Sample, filters: Filters) -> tuple[int, int] | None:
    """Which of the images that fit the filters this one is, from 1, and of how many.

    None where the image itself does not fit.
    """
    shown = list_shown(data_set, filters)
    return (shown.index(sample.id) + 1, len(shown)) if sample.id in shown else None


def find_neighbour(
    data_set: DataSet, filters: Filters, position: tuple[int, int], step: int
) -> int:
    """The id of the image so many steps on; after the last comes the first."""
    number, count = position
    return list_shown(data_set, filters)[(number - 1 + step) % count]
