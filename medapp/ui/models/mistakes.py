"""The test images in one cell of a confusion matrix, to look at."""

from collections.abc import Sequence

import streamlit as st

from medapp.data.samples import DataSet, Sample
from medapp.errors import DataError
from medapp.evaluation.words import write_probability
from medapp.runs.decided import list_decided_rows
from medapp.runs.run import Run
from medapp.ui.data_sets.editing import draw_edit_bar
from medapp.ui.data_sets.gallery import ROUND, build_tile
from medapp.ui.elements.gallery import PAGE_SIZE, draw_tiles
from medapp.ui.shell import frame
from medapp.ui.shell.heads import ASKED, list_parameters
from medapp.ui.shell.server import find_catalog


def draw_cell_images(run: Run, truth: str, prediction: str) -> None:
    """Draw the images of class `truth` that were taken for `prediction`, the surest first.

    A click opens one with its heatmap.
    """
    rows = _load_rows(run, truth, prediction)
    verb = "were rightly called" if truth == prediction else "were taken for"
    title = f"{len(rows):,} images of {truth} {verb} {prediction}"
    draw_images(run, title, rows, prediction)


def draw_images(run: Run, title: str, rows: Sequence[tuple[str, float]], named: str) -> None:
    """Draw images of the run's data set; a click opens one with its heatmap.

    Args:
        title: stands above them.
        rows: content hash and probability of each.
        named: whose probability that is.
    """
    st.subheader(frame.escape(title), anchor=False)
    found = load_images(run)
    if found is None:
        return
    data_set, by_content = found
    tiles = [
        build_tile(data_set, by_content[content], _write_badge(by_content[content], probability))
        for content, probability in rows[:PAGE_SIZE]
        if content in by_content
    ]
    facts = [f"the number is the probability of {named}"]
    note = " · ".join([*facts, frame.SYNTHETIC] if data_set.is_synthetic else facts)
    number = st.session_state.setdefault(ROUND, 0)
    picked = draw_tiles(tiles, data_set.classes, f"cell-{number}", note, is_selectable=True)
    if picked.opened is not None:
        where = {"by": run.id, "sample": str(picked.opened), **list_parameters(run, ASKED)}
        st.switch_page(frame.PREDICT, query_params=where)
    chosen = find_catalog().load_some(data_set, picked.selected)
    if not chosen:
        return
    with st.container(border=True, key="selection"):
        st.markdown(f"**{len(chosen):,} selected**")
        st.caption("This run keeps the labels that it learned; edits count from the next run on.")
        if draw_edit_bar(data_set, chosen, f"cell-{number}"):
            st.session_state[ROUND] = number + 1
            st.rerun()


def load_images(run: Run) -> tuple[DataSet, dict[str, Sample]] | None:
    """The data set that a run learned from, and its images by their content.

    Where the data set is gone, that is drawn instead.
    """
    choice = run.home
    try:
        data_set = find_catalog().find_chosen(choice.id, choice.name)
    except DataError as error:
        st.info(frame.escape(str(error)))
        return None
    samples = find_catalog().load_samples(data_set, with_left_out=True)
    return data_set, {sample.content_hash: sample for sample in samples}


def _write_badge(sample: Sample, probability: float) -> str:
    said = write_probability(probability)
    return f"{said}, left out" if sample.is_left_out else said


def _load_rows(run: Run, truth: str, prediction: str) -> list[tuple[str, float]]:
    """Content hash and probability of the prediction for the images in one cell, surest first."""
    rows = [
        (row["content_hash"], row[f"probability of {prediction}"])
        for row in list_decided_rows(run)
        if row["label"] == truth and row["prediction"] == prediction
    ]
    return sorted(rows, key=lambda row: -row[1])
