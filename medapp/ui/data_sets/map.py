"""The map of a data set: its images as points, of which a lasso selects some."""

import zlib
from collections.abc import Callable, Sequence

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from medapp.audit.map import FEWEST, Map, Way, choose_samples, find_map, make_map
from medapp.data.samples import DataSet, Sample
from medapp.figures.map import Points
from medapp.store.job import Job, Tell
from medapp.store.workspace import Workspace
from medapp.ui.data_sets.colouring import colour, list_colourings
from medapp.ui.data_sets.editing import draw_edit_bar
from medapp.ui.data_sets.gallery import build_tile
from medapp.ui.elements.gallery import PAGE_SIZE, draw_gallery
from medapp.ui.shell import frame, url
from medapp.ui.shell.frame import escape
from medapp.ui.shell.jobs import TICK_SECONDS, describe_job, draw_bar
from medapp.ui.shell.server import find_catalog, open_workspace

WAYS: dict[Way, str] = {"pca": "Principal components", "tsne": "t-SNE"}
WORDS: dict[Way, str] = {
    "pca": "Near points look alike to a network that learned from other pictures; far ones may"
    " still show the same disease.",
    "tsne": "Neighbours look alike to a network that learned from other pictures; how far groups"
    " lie apart, how large and how dense they are means nothing.",
}
PATIENCE_SECONDS = 0.3  # in which a map that is kept is mostly there


@st.cache_resource(show_spinner=False)
def hold_maps() -> dict[tuple[str, Way], Job[Map | None]]:
    """The maps of this server, by data set and way; None where one was looked for and not kept."""
    return {}


def draw_map_view(data_set: DataSet) -> None:
    """Draw the map, or the button and the progress that lead to it."""
    samples = find_catalog().load_samples(data_set)
    way, by = _draw_choices(data_set, samples)
    job = hold_maps().get((data_set.uid, way)) or _begin(data_set, way, samples, _find)
    if job.state == "running" and not job.wait(PATIENCE_SECONDS):
        st.fragment(run_every=TICK_SECONDS)(_draw_progress)(job)
        return
    if job.error:
        st.error(escape(job.error), icon=":material/error:")
    if job.result is None:
        st.markdown("A network reads each image; those it sees alike lie near one another.")
        _draw_beginning(data_set, way, samples, "Draw the map")
        return
    _draw_points(data_set, samples, job.result, way, by)
    missing = {sample.id for sample in choose_samples(samples, way)} - {*job.result.ids}
    if len(missing) > job.result.unread:
        st.caption("Images came in since.")
        _draw_beginning(data_set, way, samples, "Draw the map again")


def _draw_choices(data_set: DataSet, samples: Sequence[Sample]) -> tuple[Way, str]:
    """Draw what the map is arranged and coloured by, as the address says."""
    chosen = url.read_choice("map", WAYS)
    way: Way = next((way for way in WAYS if way == chosen), "pca")
    left, right, _ = st.columns([1.2, 1.2, 1], vertical_alignment="bottom")
    left.segmented_control(
        "Arrange by",
        list(WAYS),
        default=way,
        required=True,
        format_func=WAYS.__getitem__,
        **url.bind("map", "pca"),
    )
    choices = list_colourings(data_set, samples)
    keys = list(choices)
    by = url.read_choice("colour", keys) or keys[0]
    right.selectbox(
        "Colour by",
        keys,
        keys.index(by),
        format_func=lambda key: escape(choices[key]),
        **url.bind("colour", keys[0]),
    )
    return way, by


def _draw_beginning(data_set: DataSet, way: Way, samples: Sequence[Sample], title: str) -> None:
    fewest = FEWEST[way]
    is_possible = len(samples) >= fewest
    if st.button(
        escape(title), icon=":material/scatter_plot:", key="map-begin", disabled=not is_possible
    ):
        _begin(data_set, way, samples, make_map)
        st.rerun()
    if not is_possible:
        st.caption(f"A map of this kind takes {fewest} images.")


def _begin(
    data_set: DataSet,
    way: Way,
    samples: Sequence[Sample],
    work: Callable[[Workspace, DataSet, Sequence[Sample], Way, Tell], Map | None],
) -> Job[Map | None]:
    workspace = open_workspace()
    chosen = choose_samples(samples, way)
    job: Job[Map | None] = Job("map", lambda tell: work(workspace, data_set, chosen, way, tell))
    hold_maps()[data_set.uid, way] = job
    job.start()
    return job


def _find(
    workspace: Workspace, data_set: DataSet, samples: Sequence[Sample], way: Way, _: Tell
) -> Map | None:
    return find_map(workspace, data_set, samples, way)


def _draw_progress(job: Job[Map | None]) -> None:
    if job.state != "running":
        st.rerun()
    draw_bar(job, describe_job(job, "Looking for the map", " of this step"), "map-stop")


def _draw_points(
    data_set: DataSet, samples: Sequence[Sample], found: Map, way: Way, by: str
) -> None:
    """Draw the points, and what can be done to those selected."""
    by_id = {sample.id: sample for sample in samples}
    rows = [row for row, id in enumerate(found.ids) if id in by_id]
    shown = [by_id[found.ids[row]] for row in rows]
    ids = [sample.id for sample in shown]
    names = [sample.name for sample in shown]
    points = Points(found.positions[rows], found.shares, ids, names)
    colouring = colour(data_set, shown, by)
    figure = colouring.draw(points, frame.find_theme())
    event = frame.draw_figure(
        figure,
        key=f"map-{_name_figure(figure, f'{way} {by}')}",
        numbers=lambda: colouring.list_places(points),
        on_select="rerun",
        selection_mode=("box", "lasso"),
    )
    facts = [f"{len(shown):,} of {len(samples):,} images.", colouring.said]
    if found.unread:
        facts.append(f"The files of {found.unread:,} cannot be used.")
    st.caption(
        escape(" ".join(filter(None, [*facts, WORDS[way], "Draw around points to select them."])))
    )
    picked = [
        by_id[int(figure.data[point["curve_number"]].customdata[point["point_index"]])]
        for point in event.selection.points
    ]
    if picked:
        _draw_selection(data_set, picked)


def _name_figure(figure: go.Figure, words: str) -> str:
    """Another name for other points or groups: what was selected is known by its place in them, and
    is let go where that is another image's now.
    """
    digest = zlib.crc32(words.encode())
    for trace in figure.data:
        digest = zlib.crc32(np.array([len(trace.customdata), *trace.customdata]).tobytes(), digest)
    return f"{digest:x}"


def _draw_selection(data_set: DataSet, picked: Sequence[Sample]) -> None:
    st.markdown(f"**{len(picked):,} selected**")
    if draw_edit_bar(data_set, picked, "map"):
        st.rerun()
    tiles = [build_tile(data_set, sample) for sample in picked[:PAGE_SIZE]]
    opened = draw_gallery(tiles, data_set.classes, "map-tiles")
    if opened is not None:
        url.write("image", opened)
        st.rerun()
