"""Contrasts drawn below one another, on the page of runs and on that of a race."""

from collections.abc import Sequence

from medapp.figures import draw_differences
from medapp.figures.intervals import IntervalRow
from medapp.studies.contrast import IN_POINTS, Contrast, write_difference
from medapp.ui.shell import frame


def draw_contrasts(contrasts: Sequence[Contrast], title: str, axis: str, key: str) -> None:
    """Draw contrasts; where all have the same first side, each is called by the other one.

    Args:
        axis: what the differences are of; their unit is added.
    """
    are_of_one = len({contrast.a for contrast in contrasts}) == 1
    is_in_points = contrasts[0].figure in IN_POINTS
    factor = 100 if is_in_points else 1
    rows = [
        IntervalRow(
            c.b if are_of_one else f"{c.a} less {c.b}",
            factor * c.difference.value,
            (factor * c.difference.interval[0], factor * c.difference.interval[1]),
            c.is_told,
            write_difference(c.figure, c.difference),
        )
        for c in contrasts
    ]
    unit = ", in points" if is_in_points else ""
    frame.draw_figure(draw_differences(rows, title, axis + unit, frame.find_theme()), key=key)
