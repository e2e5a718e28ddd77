"""Whether a model is as good for everybody: its figure in each group of the test images."""

from typing import Any

import streamlit as st

from medapp.evaluation.headline import TITLES
from medapp.evaluation.subgroups import Gap, Subgroups, list_figures, state_gaps
from medapp.evaluation.words import write_figure
from medapp.figures.intervals import IntervalRow, draw_intervals
from medapp.figures.style import hold_together, show_plain
from medapp.runs.results import load_evidence
from medapp.runs.run import Run
from medapp.runs.subgroups import list_columns, split_by
from medapp.task import find_task
from medapp.ui.shell import frame, url
from medapp.ui.shell.notes import draw_notes
from medapp.ui.shell.server import open_workspace


def draw_subgroups(run: Run) -> None:
    """Draw the choice of a column and of a figure, the figure in each group, and the gaps."""
    evaluation = run.load_evaluation()
    if evaluation is None or load_evidence(run) is None:
        st.info("The predictions behind this model's figures were not kept: nothing to show here.")
        return
    columns = list_columns(open_workspace(), run)
    if not columns:
        st.info(
            "Nothing parts the test images: the data set has no site, sex, age or other column with"
            " at least two values. A table with such columns can be named when a folder is added."
        )
        return
    task = find_task(evaluation.task)
    figures = list_figures(evaluation.classes, task)
    with st.container(horizontal=True, gap="medium"):
        column = st.selectbox(
            "Groups by",
            columns,
            columns.index(url.read_choice("by", columns) or columns[0]),
            width=260,
            **url.bind("by", columns[0]),
        )
        figure = st.selectbox(
            "Figure", figures, format_func=lambda name: TITLES[name], key="group-figure", width=260
        )
    found = split_by(open_workspace(), run, column, figure)
    draw_notes(note for note in evaluation.notes if note.level == "grave")
    draw_groups(found, "subgroups")


def draw_groups(found: Subgroups, key: str) -> None:
    """Draw a figure in each group, and the gaps between groups.

    Args:
        key: of the chart.
    """
    title = state_gaps(found).replace(" comparison", hold_together(" comparison"))
    axis = f"{show_plain(found.title)}, with 95% interval (in brackets: {found.counted})"
    frame.draw_figure(
        draw_intervals(_list_groups(found), title, axis, frame.find_theme()),
        key=key,
    )
    if found.gaps:
        st.dataframe(_list_gaps(found.gaps), hide_index=True, alt="Gaps between groups")
        st.caption(
            "p is corrected by Holm for all gaps looked at here; each interval is of its gap alone."
            " Who looks at many columns will find a gap by chance."
        )
    draw_notes(found.notes)


def _list_groups(found: Subgroups) -> list[IntervalRow]:
    return [
        IntervalRow(
            f"{group.name} ({group.units:,})",
            group.value,
            group.interval,
            group.is_compared,
            f"{write_figure(group.value, group.interval)}, {group.n:,} images",
        )
        for group in found.groups
        if group.value is not None and group.interval is not None
    ]


def _list_gaps(gaps: tuple[Gap, ...]) -> list[dict[str, Any]]:
    return [
        {
            "Gap": f"{gap.first} − {gap.second}",
            "Difference": write_figure(gap.value, gap.interval),
            "p (Holm)": "<0.001" if gap.p < 0.001 else f"{gap.p:.3f}",
            "Told": "yes" if gap.is_told else "no",
        }
        for gap in gaps
    ]
