"""The figures of a model: cards, confusion, ROC curves, classes, and the images behind a cell."""

from typing import Any

import streamlit as st

from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.metrics import CLASS_METRICS
from medapp.evaluation.words import write_figure
from medapp.figures import draw_confusion, draw_roc, draw_sensitivity, list_roc
from medapp.runs.decided import load_decided
from medapp.runs.heads import note_unjudged
from medapp.runs.progress import UNDER_WAY
from medapp.runs.results import list_probabilities, load_predictions
from medapp.runs.run import Run
from medapp.task import find_task
from medapp.ui.models.cards import draw_quality
from medapp.ui.models.findings import draw_findings
from medapp.ui.models.mistakes import draw_cell_images
from medapp.ui.shell import frame
from medapp.ui.shell.server import open_workspace

CLASS_TITLES = {"f1": "F1", "auroc": "AUROC"}


def draw_figures(run: Run) -> None:
    """Draw all that the evaluation on the test split said."""
    evaluation = load_decided(run)
    if evaluation is None:
        _draw_unjudged(run)
        return
    draw_quality(run)
    if evaluation.thresholds:
        draw_findings(run, evaluation)
        return
    if evaluation.confusion:
        _draw_errors(run, evaluation)
    _draw_classes(evaluation)


def _draw_unjudged(run: Run) -> None:
    """Say that there are no figures; draw the way to those of a further head that has none."""
    if not run.domain or run.state in UNDER_WAY:
        st.info("There are no figures yet: a run reads the test split once, at its end.")
        return
    st.info(frame.escape(note_unjudged(run).text))
    if st.button("Judge it on its test split", type="primary"):
        with st.spinner("Predicting"), frame.show_errors():
            # Imported here, because the page opens without torch.
            from medapp.runs.evaluate import evaluate_run

            evaluate_run(open_workspace(), run)
            st.rerun()


def _draw_errors(run: Run, evaluation: Evaluation) -> None:
    """Draw which class is taken for which, and the ROC curves, of images with one label each."""
    left, right = frame.draw_columns(2, key="figures")
    with left:
        confusion = draw_confusion(evaluation, frame.find_theme())
        picked = frame.draw_figure(
            confusion, key="confusion", on_select="rerun", selection_mode="points"
        )
        cell = _choose_cell(evaluation)
    with right:
        _draw_roc(run, evaluation)
    points = picked.selection.points
    if points:
        cell = (points[0]["customdata"][0], points[0]["customdata"][1])
    if cell:
        draw_cell_images(run, evaluation.classes[cell[0]], evaluation.classes[cell[1]])


def _choose_cell(evaluation: Evaluation) -> tuple[int, int] | None:
    """The cell of the confusion matrix that the reader names, by keyboard too: errors first."""
    counts = {
        (row, column): count
        for row, counts_of_row in enumerate(evaluation.confusion)
        for column, count in enumerate(counts_of_row)
        if count
    }
    classes = evaluation.classes
    return st.selectbox(
        "Click a cell, or choose one, to see its images",
        sorted(counts, key=lambda cell: (cell[0] == cell[1], -counts[cell])),
        index=None,
        placeholder="truth → prediction",
        format_func=lambda cell: f"{classes[cell[0]]} → {classes[cell[1]]}: {counts[cell]:,}",
        key="cell-choice",
    )


def _draw_roc(run: Run, evaluation: Evaluation) -> None:
    rows = load_predictions(run)
    classes = evaluation.classes
    # A run that was imported without predictions has no rows.
    if rows:
        probabilities = list_probabilities(rows, classes)
        truth = [classes.index(row["label"]) for row in rows]
        figure = draw_roc(probabilities, truth, evaluation, frame.find_theme())
        frame.draw_figure(figure, "roc", lambda: list_roc(probabilities, truth, evaluation))


def _draw_classes(evaluation: Evaluation) -> None:
    noun = find_task(evaluation.task).noun
    st.subheader(frame.escape(f"Per {noun}"), anchor=False)
    frame.draw_figure(draw_sensitivity(evaluation, frame.find_theme()), key="sensitivity")
    rows = []
    for name, figures in evaluation.per_class.items():
        row: dict[str, Any] = {noun.capitalize(): name, "n": figures.n}
        for metric in CLASS_METRICS:
            title = CLASS_TITLES.get(metric, metric.capitalize())
            row[title] = write_figure(getattr(figures, metric), figures.intervals.get(metric))
        rows.append(row)
    st.dataframe(rows, hide_index=True, alt=f"Figures of each {noun}")
