"""The prediction for one image of a data set; previous and next go through its split."""

import streamlit as st

from medapp.data.samples import DataSet, Sample, say_split
from medapp.imaging.registered import find_problem
from medapp.runs.run import Run
from medapp.ui.data_sets.filtering import Filters
from medapp.ui.data_sets.neighbours import find_neighbour, find_position
from medapp.ui.elements.image_viewer import Shown, draw_viewer
from medapp.ui.predict.view import draw_prediction
from medapp.ui.shell import frame, url
from medapp.ui.shell.heads import ASKED, list_parameters


def draw_sample(run: Run, data_set: DataSet, sample: Sample) -> None:
    """Draw the page of one image and what the run's model says of it."""
    where = {"by": run.id, "of": str(data_set.id), **list_parameters(run, ASKED)}
    frame.draw_head(
        sample.name,
        f"{data_set.name} · {say_split(sample.split)}",
        {"Predict": (frame.PREDICT, where)},
    )
    filters = Filters(split=sample.split or None)
    position = find_position(data_set, sample, filters)
    problem = find_problem(sample.path, sample.content_hash, sample.frame)
    if problem:
        unread = Shown(None, sample.name, position=position, problem=problem)
        step = draw_viewer(unread, "viewer")
    else:
        is_synthetic = data_set.is_synthetic
        is_learned = data_set.uid in {choice.id for choice in run.recipe.data.learned}
        step = draw_prediction(
            run, sample.path, sample.name, sample, is_synthetic, position, is_learned
        )
    if step and position:
        url.write("sample", find_neighbour(data_set, filters, position, step))
        st.rerun()
