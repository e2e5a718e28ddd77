"""External validation: a model on all images of another data set with the same classes."""

import streamlit as st

from medapp.figures import draw_confusion
from medapp.runs.run import Run
from medapp.ui.models.cards import draw_evaluation
from medapp.ui.shell import frame
from medapp.ui.shell.server import find_catalog, open_workspace


def draw_external(run: Run) -> None:
    """Draw the choice of a data set, and the figures once they were asked for."""
    classes = run.find_classes()
    learned = run.recipe.data.train.id
    others = [
        data_set
        for data_set in find_catalog().list_data_sets()
        if data_set.uid != learned and set(data_set.classes) <= set(classes)
    ]
    if not others:
        known = frame.escape(", ".join(classes))
        st.info(
            f"No other data set has this model's classes ({known}). Add one to see how the model"
            " does elsewhere."
        )
        return
    other = st.selectbox("Data set", others, format_func=lambda data_set: data_set.name)
    if st.button("Evaluate on all its images", type="primary"):
        with st.spinner(f"Predicting {find_catalog().count_samples(other):,} images"):
            # Imported here, because the page opens without torch.
            from medapp.runs.evaluate import evaluate_run

            evaluation = evaluate_run(open_workspace(), run, dataset=other.uid)
        draw_evaluation(evaluation, f"all of {other.name}, another data set")
        frame.draw_figure(draw_confusion(evaluation, frame.find_theme()), key="confusion-elsewhere")
