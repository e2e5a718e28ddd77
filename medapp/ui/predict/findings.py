"""What a model finds in one image, in figures and words: beside the image and its heatmap."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from medapp.data.samples import NO_SPLIT, UNLABELLED, Sample
from medapp.evaluation.words import write_probability
from medapp.explanation.placing import measure_localisation, place_on_image
from medapp.explanation.strength import FAINT
from medapp.figures import draw_probabilities
from medapp.imaging.geometry import Box
from medapp.runs.heads import name_head
from medapp.runs.run import Run
from medapp.ui.predict.doubt import draw_doubt
from medapp.ui.predict.labels import AS_LABELLED, compare_findings
from medapp.ui.shell import frame
from medapp.ui.shell.frame import escape
from medapp.ui.shell.heads import JUDGED, list_parameters
from medapp.ui.shell.notes import draw_notes
from medapp.ui.shell.words import state_quality

if TYPE_CHECKING:
    from medapp.prediction.files import Prediction


def draw_findings(
    run: Run, prediction: "Prediction", sample: Sample | None, is_learned: bool = False
) -> None:
    """Draw the probabilities, who says so, and what is known beside them: label, split, boxes.

    Args:
        is_learned: the model learned from the data set that the image belongs to.
    """
    decided = prediction.label if prediction.label in prediction.probabilities else ""
    theme = frame.find_theme()
    limits = prediction.thresholds
    figure = draw_probabilities(prediction.probabilities, theme, limits, decided or "")
    frame.draw_figure(figure, key="probabilities")
    if limits:
        written = ", ".join(f"{name} {write_probability(p)}" for name, p in limits.items())
        st.caption(
            f"✓ from each finding's threshold on, the mark: {escape(written)}. They were chosen on"
            " the validation split: the highest sensitivity + specificity."
        )
    if said := prediction.describe_lock():
        st.markdown(escape(said))
    draw_doubt(run, prediction)
    st.page_link(
        frame.MODELS,
        label=f"by **{escape(name_head(run))}**",
        query_params={"model": run.id, **list_parameters(run, JUDGED)},
        icon=":material/deployed_code:",
    )
    st.caption(f"{escape(state_quality(run))}. A probability is the model's, not the patient's.")
    if sample is not None and prediction.label is not None:
        _compare_with_label(sample, prediction)
        if is_learned and sample.split not in ("test", NO_SPLIT):
            st.caption(
                f"This image is in the {escape(sample.split)} split: the model may have learned it"
                " by heart."
            )
        for sentence in describe_boxes(prediction, sample.boxes):
            st.markdown(escape(sentence))
    evaluation = run.load_evaluation()
    draw_notes(n for n in evaluation.notes if n.level != "info") if evaluation else None


def _compare_with_label(sample: Sample, prediction: "Prediction") -> None:
    label = prediction.label or ""
    if sample.label == UNLABELLED:
        st.markdown(f"Prediction: **{escape(label)}**. The image has no label to compare it with.")
    elif prediction.thresholds:
        probabilities = prediction.probabilities
        found = {
            name: probabilities[name] >= limit for name, limit in prediction.thresholds.items()
        }
        sentences = compare_findings(found, sample.label)
        mark = ":orange[:material/close:]"
        if sentences[0] == AS_LABELLED:
            mark = ":green[:material/check:]"
        st.markdown(f"Prediction: **{escape(label)}**. {mark} {escape(' '.join(sentences))}")
    elif sample.label not in prediction.probabilities:
        st.markdown(
            f"Prediction: **{escape(label)}**. The image is labelled {escape(sample.label)}, which"
            " is no class of this model."
        )
    elif sample.label == label:
        st.markdown(f"Prediction: **{escape(label)}**, :green[:material/check: as labelled].")
    else:
        verdict = f":orange[:material/close: labelled {escape(sample.label)}]"
        st.markdown(f"Prediction: **{escape(label)}**, {verdict}.")


def describe_boxes(prediction: "Prediction", boxes: Sequence[Box]) -> list[str]:
    """How the heatmap lies to the boxes that concern the class it explains, in sentences.

    A box that is named after another class says nothing of this one; a box whose name is no class
    concerns all. A map that carries next to nothing points nowhere.
    """
    heatmap = prediction.heatmap
    view = prediction.view
    explained = prediction.explained
    if heatmap is None or view is None or explained is None or not boxes:
        return []
    classes = set(prediction.probabilities) - {explained}
    concerned = [box for box in boxes if box.label not in classes]
    if not concerned:
        marked = ", ".join(dict.fromkeys(box.label for box in boxes))
        return [f"The box marks {marked}, and this map is for {explained}: they need not agree."]
    if heatmap.strength is not None and heatmap.strength < FAINT:
        return [f"The map for {explained} is too weak to point anywhere."]
    width, height = prediction.image_size
    found = measure_localisation(place_on_image(heatmap.values, view, height, width), concerned)
    if found.is_peak_inside is None:
        return []
    where = "inside" if found.is_peak_inside else "outside"
    marked = ", ".join(dict.fromkeys(box.label for box in concerned)) or "box"
    return [
        f"The map for {explained} peaks {where} the marked {marked}, which covers"
        f" {write_share(found.cover)} of the image."
    ]


def write_share(share: float) -> str:
    """A share of an image in percent, and never 0% for what is a little more."""
    if share < 0.0005:
        return "less than 0.1%"
    return f"{share:.0%}" if share >= 0.01 else f"{share:.1%}"
