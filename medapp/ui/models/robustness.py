"""How a model holds against small worst-case changes: asked in the background, shown as a curve."""

import streamlit as st

from medapp.evaluation.headline import TITLES
from medapp.evaluation.robustness.record import ATTACKS, STATEMENT, Robustness
from medapp.evaluation.robustness.words import state_finding, state_ground, state_references
from medapp.evaluation.words import write_figure
from medapp.figures.robustness import draw_robustness as draw_curve
from medapp.runs.decided import load_decided_robustness
from medapp.runs.run import Run
from medapp.store.job import Job, Tell
from medapp.ui.shell import frame
from medapp.ui.shell.frame import escape
from medapp.ui.shell.jobs import begin_job, draw_progress, draw_under_way
from medapp.ui.shell.notes import draw_notes
from medapp.ui.shell.server import open_workspace

CHOICES = (50, 100, 200, 500)
USUAL = 100


@st.cache_resource(show_spinner=False)
def hold_jobs() -> dict[tuple[str, int], Job[Robustness]]:
    """The attacks of this server under way or ended with an error, by run and head."""
    return {}


def draw_robustness(run: Run) -> None:
    """Draw what is known of a run's robustness, and the way to find out."""
    if draw_under_way(hold_jobs().get((run.id, run.domain)), _draw_progress, run):
        return
    found = load_decided_robustness(run)
    if found is not None:
        _draw_found(found)
    else:
        st.markdown(
            "Changes test images a little, pixel by pixel, in the direction that makes the model"
            " err most, and judges it again. No scanner does that by chance: it shows how near a"
            f" wrong answer lies, not how often one will come. {STATEMENT}"
        )
    _draw_form(run, "Attack" if found is None else "Attack again")


def _draw_form(run: Run, title: str) -> None:
    if run.recipe.find_strategy().keeps_neighbours:
        st.info("Votes of neighbours have no gradient that an attack could follow.")
        return
    if not run.has_model:
        st.info("The run has no model yet.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        images = st.selectbox("Test images at most", CHOICES, CHOICES.index(USUAL), width=200)
        if st.button(escape(title), icon=":material/bolt:", key="attack-begin"):
            workspace = open_workspace()

            def work(tell: Tell) -> Robustness:
                # Imported here, because the page opens without torch.
                from medapp.runs.robustness import measure_robustness

                return measure_robustness(workspace, run, images, on_progress=tell)

            begin_job(hold_jobs(), (run.id, run.domain), "attack", work)
    st.caption("Counts as a look at the test split, once for each number of images.")


def _draw_progress(run: Run) -> None:
    note = "The attack goes on when you leave this page."
    draw_progress(hold_jobs(), (run.id, run.domain), "Reading the model", "attack-stop", note)


def _draw_found(found: Robustness) -> None:
    st.markdown(f"**{escape(state_finding(found))}**")
    frame.draw_figure(draw_curve(found, frame.find_theme()), key="robustness")
    st.dataframe(_list_rows(found), hide_index=True, alt="Figures at each strength")
    st.caption(escape(f"{state_references(found)} {state_ground(found)}"))
    draw_notes(found.notes)


def _list_rows(found: Robustness) -> list[dict[str, str]]:
    rows = []
    for place, level in enumerate(found.levels):
        row = {"Change": f"{level:g}/255"}
        for attack, title in ((name, each.title) for name, each in ATTACKS.items()):
            for name, figure in found.figures[attack][place].items():
                row[f"{title}, {TITLES[name].lower()}"] = write_figure(
                    figure.value, figure.interval
                )
        rows.append(row)
    return rows
