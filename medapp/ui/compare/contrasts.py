"""Contrasts drawn below one another, on the page of runs and on that of a race."""

from collections.abc import Sequence

from medapp.figures import draw_differences
from medapp.figures.intervals import IntervalRow
from medapp.studies.contrast import Contrast, write_difference
from medapp.ui.shell import frame


def draw_contrasts(contrasts: Sequence[Contrast], title: str, axis: str, key: str) -> None:
    """Draw contrasts; where all have the same first side, each is called by the other one."""
    are_of_one = len({contrast.a for contrast in contrasts}) == 1
    rows = [
        IntervalRow(
            c.b if are_of_one else f"{c.a} less {c.b}",
            c.difference.value,
            c.difference.interval,
            c.is_told,
            write_difference(c.figure, c.difference),
        )
        for c in contrasts
    ]
    frame.draw_figure(draw_differences(rows, title, axis, frame.find_theme()), key=key)
