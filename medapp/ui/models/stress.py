"""How far ordinary faults may go: asked in the background, shown as a table with coloured cells."""

import streamlit as st

from medapp.evaluation.stress.limits import find_floor, find_limits
from medapp.evaluation.stress.record import Stress
from medapp.evaluation.stress.words import (
    SCOPE,
    describe_level,
    list_columns,
    state_finding,
    state_ground,
    state_limit,
    state_noticing,
    state_references,
)
from medapp.evaluation.words import write_figure
from medapp.figures.stress import draw_stress as draw_cells
from medapp.imaging.faults import FAULTS
from medapp.runs.decided import load_decided_stress
from medapp.runs.run import Run
from medapp.store.job import Job, Tell
from medapp.ui.shell import frame
from medapp.ui.shell.frame import escape
from medapp.ui.shell.jobs import begin_job, draw_progress, draw_under_way
from medapp.ui.shell.notes import draw_notes
from medapp.ui.shell.server import open_workspace

CHOICES = (100, 200, 500, 0)
USUAL = 200
FLOOR = "stress-floor-{}"  # in the session, by run and head: what must not be fallen below


@st.cache_resource(show_spinner=False)
def hold_jobs() -> dict[tuple[str, int], Job[Stress]]:
    """The stress tests of this server under way or ended with an error, by run and head."""
    return {}


def draw_stress(run: Run) -> None:
    """Draw how far faults may go before a run's figures fall, and the way to find out."""
    if draw_under_way(hold_jobs().get((run.id, run.domain)), _draw_progress, run):
        return
    found = load_decided_stress(run)
    if found is not None:
        _draw_found(found, _name_floor(run))
    else:
        kinds = ", ".join(_write_kind(fault.title) for fault in FAULTS.values())
        st.markdown(
            "Changes test images as a worse device, exposure or archive would, a little and then"
            f" more, and judges the model again: {escape(kinds)}. Says how far each may go before"
            " the figure falls, how many answers flip, and whether the model notices that the"
            " images are not of its kind."
        )
    _draw_form(run, found)


def _draw_form(run: Run, found: Stress | None) -> None:
    if not run.has_model:
        st.info("The run has no model yet.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if found is not None:
            _draw_floor(found, _name_floor(run))
        images = st.selectbox(
            "Test images at most",
            CHOICES,
            CHOICES.index(USUAL),
            format_func=lambda number: f"{number:,}" if number else "all",
            width=200,
            key="stress-images",
        )
        title = "Stress the model" if found is None else "Stress it again"
        if st.button(escape(title), icon=":material/exercise:", key="stress-begin"):
            workspace = open_workspace()

            def work(tell: Tell) -> Stress:
                # Imported here, because the page opens without torch.
                from medapp.runs.stress import measure_stress

                return measure_stress(workspace, run, images, on_progress=tell)

            begin_job(hold_jobs(), (run.id, run.domain), "stress test", work)
    looks = "Counts as a look at the test split, once for each number of images."
    st.caption(escape(f"{looks} Patients are taken whole. {SCOPE}"))


def _draw_progress(run: Run) -> None:
    note = "The stress test goes on when you leave this page."
    draw_progress(hold_jobs(), (run.id, run.domain), "Reading the model", "stress-stop", note)


def _name_floor(run: Run) -> str:
    return FLOOR.format(f"{run.id}-{run.domain}")


def _draw_found(found: Stress, key: str) -> None:
    floor = st.session_state.get(key)
    st.markdown(f"**{escape(state_finding(found, floor))}**")
    frame.draw_figure(draw_cells(found, floor, frame.find_theme()), key="stress")
    lines = []
    for limit in find_limits(found, floor):
        noticed = state_noticing(found, limit)
        end = f". {noticed}." if noticed else "."
        lines.append(f"- {escape(state_limit(found, limit, floor) + end)}")
    if lines:
        st.markdown("\n".join(lines))
    with st.expander("All figures with their intervals"):
        st.dataframe(_list_rows(found), hide_index=True, alt="What each strength did")
    st.caption(escape(f"{state_references(found)} {state_ground(found)}"))
    draw_notes(found.notes)


def _draw_floor(found: Stress, key: str) -> None:
    """Draw the floor that the figure must not fall below; a change of it is no look."""
    usual = find_floor(found)
    if usual is not None:
        st.number_input(
            "Must not fall below",
            min_value=0.0,
            max_value=1.0,
            value=None,
            step=0.01,
            format="%.2f",
            placeholder=f"{write_figure(usual)}, the interval's end",
            width=280,
            key=key,
        )


def _list_rows(found: Stress) -> list[dict[str, str]]:
    titles = [f"{column[:1].upper()}{column[1:]}" for column in list_columns(found)]
    return [
        {
            "Change": FAULTS[name].title,
            **dict(zip(titles, describe_level(found, name, level), strict=True)),
        }
        for name, levels in found.faults.items()
        for level in levels
    ]


def _write_kind(title: str) -> str:
    return title if title.isupper() else f"{title[:1].lower()}{title[1:]}"
