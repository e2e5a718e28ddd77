"""Many files and what a model says of each: a table with thumbnails, one of them opened below, all of it to take along."""

import io
import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st
from PIL import Image

from medapp.data.image import IMAGE_SUFFIXES, load_image
from medapp.data.pixels import render_full
from medapp.errors import DataError, ImageError
from medapp.runs.folder import Run
from medapp.ui.frame import escape
from medapp.ui.gallery import build_data_uri
from medapp.ui.predicting import load_model, predict_many, write_csv
from medapp.ui.prediction_view import draw_prediction

MOST_THUMBNAILS = 200
MOST_FILES = 50_000
THUMBNAIL_PX = 96
LOOK = {
    "Image": st.column_config.ImageColumn(width="small"),
    "Probability": st.column_config.ProgressColumn(min_value=0, max_value=1, format="%.3f"),
}


def draw_predictions_table(run: Run, files: Sequence[Path]) -> None:
    """Predict the files and show the table; a chosen row is opened with its heatmap."""
    if not files:
        return
    rows = predict_many(run, files)
    paths = list(rows)
    chosen = 0
    if len(rows) > 1:
        table = [_describe(path, rows[path], place < MOST_THUMBNAILS) for place, path in enumerate(paths)]
        picked = st.dataframe(
            table, hide_index=True, column_config=LOOK, on_select="rerun", selection_mode="single-row", row_height=56, key="predicted"
        )  # fmt: skip
        chosen = _choose(picked.selection.rows, len(paths))
    if paths:
        st.download_button(
            "Download as CSV", write_csv(rows, load_model(run).classes, run.name), "predictions-research-use-only.csv", "text/csv",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
        path = paths[chosen]
        st.subheader(escape(path.name), anchor=False)
        step = draw_prediction(run, path, path.name, None, False, (chosen + 1, len(paths)) if len(paths) > 1 else None)
        if step:
            st.session_state["opened"] = (chosen + step) % len(paths)
            st.rerun()


def _choose(picked: list[int], count: int) -> int:
    """The row that was picked last, or where the reader has gone on to from there."""
    if picked != st.session_state.get("picked", []):
        st.session_state["picked"], st.session_state["opened"] = picked, picked[0] if picked else 0
    return int(min(st.session_state.get("opened", 0), count - 1))


def list_folder(text: str) -> list[Path]:
    """The images in a folder and below it, by name.

    Raises:
        DataError: there is no such folder, or no image in it.
    """
    folder = Path(text).expanduser()
    if not folder.is_dir():
        raise DataError(f"There is no folder {folder} on this machine. Check its path.")
    found = sorted(itertools.islice((p for p in folder.rglob("*") if p.suffix.lower() in IMAGE_SUFFIXES), MOST_FILES))
    if not found:
        raise DataError(f"There is no image in {folder}. Images end in {', '.join(sorted(IMAGE_SUFFIXES))}.")
    return found


@st.cache_data(max_entries=1000, show_spinner=False)
def _build_thumbnail(path: str, saved: int) -> str:
    file = io.BytesIO()
    Image.fromarray(render_full(load_image(Path(path)), longest_px=THUMBNAIL_PX)).save(file, "JPEG")
    return build_data_uri(file.getvalue(), "jpeg")


def _describe(path: Path, row: tuple[str | None, dict[str, float], str | None], has_thumbnail: bool) -> dict[str, Any]:
    label, probabilities, error = row
    image = None
    if has_thumbnail and not error:
        try:
            image = _build_thumbnail(str(path), path.stat().st_mtime_ns)
        except ImageError:
            image = None
    probability = probabilities[label] if label else None
    return {
        "Image": image, "File": path.name, "Prediction": label or "–", "Probability": probability, "Note": error or "research use only",
    }  # fmt: skip
