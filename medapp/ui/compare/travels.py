"""Does a model hold in another hospital? Asked in the background, of a model and a data set."""

from collections.abc import Mapping

import streamlit as st

from medapp.data.samples import DataSet
from medapp.runs.summary import Summary
from medapp.store.job import Job, Tell
from medapp.studies.travel.record import Travel, list_travels
from medapp.studies.travel.rule import TITLES
from medapp.ui.shell import frame
from medapp.ui.shell.class_map import draw_class_map
from medapp.ui.shell.jobs import TICK_SECONDS, describe_job, draw_bar
from medapp.ui.shell.server import find_catalog, list_summaries, open_run, open_workspace

LABELLED = (0, 30, 50, 100)  # images that may be declared
MINUTES = (0, 2, 5, 15, 60)  # for fine-tuning on labels there
SHOWN = 8  # answers that are listed


@st.cache_resource(show_spinner=False)
def hold_jobs() -> dict[str, Job[Travel]]:
    """The question of this server that is under way, or has ended with an error, under "travel"."""
    return {}


def draw_travels() -> None:
    """Draw the answers so far, and what asks another time."""
    runs = {run.id: run for run in list_summaries() if run.is_trained and run.damage is None}
    data_sets = {data_set.uid: data_set for data_set in find_catalog().list_data_sets()}
    if not runs or len(data_sets) < 2:
        return
    st.subheader("Does it travel?", anchor=False)
    st.markdown(
        "Compares the images a model learned from with those of another hospital, and says whether"
        " to go, to adapt, or to stop and label some first. The verdict comes before any label"
        " there is read."
    )
    for found in list_travels(open_workspace())[:SHOWN]:
        with st.container(horizontal=True, gap="small"):
            label = f"{found.run_name} on {found.data_set_name}"
            st.page_link(
                frame.COMPARE, label=frame.escape(label), query_params={"travel": found.id}
            )
            st.caption(frame.escape(TITLES[found.verdict]))
    job = hold_jobs().get("travel")
    if job is not None and job.state == "running":
        st.fragment(run_every=TICK_SECONDS)(_draw_progress)(job)
        return
    if job is not None and job.error:
        st.error(frame.escape(job.error), icon=":material/error:")
    with st.container(border=True):
        _draw_form(runs, data_sets)


def _draw_form(runs: Mapping[str, Summary], data_sets: Mapping[str, DataSet]) -> None:
    # A model's name is long: it has the width for itself.
    run = st.selectbox("Model", list(runs), format_func=lambda id: runs[id].name, key="travel-run")
    columns = st.columns([2, 1, 1], vertical_alignment="bottom")
    others = [uid for uid in data_sets if uid != runs[run].data_set_id]
    uid = columns[0].selectbox(
        "Images of the other hospital",
        others,
        format_func=lambda uid: data_sets[uid].name,
        key="travel-to",
    )
    labelled = columns[1].selectbox(
        "Labelled to choose by",
        LABELLED,
        format_func=lambda count: f"{count} images" if count else "None",
        help="So many of its images are declared a validation set that chooses among the methods;"
        " the others judge the choice.",
        key="travel-labelled",
    )
    minutes = columns[2].selectbox(
        "Fine-tune on labels",
        MINUTES,
        format_func=lambda count: f"{count} minutes" if count else "No",
        help="To see what labelling buys, heads are fitted to 20 to 200 labelled images there. In"
        " the time given here the whole network is fine-tuned on them too.",
        key="travel-minutes",
    )
    if uid is None:
        return
    asked = draw_class_map(data_sets[uid].classes, runs[run].classes, "travel")
    if st.button("Ask whether it travels", icon=":material/route:", key="travel-begin"):
        _begin(run, data_sets[uid], labelled, minutes, asked)


def _begin(
    run_id: str, data_set: DataSet, labelled: int, minutes: int, asked: Mapping[str, str]
) -> None:
    workspace, run = open_workspace(), open_run(run_id)

    def work(tell: Tell) -> Travel:
        # Imported here, because the page does without torch.
        from medapp.studies.travel.study import run_travel

        return run_travel(workspace, run, data_set, labelled, minutes, asked, tell)

    job = hold_jobs()["travel"] = Job("comparison of hospitals", work)
    job.start()
    st.rerun()


def _draw_progress(job: Job[Travel]) -> None:
    if job.state != "running":
        if job.result is not None:
            hold_jobs().pop("travel", None)
            st.switch_page(frame.COMPARE, query_params={"travel": job.result.id})
        if not job.error:
            hold_jobs().pop("travel", None)
        st.rerun()
    draw_bar(job, describe_job(job, "Reading the images", " of this step"), "travel-stop")
    st.caption("This goes on when you leave the page.")
