"""Human readers beside runs: a table of what they called, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from medapp.data.layouts.tables import SUFFIXES, Table, read_table
from medapp.evaluation.words import write_figure
from medapp.figures import list_numbers
from medapp.figures.readers import draw_readers_roc
from medapp.figures.thinning import ALL_POINTS
from medapp.runs.summary import Summary
from medapp.studies.calling import tell_apart
from medapp.studies.readers.beside import Agreement, Curve
from medapp.studies.readers.columns import AskedColumns
from medapp.studies.readers.comparing import compare_readers
from medapp.ui.compare.page import draw_figures, draw_runs, draw_verdicts
from medapp.ui.shell import frame
from medapp.ui.shell.server import open_run

UPLOAD_LIMIT_MB = 20
FOUND = "Found by what it holds"
HELP = (
    "A row an image, or a patient: the image's file name as the data set has it, and the class that"
    " was called, or a rating that is higher where the finding is surer. A column may name the"
    " reader; else each file is a reader. The tables are not kept."
)


@dataclass(frozen=True)
class Uploaded:
    """Tables of readings, and how they are to be read."""

    tables: tuple[Table, ...]
    asked: AskedColumns
    positives: tuple[str, ...]


def draw_upload(chosen: Sequence[str], runs: Mapping[str, Summary]) -> Uploaded | None:
    """Draw the way in for readings; None while there are none that can be read."""
    with st.expander("Compare with human readers", icon=":material/groups:"):
        st.caption(HELP)
        files = st.file_uploader(
            "Tables of readings",
            type=[suffix.removeprefix(".") for suffix in SUFFIXES],
            accept_multiple_files=True,
            max_upload_size=UPLOAD_LIMIT_MB,
        )
        if not files:
            return None
        with frame.show_errors():
            tables = tuple(read_table(file.name, file.getvalue()) for file in files)
            asked = _draw_columns(tables)
            return Uploaded(tables, asked, _draw_finding(runs[chosen[0]]))
    return None


def _draw_columns(tables: Sequence[Table]) -> AskedColumns:
    columns = list(dict.fromkeys(column for table in tables for column in table.columns))
    left, right = st.columns(2)

    def choose(title: str) -> str | None:
        found: str = st.selectbox(
            frame.escape(title), ["", *columns], format_func=lambda c: c or FOUND
        )
        return found or None

    with left:
        image = choose("Column of the image or patient")
        reader = choose("Column of the reader")
    with right:
        calls = st.multiselect(
            "Columns of calls", columns, placeholder=FOUND, help="Of several, each is a reader."
        )
        rating = choose("Column of the rating")
    cut = st.number_input(
        "From which rating on the finding counts as called",
        value=None,
        placeholder="Not said: ratings only rank",
    )
    return AskedColumns(image, reader, tuple(calls), rating, cut)


def _draw_finding(run: Summary) -> tuple[str, ...]:
    """The class of the ROC curve, where the classes do not tell it."""
    figures = run.figures or {}
    if figures.get("positive"):
        return ()
    classes = list(figures.get("classes", run.classes))
    chosen = st.selectbox("Class of the ROC curve, against the rest", classes)
    return (chosen,) if chosen else ()


def draw_readers(ids: Sequence[str], uploaded: Uploaded) -> None:
    """Draw runs and readers beside the first run."""
    runs = [open_run(id) for id in ids]
    with frame.show_errors():
        called = tell_apart([run.name for run in runs])
        found = compare_readers(runs, uploaded.tables, uploaded.asked, uploaded.positives, called)
        draw_verdicts(found.comparison)
        if found.curve is not None:
            curve = found.curve
            title = _state_curve(curve, len(found.readers), found.comparison.noun)
            figure = draw_readers_roc(curve.detection, curve.points, title, frame.find_theme())
            whole = partial(draw_readers_roc, curve.detection, curve.points, title, most=ALL_POINTS)
            frame.draw_figure(figure, "readers-roc", lambda: list_numbers(whole()))
            st.caption(
                "A point with the 95% intervals of its sensitivity and specificity. A point below"
                " the curve says little where the curve runs through its intervals."
            )
        draw_figures(found.comparison)
        _draw_agreements(found.agreements)
        draw_runs(found.comparison, runs)


def _state_curve(curve: Curve, readers: int, noun: str) -> str:
    who = "a reader" if readers == 1 else f"{readers} readers"
    area = ""
    if curve.area is not None:
        area = f"AUROC {write_figure(curve.area.value, curve.area.interval)}, "
    n = len(curve.detection.true)
    return f"{curve.model}: {area}and {who} on the same {n:,} {noun} ({curve.detection.name})"


def _draw_agreements(agreements: Sequence[Agreement]) -> None:
    if not agreements:
        return
    st.subheader("Agreement", anchor=False)
    st.dataframe(
        [
            {
                "Who": f"{each.a} and {each.b}",
                "Kappa": "–"
                if each.kappa is None
                else write_figure(each.kappa.value, each.kappa.interval),
                "Called alike": f"{each.alike:.1%}",
                "n": each.n,
            }
            for each in agreements
        ],
        hide_index=True,
        alt="Kappa of each two who called the same images",
    )
    st.caption(
        "Cohen's kappa: 0 is the agreement of chance, 1 is full agreement; grades with quadratic"
        " weights. Who agrees with whom says nothing of who is right."
    )
