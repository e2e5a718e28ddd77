"""What a model says of one image, and why: probabilities beside the heatmap."""

from pathlib import Path

import numpy as np
import streamlit as st

from medapp.data.samples import Sample
from medapp.explanation.placing import colour, measure_localisation, place_on_image
from medapp.figures import draw_probabilities
from medapp.imaging.image import load_image
from medapp.imaging.preprocess import render_full
from medapp.runs.run import Run
from medapp.ui.elements.image_viewer import MapLayer, draw_viewer
from medapp.ui.predict.predicting import load_model, predict_image
from medapp.ui.shell import frame, url
from medapp.ui.shell.frame import escape

PREDICTED = "the prediction"


def draw_prediction(
    run: Run,
    path: Path,
    name: str,
    sample: Sample | None,
    is_synthetic: bool,
    place: tuple[int, int] | None,
) -> int:
    """Draw the image under its heatmap and the probabilities; gives -1 or 1 when the reader asks
    for a neighbour, else 0.
    """
    from medapp.explanation.methods import METHODS  # torch

    classes = load_model(run).classes
    left, right = frame.split([3.2, 1], key="prediction")
    with left:
        one, two = st.columns(2)
        method, explained = (
            url.read_choice("method", METHODS) or "gradcam",
            url.read_choice("explain", classes) or PREDICTED,
        )
        methods, choices = list(METHODS), [PREDICTED, *classes]
        one.selectbox(
            "Method",
            methods,
            methods.index(method),
            format_func=lambda m: METHODS[m].title,
            **url.bind("method", "gradcam"),
        )
        two.selectbox(
            "Explain", choices, choices.index(explained), **url.bind("explain", PREDICTED)
        )
        st.caption(METHODS[method].help)
        prediction = predict_image(run, path, method, None if explained == PREDICTED else explained)
        if prediction.error or prediction.view is None or prediction.label is None:
            st.error(escape(prediction.error or "There is no prediction for this image."))
            return 0
        target = prediction.label if explained == PREDICTED else explained
        boxes = sample.boxes if sample else ()
        width, height = prediction.image_size
        facts = [f"{width} × {height} px", "no physical scale known"] + [
            frame.SYNTHETIC
        ] * is_synthetic
        heatmap, view = prediction.heatmap, prediction.view
        layer = None
        if heatmap is not None:
            corners = (view.x0, view.y0, view.x1, view.y1)
            note = f"{METHODS[method].title} for {target}" + f" · {frame.SYNTHETIC}" * is_synthetic
            layer = MapLayer(heatmap.values, corners, note, colour(np.linspace(0, 1, 256)))
        save_note = f"{run.name} · research use only" + f" · {frame.SYNTHETIC}" * is_synthetic
        step = draw_viewer(
            render_full(load_image(path)),
            name,
            " · ".join(facts),
            "viewer",
            boxes,
            layer,
            place,
            save_note,
        )
        if heatmap is not None and heatmap.note:
            st.info(escape(heatmap.note))
    with right:
        frame.draw_figure(
            draw_probabilities(prediction.probabilities, frame.find_theme()), key="probabilities"
        )
        st.markdown(
            ":material/science: **Research use only.** A probability is the model's, not the"
            " patient's."
        )
        if sample is not None:
            _say_truth(run, sample, prediction.label)
        if heatmap is not None and boxes:
            found = measure_localisation(place_on_image(heatmap.values, view, height, width), boxes)
            if found.is_peak_inside is not None:
                where = "inside" if found.is_peak_inside else "outside"
                covers = f"covers {_write_share(found.cover)} of the image"
                st.markdown(
                    f"The map **peaks {where}** the marked {escape(boxes[0].label)}, which"
                    f" {covers}."
                )
    return step


def _write_share(share: float) -> str:
    return (
        f"{share:.0%}" if share >= 0.01 else f"{share:.1%}" if share >= 0.0005 else "less than 0.1%"
    )


def _say_truth(run: Run, sample: Sample, label: str) -> None:
    is_right = sample.label == label
    verdict = (
        ":green[:material/check: as labelled]"
        if is_right
        else f":orange[:material/close: labelled {escape(sample.label)}]"
    )
    st.markdown(f"Prediction: **{escape(label)}**, {verdict}.")
    if sample.split != "test":
        st.caption(
            f"This image is in the {sample.split} part: the model may have learned it by heart."
        )
