"""Many files and what a model says of each: a table, one file opened below, and a download."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st
from PIL import Image

from medapp.errors import ImageError
from medapp.evaluation.words import write_probability
from medapp.imaging.image import load_image
from medapp.imaging.preprocess import render_full
from medapp.prediction.table import Row, write_csv
from medapp.runs.run import Run
from medapp.ui.elements.gallery import build_data_uri
from medapp.ui.predict.predicting import load_model
from medapp.ui.predict.view import draw_prediction
from medapp.ui.shell import url
from medapp.ui.shell.frame import escape

MOST_THUMBNAILS = 200
THUMBNAIL_PX = 96
LOOK = {
    "Image": st.column_config.ImageColumn(width="small"),
    "File": st.column_config.TextColumn(width="medium"),
}


def draw_rows(run: Run, folder: Path, rows: Sequence[Row]) -> None:
    """Draw what a model says of each file in a folder; the address holds which one is open."""
    if not rows:
        return
    opened = min(url.read_number("open") or 0, len(rows) - 1)
    if len(rows) > 1:
        table = [_describe_row(row, folder, i < MOST_THUMBNAILS) for i, row in enumerate(rows)]
        picked = st.dataframe(
            table,
            hide_index=True,
            column_config=LOOK,
            on_select="rerun",
            selection_mode="single-row",
            row_height=56,
            key="predicted",
        )
        opened = _choose(picked.selection.rows, opened)
    st.download_button(
        "Download all probabilities (CSV)",
        lambda: write_csv(rows, load_model(run).classes, run.name, folder),
        "predictions-research-use-only.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
    path = rows[opened].file
    st.subheader(escape(path.relative_to(folder).as_posix()), anchor=False)
    position = (opened + 1, len(rows)) if len(rows) > 1 else None
    step = draw_prediction(run, path, path.name, position=position)
    if step:
        url.write("open", (opened + step) % len(rows))
        st.rerun()


def _choose(picked: list[int], opened: int) -> int:
    """The row that was just picked, else the one that the page's address names."""
    if picked != st.session_state.get("picked", []):
        st.session_state["picked"] = picked
        opened = picked[0] if picked else opened
        url.write("open", opened)
    return opened


@st.cache_data(max_entries=1000, show_spinner=False)
def _build_thumbnail(path: str, saved: int) -> str:
    file = io.BytesIO()
    Image.fromarray(render_full(load_image(Path(path)), longest_px=THUMBNAIL_PX)).save(file, "JPEG")
    return build_data_uri(file.getvalue(), "jpeg")


def _describe_row(row: Row, folder: Path, has_thumbnail: bool) -> dict[str, Any]:
    image = None
    if has_thumbnail and not row.error:
        try:
            image = _build_thumbnail(str(row.file), row.file.stat().st_mtime_ns)
        except (ImageError, OSError):
            # The file has gone since.
            image = None
    return {
        "Image": image,
        "File": row.file.relative_to(folder).as_posix(),
        "Prediction": row.label or "–",
        "Probability": write_probability(max(row.probabilities.values())) if row.label else None,
        "Note": row.error or "research use only",
    }
