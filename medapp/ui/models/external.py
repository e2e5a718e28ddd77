"""External validation: a model on all images of another data set with the same classes."""

import streamlit as st

from medapp.data.samples import DataSet
from medapp.figures import draw_confusion
from medapp.runs.run import Run
from medapp.task import find_task
from medapp.ui.models.cards import draw_evaluation
from medapp.ui.models.findings import draw_findings_table
from medapp.ui.shell import frame
from medapp.ui.shell.server import find_catalog, open_workspace


def draw_external(run: Run) -> None:
    """Draw the choice of a data set, and the figures once they were asked for."""
    classes = run.find_classes()
    learned = run.home.id
    others = [
        data_set
        for data_set in find_catalog().list_data_sets()
        if data_set.uid != learned and fits(data_set, run)
    ]
    if not others:
        task = find_task(run.recipe.data.task)
        known = frame.escape(f"{task.nouns} ({', '.join(classes)})")
        st.info(
            f"No other data set has this model's {known}. Add one to see how the"
            " model does elsewhere."
        )
        return
    other = st.selectbox("Data set", others, format_func=lambda data_set: data_set.name)
    if st.button("Evaluate on all its images", type="primary"):
        with st.spinner(f"Predicting {find_catalog().count_samples(other):,} images"):
            # Imported here, because the page opens without torch.
            from medapp.runs.evaluate import evaluate_run

            evaluation = evaluate_run(open_workspace(), run, dataset=other.uid)
        draw_evaluation(evaluation, f"all of {other.name}, another data set")
        if evaluation.thresholds:
            draw_findings_table(evaluation)
            return
        frame.draw_figure(draw_confusion(evaluation, frame.find_theme()), key="confusion-elsewhere")


def fits(data_set: DataSet, run: Run) -> bool:
    """Whether a run's model can be judged on a data set: what is asked, and the classes."""
    task = find_task(run.recipe.data.task)
    if find_task(data_set.task).has_several != task.has_several:
        return False
    classes = set(run.find_classes())
    shared = classes.intersection(data_set.classes)
    return bool(shared) if task.has_several else set(data_set.classes) <= classes
