"""The map of a data set: its images as points, of which a lasso selects some."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from medapp.data.samples import SPLITS, DataSet, Sample
from medapp.figures.map import draw_map
from medapp.store.job import Job, Tell
from medapp.store.workspace import Workspace
from medapp.task import find_task
from medapp.ui.data_sets.editing import draw_edit_bar
from medapp.ui.data_sets.gallery import build_tile
from medapp.ui.elements.gallery import PAGE_SIZE, draw_gallery
from medapp.ui.shell import frame
from medapp.ui.shell.frame import escape
from medapp.ui.shell.jobs import TICK_SECONDS, describe_job, draw_bar
from medapp.ui.shell.server import find_catalog, open_workspace

MOST_POINTS = 20_000


@dataclass(frozen=True)
class Projected:
    """Where images lie: their ids, positions (N, 2), and the axes' shares of the variance."""

    ids: list[int]
    positions: NDArray[np.float64]
    shares: tuple[float, float]


@st.cache_resource(show_spinner=False)
def hold_maps() -> dict[str, Job[Projected]]:
    """The maps of this server, by data set."""
    return {}


def _project(workspace: Workspace, data_set: DataSet, samples: list[Sample], tell: Tell) -> Any:
    from medapp.audit.features import load_features
    from medapp.audit.projection import project

    def advance(done: int, total: int) -> None:
        tell("Reading the images", done, total)

    features = load_features(workspace, data_set, samples, advance)
    return Projected([sample.id for sample in samples], *project(features))


def draw_map_view(data_set: DataSet) -> None:
    """Draw the map, or the button and the progress that lead to it."""
    job = hold_maps().get(data_set.uid)
    if job is not None and job.state == "running":
        st.fragment(run_every=TICK_SECONDS)(_draw_progress)(job)
        return
    if job is not None and job.error:
        st.error(escape(job.error), icon=":material/error:")
    samples = find_catalog().load_samples(data_set)
    if job is not None and job.result is not None:
        _draw_points(data_set, samples, job.result)
    else:
        st.markdown("A network reads each image; those it sees alike lie near one another.")
    title = "Draw the map again" if job is not None and job.result else "Draw the map"
    if st.button(title, icon=":material/scatter_plot:", key="map-begin", disabled=len(samples) < 3):
        drawn = samples[:: -(-len(samples) // MOST_POINTS)]
        workspace = open_workspace()
        begun = Job("map", lambda tell: _project(workspace, data_set, drawn, tell))
        hold_maps()[data_set.uid] = begun
        begun.start()
        st.rerun()


def _draw_progress(job: Job[Projected]) -> None:
    if job.state != "running":
        st.rerun()
    draw_bar(job, describe_job(job, "Reading the images"), "map-stop")


def _draw_points(data_set: DataSet, samples: list[Sample], found: Projected) -> None:
    by_id = {sample.id: sample for sample in samples}
    rows = [row for row, id in enumerate(found.ids) if id in by_id]
    shown = [by_id[found.ids[row]] for row in rows]
    first = find_task(data_set.task).noun
    usual = [first, "split", "site"]
    columns = {name for sample in shown for name in sample.attributes} - {*usual}
    choices = [*usual, *sorted(columns)]
    by = st.selectbox(
        "Colour by", choices, format_func=escape, key=f"map-colour-{data_set.uid}", width=320
    )
    is_label = by == first
    values = [sample.label if is_label else _read_value(sample, by) for sample in shown]
    ids = [sample.id for sample in shown]
    names = [sample.name for sample in shown]
    theme = frame.find_theme()
    order = data_set.classes if is_label else SPLITS
    figure = draw_map(found.positions[rows], found.shares, ids, names, values, theme, order)
    options = {"on_select": "rerun", "selection_mode": ("box", "lasso")}
    # Other points or colours make another figure: what was selected in the one before is let go.
    shape = f"{hash((tuple(ids), choices.index(by))) & 0xFFFFFFFF:x}"
    event = frame.draw_figure(figure, key=f"map-{shape}", **options)
    st.caption(
        f"{len(shown):,} of {len(samples):,} images. Near points look alike to a network that"
        " learned from other pictures; far ones may still show the same disease. Draw around points"
        " to select them."
    )
    picked = [
        by_id[figure.data[point["curve_number"]].customdata[point["point_index"]][0]]
        for point in event.selection.points
    ]
    if picked:
        st.markdown(f"**{len(picked):,} selected**")
        if draw_edit_bar(data_set, picked, "map"):
            st.rerun()
        tiles = [build_tile(data_set, sample) for sample in picked[:PAGE_SIZE]]
        draw_gallery(tiles, data_set.classes, "map-tiles")


def _read_value(sample: Sample, by: str) -> str:
    known = {"split": sample.split, "site": sample.site or "unknown"}
    return known[by] if by in known else sample.attributes.get(by, "unknown")
