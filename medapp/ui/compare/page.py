"""Runs beside each other: the verdict first, then figures, settings, curves, and the images."""

from collections.abc import Sequence

import streamlit as st

from medapp.evaluation.words import write_figure
from medapp.figures.curves import lay_over, list_lines
from medapp.runs.run import Run
from medapp.studies.calling import tell_apart
from medapp.studies.comparison import Comparison, compare_runs
from medapp.studies.contrast import LOWER_IS_BETTER, Contrast, write_difference
from medapp.ui.compare.contrasts import draw_contrasts
from medapp.ui.compare.disputed import draw_disputed
from medapp.ui.compare.paired_tests import draw_tests
from medapp.ui.elements.live_chart import draw_charts, load_charts
from medapp.ui.shell import frame
from medapp.ui.shell.notes import draw_notes
from medapp.ui.shell.saving import draw_numbers
from medapp.ui.shell.server import follow_run, open_run
from medapp.ui.shell.words import name_figure


def draw_comparison(ids: Sequence[str]) -> None:
    """Draw runs beside the first of them."""
    runs = [open_run(id) for id in ids]
    with frame.show_errors():
        found = compare_runs(runs, tell_apart([run.name for run in runs]))
        draw_verdicts(found)
        draw_figures(found)
        draw_runs(found, runs)


def draw_verdicts(found: Comparison) -> None:
    """Draw what can be told, the notes on it, and the differences it goes by."""
    draw_notes(note for note in found.notes if note.level == "grave")
    for contrast in found.contrasts:
        st.markdown(f"**{frame.escape(contrast.verdict)}**")
    if found.best is not None:
        st.markdown(frame.escape(found.best.text))
    draw_notes(note for note in found.notes if note.level != "grave")
    if found.contrasts:
        _draw_contrasts(found)


def draw_runs(found: Comparison, runs: Sequence[Run]) -> None:
    """Draw in what the runs differ, how they learned, and the images on which they disagree."""
    if len(runs) > 1:
        _draw_settings(found)
        _draw_curves(found, runs)
    draw_disputed(found, runs)


def _draw_contrasts(found: Comparison) -> None:
    figure = found.contrasts[0].figure
    told = sum(contrast.is_told for contrast in found.contrasts)
    name = name_figure(figure)
    title = (
        f"{told} of {len(found.contrasts)} can be told from {found.runs[0]} by {name}"
        if told
        else f"None can be told from {found.runs[0]} by {name}"
    )
    better = found.runs[0] if figure not in LOWER_IS_BETTER else "the other"
    draw_contrasts(found.contrasts, title, f"difference in {name}", "differences")
    said = [
        f"Differences on the same {found.n:,} test {found.noun}, with 95% intervals. Right of 0,"
        f" {better} is better. An open circle: the two cannot be told apart."
    ]
    if len(found.contrasts) > 1:
        said.append("What is told apart counts that several are compared (Holm's correction).")
    st.caption(frame.escape(" ".join(said)))


def draw_figures(found: Comparison) -> None:
    """Draw the figures of all, the differences, and the tests of these."""
    st.subheader("Figures", anchor=False)
    rows = [
        (
            title,
            [
                *(write_figure(of[key].value, of[key].interval) for of in found.figures),
                *("–" if value is None else write_figure(value) for value in found.references[key]),
            ],
        )
        for key, title in found.headlines
    ]
    heads = (*found.runs, "Guessing", "Majority class")
    _draw_table("Figure", rows, heads, "Figures of each on the same images")
    differences = {(each.figure, each.b): each for each in (*found.contrasts, *found.others)}
    st.markdown(f"**{frame.escape(found.runs[0])} less each other**")
    less = [
        (title, [_write(differences[key, run]) for run in found.runs[1:]])
        for key, title in found.headlines
    ]
    _draw_table("Figure", less, found.runs[1:], "Differences from the first")
    first = name_figure(found.headlines[0][0])
    st.caption(frame.escape(f"The verdict goes by {first}; each other figure stands for itself."))
    draw_tests(found.tests)


def _write(contrast: Contrast) -> str:
    return write_difference(contrast.figure, contrast.difference, with_title=False)


def _draw_settings(found: Comparison) -> None:
    st.subheader("What differs in their settings", anchor=False)
    if not found.settings:
        st.caption("Nothing: the same settings, on the same images.")
        return
    names = found.runs[: len(found.ids)]
    _draw_table("Setting", found.settings, names, "Settings in which the runs differ")


def _draw_table(
    head: str, rows: Sequence[tuple[str, Sequence[str]]], runs: Sequence[str], alt: str
) -> None:
    """Draw a column a run; a run may be called as another column is."""
    st.dataframe(
        [{"what": what, **{str(i): v for i, v in enumerate(values)}} for what, values in rows],
        hide_index=True,
        column_config={"what": head, **{str(i): run for i, run in enumerate(runs)}},
        alt=alt,
    )


def _draw_curves(found: Comparison, runs: Sequence[Run]) -> None:
    standings = [follow_run(run).read() for run in runs]
    charts = lay_over(dict(zip(found.runs, standings, strict=False)))
    if charts:
        st.subheader("Learning", anchor=False)
        load_charts()
        draw_charts(charts, key="curves-over-each-other")
        draw_numbers("curves", lambda: list_lines(charts))
