"""Which source to start from: asked in the background, shown with intervals, never a bare order."""

import datetime

import streamlit as st

from medapp.audit.audit import hash_basis
from medapp.data.samples import DataSet
from medapp.evaluation.words import write_figure
from medapp.figures.intervals import IntervalRow, draw_intervals
from medapp.store.job import Job, Tell
from medapp.studies.ranking.candidates import PIXELS, list_candidates
from medapp.studies.ranking.conclusion import BASELINES, conclude, describe_ground
from medapp.studies.ranking.hindsight import describe_hindsight, look_back
from medapp.studies.ranking.ranking import Ranking, Row, find_ranking
from medapp.studies.ranking.scorers import DECIDING, SCORERS
from medapp.ui.shell import frame
from medapp.ui.shell.frame import escape
from medapp.ui.shell.jobs import TICK_SECONDS, draw_progress
from medapp.ui.shell.server import find_catalog, list_summaries, open_workspace
from medapp.ui.shell.words import write_time

ASKED = "rank-asked-"  # begins the key of a session's mark that it asked, by data set


@st.cache_resource(show_spinner=False)
def hold_jobs() -> dict[str, Job[Ranking]]:
    """The rankings of this server that are under way or have ended with an error, by data set."""
    return {}


def draw_which_source(data_set: DataSet, source_key: str) -> None:
    """Draw what is known of the sources for a data set, and the way to find out.

    Args:
        source_key: of the field that the choice of a source is kept under.
    """
    job = hold_jobs().get(data_set.uid)
    is_running = job is not None and job.state == "running"
    title = "Which source?"
    # Whoever asked sees the answer: another state of the section would close it at the end.
    was_asked = is_running or ASKED + data_set.uid in st.session_state
    with st.expander(title, icon=":material/compare_arrows:", expanded=was_asked):
        if is_running:
            st.fragment(run_every=TICK_SECONDS)(_draw_progress)(data_set)
            return
        if job is not None and job.error:
            st.error(escape(job.error), icon=":material/error:")
        found = find_ranking(open_workspace(), data_set)
        if found is None:
            st.markdown(
                "Asks the training and validation images how well each source on this machine"
                " tells the classes apart, before anything is trained. Random weights and plain"
                " pixels are asked too. The test split is not read."
            )
            _draw_button(data_set, "Compare the sources")
            return
        _draw_ranking(data_set, found, source_key)
        _draw_button(data_set, "Compare again")


def _draw_button(data_set: DataSet, title: str) -> None:
    if st.button(escape(title), icon=":material/compare_arrows:", key="rank-begin"):
        workspace = open_workspace()

        def work(tell: Tell) -> Ranking:
            # Imported here, because the form does without torch.
            from medapp.studies.ranking.computing import rank_sources

            return rank_sources(workspace, data_set, on_progress=tell)

        job = hold_jobs()[data_set.uid] = Job("comparison of sources", work)
        job.start()
        st.session_state[ASKED + data_set.uid] = True
        st.rerun()


def _draw_progress(data_set: DataSet) -> None:
    note = "The comparison goes on when you leave this page."
    draw_progress(
        hold_jobs(), data_set.uid, "Reading the table", "rank-stop", note, " of this step"
    )


def _draw_ranking(data_set: DataSet, found: Ranking, source_key: str) -> None:
    first, *rest = conclude(found)
    st.markdown(f"**{escape(first)}**")
    if rest:
        st.markdown(escape(" ".join(rest)))
    for sentence in describe_hindsight(look_back(found, list_summaries())):
        st.info(escape(sentence), icon=":material/history:")
    if _is_stale(data_set.id, find_catalog().read_marks(), found.basis, data_set):
        st.warning("Images came or went since. Compare again.", icon=":material/update:")
    if newer := _list_newer(data_set, found):
        names = ", ".join(newer)
        st.info(escape(f"Not asked yet: {names}. Compare again."), icon=":material/update:")
    leaders = found.list_leaders()
    title = "One source leads" if len(leaders) == 1 else f"{len(leaders)} cannot be told apart"
    figure = draw_intervals(
        [_build_line(row, row in leaders) for row in found.ranked],
        title,
        "AUROC of a linear probe, cross-validated, 95% interval",
        frame.find_theme(),
    )
    frame.draw_figure(figure, key="rank-figure")
    _draw_choice([row for row in leaders if row.source != PIXELS], source_key)
    for row in found.rows:
        if row.reason:
            st.caption(escape(f"Not ranked: {row.title}. {row.reason}"))
    st.dataframe(
        [_list_cells(found, row) for row in found.ranked],
        hide_index=True,
        placeholder="–",
        alt="Scores of each source",
    )
    made = datetime.datetime.fromisoformat(found.made).timestamp()
    st.caption(escape(f"{describe_ground(found)} {write_time(made)}."))


def _list_newer(data_set: DataSet, found: Ranking) -> list[str]:
    """The titles of sources that a comparison would ask now and that this one did not."""
    asked = {row.source for row in found.rows}
    candidates = list_candidates(open_workspace(), data_set)
    return [candidate.title for candidate in candidates if candidate.source not in asked]


@st.cache_data(max_entries=20, show_spinner=False)
def _is_stale(id: int, state: tuple[int, ...], basis: str, _data_set: DataSet) -> bool:
    """Whether images came or went since a ranking."""
    return hash_basis(find_catalog(), _data_set) != basis


def _build_line(row: Row, is_leading: bool) -> IntervalRow:
    said = write_figure(row.value, row.interval)
    return IntervalRow(row.title, row.value, row.interval, is_leading, said)


def _draw_choice(leaders: list[Row], source_key: str) -> None:
    """Buttons that put a source into the field above."""
    with st.container(horizontal=True):
        for row in leaders:
            st.button(
                escape(f"Start from {row.title}"),
                key=f"rank-take-{row.source}",
                on_click=_take,
                args=(source_key, row.source),
            )


def _take(source_key: str, source: str) -> None:
    st.session_state[source_key] = source


def _list_cells(found: Ranking, row: Row) -> dict[str, str | None]:
    cells: dict[str, str | None] = {"Source": row.title, "Trained on": row.trained_on or None}
    for name, scorer in SCORERS.items():
        score = row.scores.get(name)
        cells[scorer.title] = None
        if score is not None:
            value, (low, high) = score
            plain = f"{value:.3f} [{low:.3f}, {high:.3f}]"
            cells[scorer.title] = write_figure(*score) if scorer.is_auroc else plain
        if name == DECIDING:
            is_first = row.source == found.ranked[0].source
            apart = "yes" if found.is_told_apart(row) else "no"
            cells["Told apart from the first"] = None if is_first else apart
    cells["Rule"] = ", ".join(BASELINES[name] for name in row.baselines) or None
    return cells
