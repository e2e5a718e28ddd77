"""What a model says of one image, and why: probabilities beside the heatmap."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from medapp.data.samples import Sample
from medapp.explanation.methods import METHODS
from medapp.explanation.placing import colour, measure_localisation, place_on_image
from medapp.figures import draw_probabilities
from medapp.imaging.geometry import Box
from medapp.imaging.image import load_image
from medapp.imaging.preprocess import render_full
from medapp.runs.run import Run
from medapp.ui.elements.image_viewer import MapLayer, draw_viewer
from medapp.ui.predict.predicting import load_model, predict_image
from medapp.ui.shell import frame, url
from medapp.ui.shell.frame import escape

if TYPE_CHECKING:
    from medapp.prediction.files import Prediction

PREDICTED = "the prediction"
FIRST_METHOD = "gradcam"


def draw_prediction(
    run: Run,
    path: Path,
    name: str,
    sample: Sample | None = None,
    is_synthetic: bool = False,
    position: tuple[int, int] | None = None,
) -> int:
    """Draw the image under its heatmap, and the probabilities.

    Args:
        sample: what is known of the image, where it belongs to a data set.
        position: which image this is, from 1, and of how many.

    Returns:
        -1 or 1 when the reader asks for a neighbour, else 0.
    """
    left, right = frame.draw_columns([3.2, 1], key="prediction")
    with left:
        method, explained = _draw_choices(load_model(run).classes)
        prediction = predict_image(run, path, method, explained)
        if prediction.error or prediction.view is None or prediction.label is None:
            st.error(escape(prediction.error or "There is no prediction for this image."))
            return 0
        boxes = sample.boxes if sample else ()
        suffix = f" · {frame.SYNTHETIC}" if is_synthetic else ""
        width, height = prediction.image_size
        step = draw_viewer(
            render_full(load_image(path)),
            name,
            f"{width} × {height} px · no physical scale known{suffix}",
            "viewer",
            boxes,
            _build_layer(prediction, method, explained or prediction.label, suffix),
            position,
            f"{run.name} · research use only{suffix}",
        )
        if prediction.heatmap is not None and prediction.heatmap.note:
            st.info(escape(prediction.heatmap.note))
    with right:
        _draw_findings(prediction, sample, boxes)
    return step


def _draw_choices(classes: Sequence[str]) -> tuple[str, str | None]:
    """The method, and the class to explain; None for the predicted one."""
    one, two = st.columns(2)
    method = url.read_choice("method", METHODS) or FIRST_METHOD
    explained = url.read_choice("explain", classes)
    methods = list(METHODS)
    choices = [PREDICTED, *classes]
    one.selectbox(
        "Method",
        methods,
        methods.index(method),
        format_func=lambda name: METHODS[name].title,
        **url.bind("method", FIRST_METHOD),
    )
    two.selectbox(
        "Explain",
        choices,
        choices.index(explained or PREDICTED),
        **url.bind("explain", PREDICTED),
    )
    st.caption(f"{METHODS[method].help} ({METHODS[method].paper})")
    return method, explained


def _build_layer(
    prediction: "Prediction", method: str, class_name: str, suffix: str
) -> MapLayer | None:
    heatmap = prediction.heatmap
    view = prediction.view
    if heatmap is None or view is None:
        return None
    note = f"{METHODS[method].title} for {class_name}{suffix}"
    corners = (view.x0, view.y0, view.x1, view.y1)
    return MapLayer(heatmap.values, corners, note, colour(np.linspace(0, 1, 256)))


def _draw_findings(prediction: "Prediction", sample: Sample | None, boxes: Sequence[Box]) -> None:
    frame.draw_figure(
        draw_probabilities(prediction.probabilities, frame.find_theme()), key="probabilities"
    )
    st.markdown(
        ":material/science: **Research use only.** A probability is the model's, not the patient's."
    )
    if sample is not None and prediction.label is not None:
        _compare_with_label(sample, prediction.label)
    if boxes:
        _compare_with_boxes(prediction, boxes)


def _compare_with_label(sample: Sample, label: str) -> None:
    if sample.label == label:
        verdict = ":green[:material/check: as labelled]"
    else:
        verdict = f":orange[:material/close: labelled {escape(sample.label)}]"
    st.markdown(f"Prediction: **{escape(label)}**, {verdict}.")
    if sample.split != "test":
        st.caption(
            f"This image is in the {escape(sample.split)} split: the model may have learned it by"
            " heart."
        )


def _compare_with_boxes(prediction: "Prediction", boxes: Sequence[Box]) -> None:
    heatmap = prediction.heatmap
    view = prediction.view
    if heatmap is None or view is None:
        return
    width, height = prediction.image_size
    found = measure_localisation(place_on_image(heatmap.values, view, height, width), boxes)
    if found.is_peak_inside is not None:
        where = "inside" if found.is_peak_inside else "outside"
        covers = f"which covers {_write_share(found.cover)} of the image"
        st.markdown(f"The map **peaks {where}** the marked {escape(boxes[0].label)}, {covers}.")


def _write_share(share: float) -> str:
    if share < 0.0005:
        return "less than 0.1%"
    return f"{share:.0%}" if share >= 0.01 else f"{share:.1%}"
