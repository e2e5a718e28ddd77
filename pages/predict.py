"""Predict: a model, one image or many, and why.

?by=RUN chooses the model, &sample=ID an image of a data set, &of=ID that data set, &folder=PATH or
&upload=NAME many files.
"""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from medapp.data.samples import DataSet, Sample
from medapp.runs.run import Run, list_runs
from medapp.ui.data_sets.view import draw_gallery_page
from medapp.ui.models.run_view import state_quality
from medapp.ui.predict.many_images import draw_folder, draw_upload, find_shown
from medapp.ui.predict.prediction_view import draw_prediction
from medapp.ui.predict.predictions_table import DATA_SET, FOLDER, UPLOAD, WAYS, draw_jobs
from medapp.ui.shell import frame, url
from medapp.ui.shell.first_model import draw_first_model_button
from medapp.ui.shell.server import find_catalog, open_workspace

frame.require_app()


def draw_sample(run: Run, data_set: DataSet, sample: Sample) -> None:
    frame.draw_head(
        sample.name,
        f"{run.name} · {state_quality(run)}",
        {"Predict": (frame.PREDICT, {"by": run.id, "of": str(data_set.id)})},
    )
    catalog = find_catalog()
    place, count = (
        catalog.find_place(data_set, sample, split=sample.split),
        catalog.count_samples(data_set, split=sample.split),
    )
    of = (place + 1, count) if place is not None else None
    step = draw_prediction(run, sample.path, sample.name, sample, data_set.is_synthetic, of)
    if step and place is not None:
        url.write(
            "sample",
            catalog.load_samples(
                data_set, split=sample.split, offset=(place + step) % count, limit=1
            )[0].id,
        )
        st.rerun()


def draw_choice(run: Run) -> None:
    frame.draw_head("Predict", f"{run.name} · {state_quality(run)}")
    way = url.read_choice("from", WAYS) or DATA_SET
    st.segmented_control(
        "Images",
        WAYS,
        default=way,
        required=True,
        wrap=True,
        **url.bind("from", DATA_SET, ["open"]),
    )
    draw_jobs(find_shown(run, way), has_ended=way == FOLDER)
    left, right = st.columns(2)
    chosen = left.selectbox("Model", models, models.index(run), format_func=lambda r: r.name)
    url.write("by", chosen.id)
    if chosen.id != run.id:
        st.rerun()
    if way == UPLOAD:
        draw_upload(run)
    elif way == FOLDER:
        draw_folder(run, right)
    elif not data_sets:
        st.info("There is no data set to pick from. Upload images, or name a folder.")
    else:
        draw_pick(run, right)


def draw_pick(run: Run, place_for_choice: DeltaGenerator) -> None:
    given = url.read_number("of")
    place = next(
        (
            i
            for i, d in enumerate(data_sets)
            if d.id == given or (given is None and d.name == run.recipe.dataset)
        ),
        0,
    )
    data_set = place_for_choice.selectbox(
        "Data set", data_sets, place, format_func=lambda d: d.name
    )
    url.write("of", data_set.id)
    st.caption(
        "The test part: images that a model trained on this data set has not seen. Click one."
    )
    opened = draw_gallery_page(data_set, {"label": None, "split": "test", "text": None}, key="pick")
    if opened is not None:
        url.write("sample", opened)
        st.rerun()


models = [run for run in list_runs(open_workspace()) if run.has_model]
data_sets = find_catalog().list_data_sets()
if not models:
    frame.draw_head("Predict", "A prediction needs a model, and there is none yet.")
    words = (
        "Train one on your images, or see how it goes: one click makes phantom images and trains a"
        " quick model on them."
    )
    with frame.draw_empty("First, a model", words, "deployed_code"):
        draw_first_model_button("try")
else:
    run = next(
        (run for run in models if run.id == url.read_choice("by", {run.id for run in models})),
        models[0],
    )
    fitting = [d for d in data_sets if d.id == url.read_number("of")] + [
        d for d in data_sets if d.name == run.recipe.dataset
    ]
    data_set = fitting[0] if fitting else None
    sample = (
        find_catalog().load_sample(data_set, url.read_number("sample") or 0) if data_set else None
    )
    if data_set and sample:
        draw_sample(run, data_set, sample)
    else:
        draw_choice(run)
