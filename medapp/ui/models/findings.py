"""The figures of findings, each judged by itself: a table, its two by two, the images of a cell."""

import math
from typing import Any

import streamlit as st

from medapp.evaluation.evaluation import ClassFigures, Evaluation
from medapp.evaluation.metrics import FINDING_METRICS
from medapp.evaluation.words import write_figure, write_probability
from medapp.figures import draw_roc, draw_sensitivity, list_roc
from medapp.runs.results import list_probabilities, load_predictions
from medapp.runs.run import Run
from medapp.task import find_task
from medapp.ui.models.mistakes import draw_images
from medapp.ui.shell import frame

TITLES = {"auroc": "AUROC", "f1": "F1", "average_precision": "Average precision"}
# What became of a finding in an image: whether it is there, whether it was found.
CELLS = {
    "missed": (True, False),
    "false alarms": (False, True),
    "found": (True, True),
    "rightly not found": (False, False),
}


def draw_findings(run: Run, evaluation: Evaluation) -> None:
    """Draw how each finding is told: counts at its threshold, curves, all figures."""
    left, right = frame.draw_columns(2, key="figures")
    with left:
        st.subheader("At each finding's threshold", anchor=False)
        _draw_counts(evaluation)
        st.caption(
            "Thresholds were chosen on the validation split: the highest sensitivity + specificity."
            " An image of which a finding is not known counts for it in no cell."
        )
        cell = _choose_cell(evaluation)
    with right:
        _draw_roc(run, evaluation)
    if cell is not None:
        name, what = cell
        images = find_images(run, evaluation, name, *CELLS[what])
        title = f"{name}: {len(images):,} {what}, the surest first"
        draw_images(run, title, images, name)
    st.subheader("Per finding", anchor=False)
    frame.draw_figure(draw_sensitivity(evaluation, frame.find_theme()), key="sensitivity")
    _draw_figures(evaluation)


def draw_findings_table(evaluation: Evaluation) -> None:
    """Draw the counts and the figures of findings on images that no run keeps predictions of."""
    _draw_counts(evaluation)
    _draw_figures(evaluation)


def _draw_counts(evaluation: Evaluation) -> None:
    st.dataframe(list_counts(evaluation), hide_index=True, alt="Two by two of each finding")


def _draw_figures(evaluation: Evaluation) -> None:
    st.dataframe(list_figures(evaluation), hide_index=True, alt="Figures of each finding")
    st.caption(
        "By chance the average precision is the prevalence, the finding's share of the images."
    )


def list_counts(evaluation: Evaluation) -> list[dict[str, Any]]:
    """A finding a row: its threshold and the four counts at it."""
    return [
        {
            "Finding": name,
            "Threshold": write_probability(figures.threshold or 0.0),
            **{what.capitalize(): count for what, count in count_cells(figures).items()},
        }
        for name, figures in evaluation.per_class.items()
    ]


def count_cells(figures: ClassFigures) -> dict[str, int]:
    """How many images of which the finding is known stand in each of `CELLS`."""
    hits = figures.hits or 0
    alarms = figures.false_alarms or 0
    others = figures.others or 0
    counts = (figures.n - hits, alarms, hits, others - alarms)
    return dict(zip(CELLS, counts, strict=True))


def list_figures(evaluation: Evaluation) -> list[dict[str, Any]]:
    """A finding a row: on how many known images, and every figure with its interval."""
    rows = []
    for name, figures in evaluation.per_class.items():
        known = figures.n + (figures.others or 0)
        row: dict[str, Any] = {"Finding": name, "With": figures.n, "Known": known}
        row["Prevalence"] = write_figure(figures.n / known) if known else None
        for metric in ("auroc", "average_precision", *FINDING_METRICS):
            title = TITLES.get(metric, metric.capitalize())
            value = getattr(figures, metric)
            written = write_figure(value, figures.intervals.get(metric))
            row[title] = "not judged" if value is None else written
        rows.append(row)
    return rows


def find_images(
    run: Run, evaluation: Evaluation, name: str, is_there: bool, is_found: bool
) -> list[tuple[str, float]]:
    """Content hash and probability of the images in one cell of a finding, the surest first."""
    task = find_task(evaluation.task)
    column = evaluation.classes.index(name)
    limit = evaluation.thresholds[column]
    rows = load_predictions(run)
    targets = task.encode([row["label"] for row in rows], evaluation.classes)[:, column]
    chosen = [
        (row["content_hash"], row[f"probability of {name}"])
        for row, target in zip(rows, targets, strict=True)
        if not math.isnan(target)
        and bool(target) == is_there
        and (row[f"probability of {name}"] >= limit) == is_found
    ]
    return sorted(chosen, key=lambda row: -row[1] if is_found else row[1])


def _choose_cell(evaluation: Evaluation) -> tuple[str, str] | None:
    """The cell whose images are to be looked at: what is missed before all else."""
    counts = {
        (name, what): count
        for what in CELLS
        for name, figures in evaluation.per_class.items()
        if (count := count_cells(figures)[what])
    }
    return st.selectbox(
        "Choose a cell to see its images",
        list(counts),
        index=None,
        placeholder="finding: what became of it",
        format_func=lambda cell: f"{cell[0]}: {cell[1]} ({counts[cell]:,})",
        key="finding-cell",
    )


def _draw_roc(run: Run, evaluation: Evaluation) -> None:
    rows = load_predictions(run)
    # A run that was imported without predictions has no rows.
    if rows:
        names = evaluation.classes
        probabilities = list_probabilities(rows, names)
        truth = find_task(evaluation.task).encode([row["label"] for row in rows], names)
        figure = draw_roc(probabilities, truth, evaluation, frame.find_theme())
        frame.draw_figure(figure, "roc", lambda: list_roc(probabilities, truth, evaluation))
