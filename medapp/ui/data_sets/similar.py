"""The images that are most like the one in front of the reader."""

from collections.abc import Sequence

import streamlit as st

from medapp.audit.similarity import Like, Similarity, find_similar, read_images
from medapp.data.samples import DataSet, Sample
from medapp.imaging.registered import find_problem
from medapp.store.job import Job, Tell
from medapp.ui.data_sets.editing import draw_edit_bar
from medapp.ui.data_sets.gallery import build_tile
from medapp.ui.elements.gallery import draw_tiles
from medapp.ui.shell import frame, url
from medapp.ui.shell.frame import escape
from medapp.ui.shell.jobs import TICK_SECONDS, describe_job, draw_bar
from medapp.ui.shell.server import find_catalog, open_workspace

LIKE = "like"  # in the address: images like the one that is shown are asked for
ROUND = "similar-round"  # in the session: counts edits, each of which lets go of the selection


@st.cache_resource(show_spinner=False)
def hold_readings() -> dict[str, Job[None]]:
    """The readings of this server that are under way or have ended, by data set."""
    return {}


def draw_similar(data_set: DataSet, sample: Sample) -> None:
    """Draw the images that are most like one, or what leads to them."""
    st.subheader("More like this", anchor=False)
    job = hold_readings().get(data_set.uid)
    if job is not None and job.state == "running":
        st.fragment(run_every=TICK_SECONDS)(_draw_progress)(job)
        return
    if job is not None and job.error:
        st.error(escape(job.error), icon=":material/error:")
    # The page opens without the network: it is loaded once somebody asks.
    if url.read_choice(LIKE, ["1"]) is None:
        st.caption("A network reads the images once; then those that it sees alike are known.")
        if st.button("Find images like this one", icon=":material/image_search:"):
            url.write(LIKE, 1)
            st.rerun()
        return
    found = _find(data_set.id, find_catalog().read_marks(), sample.id, data_set, sample)
    if job is None and (found is None or found.unread):
        _begin(data_set, sample)
    if found is not None:
        _draw_found(data_set, found)
    else:
        problem = find_problem(sample.path, sample.content_hash, sample.frame)
        st.caption(escape(problem or "This image was not read yet."))
    is_whole = found is not None and not found.unread
    title = "Read the images that were not read"
    if not is_whole and st.button(title, icon=":material/image_search:"):
        _begin(data_set, sample)


@st.cache_data(max_entries=50, show_spinner="Comparing")
def _find(
    id: int, state: tuple[int, ...], sample_id: int, _data_set: DataSet, _sample: Sample
) -> Similarity | None:
    return find_similar(open_workspace(), _data_set, _sample)


def _begin(data_set: DataSet, sample: Sample) -> None:
    workspace = open_workspace()

    def work(tell: Tell) -> None:
        read_images(
            workspace,
            data_set,
            sample,
            lambda done, total: tell("Reading the images", done, total),
        )

    job = hold_readings()[data_set.uid] = Job("reading of images", work)
    job.start()
    st.rerun()


def _draw_progress(job: Job[None]) -> None:
    if job.state != "running":
        _find.clear()
        st.rerun()
    draw_bar(job, describe_job(job, "Reading the images"), "similar-stop")


def _draw_found(data_set: DataSet, found: Similarity) -> None:
    tiles = [build_tile(data_set, like.sample, _write_badge(like)) for like in found.likes]
    number = st.session_state.setdefault(ROUND, 0)
    key = f"similar-{found.sample.id}-{number}"
    note = frame.SYNTHETIC if data_set.is_synthetic else ""
    picked = draw_tiles(tiles, data_set.classes, key, note, is_selectable=True)
    said = (
        f"Compared with {found.compared:,} images; the number is the cosine distance, 0 where both"
        " look the same to a network that learned from other pictures. Images that look alike to it"
        " need not show the same disease."
    )
    if found.unread:
        said += f" {found.unread:,} were not compared: they were not read, or cannot be."
    st.caption(escape(said))
    if picked.opened is not None:
        url.write("image", picked.opened)
        st.rerun()
    if picked.selected:
        _draw_selection(data_set, found, picked.selected, key)


def _draw_selection(
    data_set: DataSet, found: Similarity, selected: Sequence[int], key: str
) -> None:
    """Draw what can be done to the selected images, and to the one they are like with them."""
    with st.container(border=True, key="similar-selection"):
        with st.container(horizontal=True, vertical_alignment="center", key="similar-selected"):
            st.markdown(f"**{len(selected):,} selected**")
            with_own = st.checkbox("And the image above", key=f"own-{key}")
        own = [found.sample.id] if with_own else []
        chosen = find_catalog().load_some(data_set, [*own, *selected])
        if draw_edit_bar(data_set, chosen, key):
            st.session_state[ROUND] += 1
            st.rerun()


def _write_badge(like: Like) -> str:
    kin = "copy" if like.is_copy else "same patient" if like.is_same_patient else ""
    parts = [f"{like.distance:.2f}", like.sample.split, kin]
    return " · ".join(part for part in parts if part)
