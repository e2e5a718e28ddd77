"""Predict: a model, one image or many, and why.

?by=RUN chooses the model, &head=1 one of its further heads, &sample=ID an image of a data set,
&of=ID that data set, &folder=PATH or &upload=NAME many files.
"""

from collections.abc import Sequence

import streamlit as st

from medapp.runs.summary import Summary
from medapp.studies.folds import list_studies
from medapp.ui.predict.choice import draw_choice, find_data_set, find_dead_links
from medapp.ui.predict.ranking import rank_models
from medapp.ui.predict.sample import draw_sample
from medapp.ui.shell import frame, url
from medapp.ui.shell.first_model import draw_ways_to_model
from medapp.ui.shell.heads import ASKED, read_head
from medapp.ui.shell.server import find_catalog, list_summaries, open_run, open_workspace


def draw_page() -> None:
    models = [run for run in list_summaries() if run.is_trained and run.damage is None]
    if models:
        folds = {id for study in list_studies(open_workspace()) for id in study.runs}
        draw_model(rank_models(models, folds))
    else:
        draw_newcomer()


def draw_model(models: Sequence[Summary]) -> None:
    ids = [model.id for model in models]
    run = read_head(open_run(url.read_choice("by", ids) or ids[0]), ASKED)
    data_sets = find_catalog().list_data_sets()
    for sentence in find_dead_links(run, models, data_sets):
        st.warning(frame.escape(sentence), icon=":material/link_off:")
    data_set = find_data_set(run, data_sets)
    number = url.read_number("sample")
    sample = find_catalog().load_sample(data_set, number) if data_set and number else None
    if number and not sample:
        st.warning(
            "The link names an image that is not there any more.", icon=":material/link_off:"
        )
    if data_set and sample:
        draw_sample(run, data_set, sample)
    else:
        draw_choice(run, models, data_sets)


def draw_newcomer() -> None:
    frame.draw_head("Predict", "A prediction needs a model, and there is none yet.")
    words = (
        "Train one on your images, or see how it goes: one click makes phantom images and trains a"
        " quick model on them."
    )
    with frame.draw_empty("First, a model", words, "deployed_code"):
        draw_ways_to_model("try")


frame.require_app()
draw_page()
