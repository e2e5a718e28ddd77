"""What a model says of one image, and why: the image under its heatmap beside the findings."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from medapp.data.samples import Sample
from medapp.evaluation.words import write_probability
from medapp.explanation.contours import LEVELS, WORDS, place_contours, trace_contours
from medapp.explanation.methods import METHODS
from medapp.explanation.placing import colour
from medapp.explanation.strength import write_strength
from medapp.imaging.geometry import View
from medapp.imaging.sight import describe_reading
from medapp.runs.heads import name_head
from medapp.runs.run import Run
from medapp.ui.elements.image_viewer import Contour, MapLayer, Shown, draw_viewer
from medapp.ui.predict.doubt import answers_all, draw_refusal
from medapp.ui.predict.findings import draw_findings
from medapp.ui.predict.map_card import draw_map_card
from medapp.ui.predict.predicting import load_model, predict_image
from medapp.ui.predict.report import draw_report
from medapp.ui.predict.siblings import draw_siblings
from medapp.ui.predict.sight import draw_sight, load_sight
from medapp.ui.shell import frame, url
from medapp.ui.shell.frame import escape
from medapp.ui.shell.notes import draw_notes

if TYPE_CHECKING:
    from medapp.prediction.files import Prediction

PREDICTED = "the prediction"
NOTHING = "(no contrast)"
OWN_STAGE = "(the method's own)"
FIRST_METHOD = "gradcam"
COLOURS = "Colours"
CONTOURS = "Contours"


def draw_prediction(
    run: Run,
    path: Path,
    name: str,
    sample: Sample | None = None,
    is_synthetic: bool = False,
    position: tuple[int, int] | None = None,
    is_learned: bool = False,
) -> int:
    """Draw the image under its heatmap, the probabilities, and below them how the map is made.

    Args:
        sample: what is known of the image, where it belongs to a data set.
        position: which image this is, from 1, and of how many.
        is_learned: the model learned from the data set that the image belongs to.

    Returns:
        -1 or 1 when the reader asks for a neighbour, else 0.
    """
    classes = load_model(run).classes
    method = url.read_choice("method", METHODS) or FIRST_METHOD
    explained = url.read_choice("explain", classes)
    against = url.read_choice("against", classes)
    stages = load_model(run).list_stages()
    stage = url.read_choice("stage", stages)
    asked = (method, explained, sample.frame if sample else None, answers_all(), against, stage)
    prediction = predict_image(run, path, *asked)
    left, right = frame.draw_columns([3.2, 1], key="prediction")
    with left:
        suffix = f" · {frame.SYNTHETIC}" if is_synthetic else ""
        layer = _build_layer(prediction, method, suffix)
        if layer is not None and shows_contours():
            layer = replace(layer, contours=_build_contours(layer))
        step = _draw_viewer(run, prediction, name, sample, layer, suffix, position)
        for said in (
            prediction.describe_heatmap(),
            prediction.describe_cells(),
            prediction.describe_stage(),
        ):
            if said:
                st.caption(escape(said))
        if layer is not None and layer.contours:
            st.caption(WORDS)
        draw_report(run, prediction, name, method, shows_contours())
        if not prediction.refusal:
            _draw_choices(classes, method, explained, against)
            _draw_reading(stages, stage)
            st.caption(f"{METHODS[method].help} ({METHODS[method].paper})")
            draw_map_card(run, prediction, method)
            draw_siblings(run, prediction)
    with right:
        if prediction.refusal:
            draw_refusal(run, prediction)
        draw_notes(prediction.notes)
        if prediction.label is not None:
            draw_findings(run, prediction, sample, is_learned)
    return step


def shows_contours() -> bool:
    """Whether maps are drawn as contours, as the page's address says; else in colours."""
    return url.read_choice("map", [CONTOURS]) is not None


def _draw_viewer(
    run: Run,
    prediction: "Prediction",
    name: str,
    sample: Sample | None,
    layer: MapLayer | None,
    suffix: str,
    position: tuple[int, int] | None,
) -> int:
    """The viewer, which stays where an image cannot be read, with the reason and the way on."""
    save_note = f"{name_head(run)} · research use only{suffix}"
    if prediction.error is not None:
        unread = Shown(None, name, position=position, save_note=save_note, problem=prediction.error)
        return draw_viewer(unread, "viewer")
    preprocess = load_model(run).recipe.preprocess
    sight = load_sight(prediction, preprocess)
    shown = Shown(
        sight.image,
        name,
        f"{describe_reading(sight.facts)}{suffix}",
        sample.boxes if sample else (),
        layer,
        position,
        save_note,
        depth=sight.depth,
        spacing=sight.facts.spacing,
    )
    step = draw_viewer(shown, "viewer")
    draw_sight(sight, preprocess)
    return step


def _draw_choices(
    classes: Sequence[str], method: str, explained: str | None, against: str | None
) -> None:
    """How the map is made, the class that it explains, and against which; the address holds all."""
    one, two, three = st.columns(3)
    methods = list(METHODS)
    choices = [PREDICTED, *classes]
    one.selectbox(
        "Heatmap method",
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
    others = [NOTHING, *classes]
    three.selectbox(
        "And why not",
        others,
        others.index(against or NOTHING),
        **url.bind("against", NOTHING),
    )


def _draw_reading(stages: Sequence[str], stage: str | None) -> None:
    """From which stage the map is read, and how it is drawn."""
    one, two, _ = st.columns(3)
    if stages:
        choices = [OWN_STAGE, *reversed(stages)]
        one.selectbox(
            "Read from",
            choices,
            choices.index(stage or OWN_STAGE),
            help="The network's stages, the last one first. Earlier stages: finer, less about the"
            " class.",
            **url.bind("stage", OWN_STAGE),
        )
    two.segmented_control(
        "Show as",
        [COLOURS, CONTOURS],
        default=CONTOURS if shows_contours() else COLOURS,
        required=True,
        # A row that does not wrap cuts the frame around what has the focus.
        wrap=True,
        help="Colours over the image, or lines around the hottest places of the untouched image.",
        **url.bind("map", COLOURS),
    )


def _build_layer(prediction: "Prediction", method: str, suffix: str) -> MapLayer | None:
    heatmap = prediction.heatmap
    view = prediction.view
    if heatmap is None or view is None or prediction.explained is None:
        return None
    strength = 1.0 if heatmap.strength is None else heatmap.strength
    probability = prediction.probabilities[prediction.explained]
    contrast = f" and not {prediction.against}" if prediction.against else ""
    worth = "" if heatmap.strength is None else f" · strength {write_strength(strength)}"
    place = f" from {heatmap.stage}" if heatmap.stage else ""
    note = (
        f"{METHODS[method].title}{place} for {prediction.explained}{contrast}, probability"
        f" {write_probability(probability)}{worth}{suffix}"
    )
    corners = (view.x0, view.y0, view.x1, view.y1)
    return MapLayer(heatmap.values, corners, note, colour(np.linspace(0, 1, 256)), strength)


def _build_contours(layer: MapLayer) -> tuple[Contour, ...]:
    view = View(*layer.view)
    size = len(layer.values)
    return tuple(
        Contour(
            f"{level.share:.0%}",
            f"rgb{level.colour}",
            place_contours(trace_contours(layer.values, level.share), view, size),
        )
        for level in LEVELS
    )
