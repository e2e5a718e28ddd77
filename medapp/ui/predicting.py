"""Predictions for pages: models kept in memory, one image with its heatmap, and many files as a job that can be stopped and goes on."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from medapp.runs.folder import Run
from medapp.ui.server import open_workspace

if TYPE_CHECKING:
    from medapp.prediction import Model, Prediction

Row = tuple[str | None, dict[str, float], str | None]  # label, probabilities, error


def load_model(run: Run) -> "Model":
    """A run's model; the last few are kept in memory."""
    return _load_model(run.id, run.model_path.stat().st_mtime_ns)


@st.cache_resource(max_entries=3, show_spinner="Loading the model")
def _load_model(run_id: str, changed: int) -> "Model":
    from medapp.prediction import load_model  # torch

    return load_model(Run(open_workspace().runs_folder / run_id))


def predict_image(run: Run, path: Path, method: str, class_name: str | None) -> "Prediction":
    """One image, with its heatmap for a class (the predicted one where none is named)."""
    return _predict_image(run.id, run.model_path.stat().st_mtime_ns, str(path), path.stat().st_mtime_ns, method, class_name)


@st.cache_data(max_entries=64, show_spinner="Predicting")
def _predict_image(run_id: str, changed: int, path: str, saved: int, method: str, class_name: str | None) -> "Prediction":
    from medapp.prediction import predict_files  # torch

    return next(predict_files(_load_model(run_id, changed), [Path(path)], method, class_name))


def predict_many(run: Run, files: Sequence[Path]) -> dict[Path, Row]:
    """What the model says of each file. Shows progress; a click anywhere stops it, what is done stays, and the next look goes on."""
    done: dict[Path, Row] = st.session_state.setdefault("predictions", {}).setdefault(run.id, {})
    waiting = [file for file in files if file not in done]
    if waiting and not st.session_state.get("is-paused"):
        from medapp.prediction import predict_files  # torch

        model, place = load_model(run), st.empty()
        with place.container(horizontal=True, vertical_alignment="center"):
            bar = st.progress(0.0, f"Predicting {len(waiting):,} images")
            st.button("Stop", on_click=_pause, args=(True,), key="stop-predicting")
        for count, prediction in enumerate(predict_files(model, waiting), 1):
            done[prediction.file] = prediction.label, prediction.probabilities, prediction.error
            bar.progress(count / len(waiting), f"Predicting: {count:,} of {len(waiting):,}")
        place.empty()
    elif waiting:
        st.button(f"Go on with the other {len(waiting):,}", on_click=_pause, args=(False,), key="resume-predicting")
    return {file: done[file] for file in files if file in done}


def _pause(is_paused: bool) -> None:
    st.session_state["is-paused"] = is_paused


def write_csv(rows: dict[Path, Row], classes: Sequence[str], model: str) -> str:
    """The predictions as CSV: file, prediction, a column a class, error, model, and what it is for."""
    file = io.StringIO()
    table = csv.writer(file)
    table.writerow(["file", "prediction", *(f"probability of {name}" for name in classes), "error", "model", "use"])
    for path, (label, probabilities, error) in rows.items():
        figures = [f"{probabilities[name]:.6f}" if probabilities else "" for name in classes]
        table.writerow([path, label or "", *figures, error or "", model, "research only"])
    return file.getvalue()
