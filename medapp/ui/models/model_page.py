"""One model: how good, how it learned, what it takes for what, what was asked; rename, export,
evaluate elsewhere, delete.
"""

import tempfile
from pathlib import Path
from typing import Any

import streamlit as st

from medapp.evaluation.evaluate import Evaluation
from medapp.evaluation.metrics import CLASS_METRICS
from medapp.figures import draw_confusion, draw_loss, draw_metrics, draw_roc, draw_sensitivity
from medapp.runs.progress import UNDER_WAY
from medapp.runs.run import Run
from medapp.runs.transfer import export_run
from medapp.ui.models.mistakes import draw_cell_images
from medapp.ui.models.run_view import (
    draw_evaluation,
    draw_figures,
    find_classes,
    read_evaluation,
    state_recipe,
    write_figure,
)
from medapp.ui.shell import frame, url
from medapp.ui.shell.server import find_catalog, open_workspace
from medapp.ui.train.live_panel import draw_chip, draw_settings

DOWNLOAD_LIMIT_MB = (
    100  # a download is held in memory several times over; a larger file is written beside the run
)


def draw_model_page(run: Run) -> None:
    """The page of one run."""
    frame.draw_head(run.name, state_recipe(run), {"Models": (frame.MODELS, {})})
    with st.container(horizontal=True, vertical_alignment="center"):
        draw_chip(run.state)
        if run.has_model and st.button(
            "Predict with this model", type="primary", icon=":material/biotech:"
        ):
            st.switch_page(frame.PREDICT, query_params={"by": run.id})
        if run.state in UNDER_WAY or not run.has_model:
            st.page_link(frame.TRAIN, label="Watch it, or resume it", query_params={"run": run.id})
    views = ["Figures", "Curves", "Settings", "Another data set", "Manage"]
    view = url.read_choice("show", views) or views[0]
    st.segmented_control(
        "View",
        views,
        default=view,
        required=True,
        wrap=True,
        label_visibility="collapsed",
        **url.bind("show", views[0]),
    )
    if view == "Figures":
        _draw_figures(run)
    elif view == "Curves":
        _draw_curves(run)
    elif view == "Settings":
        draw_settings(run)
    elif view == "Another data set":
        _draw_external(run)
    else:
        _draw_management(run)


def _draw_figures(run: Run) -> None:
    figures = run.load_evaluation()
    if figures is None:
        st.info("There are no figures yet: a run reads the test part once, at its end.")
        return
    draw_figures(run)
    evaluation = read_evaluation(figures)
    left, right = frame.split(2, key="figures")
    with left:
        confusion = draw_confusion(evaluation, frame.find_theme())
        picked = frame.draw_figure(
            confusion, key="confusion", on_select="rerun", selection_mode="points"
        )
        st.caption("Click a cell to see its images.")
    with right:
        _draw_roc(run, evaluation)
    points = picked.selection.points
    if points:
        row, column = points[0]["customdata"]
        draw_cell_images(run, evaluation.classes[row], evaluation.classes[column])
    _draw_classes(evaluation)


def _draw_roc(run: Run, evaluation: Evaluation) -> None:
    from medapp.runs.results import load_predictions  # torch

    rows, classes = load_predictions(run), evaluation.classes
    if rows:  # a run that was imported without them has none
        probabilities = [[row[f"probability of {name}"] for name in classes] for row in rows]
        truth = [classes.index(row["label"]) for row in rows]
        frame.draw_figure(draw_roc(probabilities, truth, evaluation, frame.find_theme()), key="roc")


def _draw_classes(evaluation: Evaluation) -> None:
    st.subheader("Per class", anchor=False)
    frame.draw_figure(draw_sensitivity(evaluation, frame.find_theme()), key="sensitivity")
    rows = []
    for name, figures in evaluation.per_class.items():
        row: dict[str, Any] = {"Class": name, "n": figures.n}
        for metric in CLASS_METRICS:
            title = {"f1": "F1", "auroc": "AUROC"}.get(metric, metric.capitalize())
            row[title] = write_figure(getattr(figures, metric), figures.intervals.get(metric))
        rows.append(row)
    st.dataframe(rows, hide_index=True)


def _draw_curves(run: Run) -> None:
    events = run.events
    left, right = frame.split(2, key="curves")
    with left:
        frame.draw_figure(draw_loss(events, frame.find_theme()), key="loss")
    with right:
        frame.draw_figure(draw_metrics(events, frame.find_theme()), key="metrics")


def _draw_external(run: Run) -> None:
    """External validation: all images of another data set with the same classes."""
    classes = find_classes(run)
    others = [
        d
        for d in find_catalog().list_data_sets()
        if d.name != run.recipe.dataset and set(d.classes) <= set(classes)
    ]
    if not others:
        known = frame.escape(", ".join(classes))
        st.info(
            f"No other data set has this model's classes ({known}). Add one to see how the model"
            " does elsewhere."
        )
        return
    other = st.selectbox("Data set", others, format_func=lambda d: d.name)
    if st.button("Evaluate on all its images", type="primary"):
        with st.spinner(f"Predicting {find_catalog().count_samples(other):,} images"):
            from medapp.runs.evaluate import evaluate_run  # torch

            figures = evaluate_run(open_workspace(), run, dataset=other.name)
        draw_evaluation(read_evaluation(figures), f"of {other.name}, another data set")
        frame.draw_figure(
            draw_confusion(read_evaluation(figures), frame.find_theme()), key="confusion-elsewhere"
        )


def _draw_management(run: Run) -> None:
    with frame.show_errors(), st.form("rename", width=560):
        name = st.text_input("Name", run.name)
        if st.form_submit_button("Rename"):
            run.rename(name)
            st.rerun()
    if run.has_model:
        _draw_export(run)
    with st.container(border=True, width=560):
        st.markdown(
            "**Delete** the run with its model, figures and curves. The images are not touched."
        )
        is_sure = st.checkbox("Yes, delete this run")
        if st.button("Delete", icon=":material/delete:", disabled=not is_sure):
            run.delete()
            st.switch_page(frame.MODELS)


def _draw_export(run: Run) -> None:
    with st.container(border=True, width=560):
        st.markdown(
            "**Export** as a zip: weights (`.safetensors`), recipe, split, curves and figures, but"
            " no images."
        )
        megabytes = run.model_path.stat().st_size / 1e6
        name = f"{run.id}.zip"
        if megabytes > DOWNLOAD_LIMIT_MB:
            if st.button("Write the zip beside the run"):
                st.code(str(export_run(run, run.folder / name)), language=None)
            return
        st.download_button(
            f"Download ({megabytes:.0f} MB)",
            lambda: _zip(run),
            name,
            "application/zip",
            icon=":material/download:",
        )


def _zip(run: Run) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return export_run(run, Path(folder) / "run.zip").read_bytes()
