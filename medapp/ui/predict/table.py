"""Many files and what a model says of each: a table, one file opened below, and downloads."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st
from PIL import Image

from medapp.errors import ImageError
from medapp.evaluation.words import write_probability
from medapp.explanation.methods import METHODS
from medapp.imaging.image import load_image
from medapp.imaging.preprocess import render_full
from medapp.prediction.table import Row, say_notes, write_csv
from medapp.runs.heads import name_head
from medapp.runs.run import Run
from medapp.ui.elements.gallery import build_data_uri
from medapp.ui.predict.filters import Filter, choose_rows, find_truth
from medapp.ui.predict.predicting import load_model
from medapp.ui.predict.view import FIRST_METHOD, draw_prediction, shows_contours
from medapp.ui.shell import url
from medapp.ui.shell.frame import escape

MOST_THUMBNAILS = 200
THUMBNAIL_PX = 96
ANY = "anything"
# Columns that are not shown where no row has anything to say there.
EMPTY = ("Label", "Probability", "Kind", "Left at 90%", "Problem")


def draw_rows(run: Run, folder: Path, rows: Sequence[Row]) -> None:
    """Draw what a model says of each file in a folder; the address holds which one is open."""
    if not rows:
        return
    classes = load_model(run).classes
    shown = list(range(len(rows)))
    opened = min(url.read_number("open") or 0, len(rows) - 1)
    if len(rows) > 1:
        chosen = _draw_filter(classes, _have_labels(rows, folder, classes))
        shown = choose_rows(rows, folder, classes, chosen)
        st.caption(f"{len(shown):,} of {len(rows):,} images")
        opened = _draw_table(rows, shown, folder, classes, opened, str(chosen))
    with st.container(horizontal=True):
        st.download_button(
            "Probabilities (CSV)",
            lambda: write_csv([rows[i] for i in shown], classes, name_head(run), folder),
            "predictions-research-use-only.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        _draw_heatmap_download(run, folder, [rows[i].file for i in shown if not rows[i].problem])
    if not shown:
        st.info("No image fits. Lower the probability, or show other images.")
        return
    opened = opened if opened in shown else shown[0]
    path = rows[opened].file
    st.subheader(escape(path.relative_to(folder).as_posix()), anchor=False)
    place = shown.index(opened)
    position = (place + 1, len(shown)) if len(shown) > 1 else None
    step = draw_prediction(run, path, path.name, position=position)
    if step:
        url.write("open", shown[(place + step) % len(shown)])
        st.rerun()


def _draw_heatmap_download(run: Run, folder: Path, files: Sequence[Path]) -> None:
    """Draw the button that makes a heatmap of each file, as the page makes that of one."""
    model = load_model(run)
    method = url.read_choice("method", METHODS) or FIRST_METHOD
    explained = url.read_choice("explain", model.classes)
    against = url.read_choice("against", model.classes)
    as_contours = shows_contours()
    stage = url.read_choice("stage", model.list_stages())

    def write() -> bytes:
        from medapp.prediction.heatmaps import zip_heatmaps

        asked = (method, explained, against, as_contours, stage)
        return zip_heatmaps(model, name_head(run), folder, files, *asked)

    st.download_button(
        f"{len(files):,} heatmap{'s' * (len(files) != 1)} (zip)",
        write,
        "heatmaps-research-use-only.zip",
        "application/zip",
        icon=":material/folder_zip:",
        on_click="ignore",
        disabled=not files,
        help="Each image of the table under its heatmap, and a table of what each map is worth.",
    )


def _have_labels(rows: Sequence[Row], folder: Path, classes: Sequence[str]) -> bool:
    """Whether folders name the class of some files.

    A folder names one class; where an image may have several findings it says nothing.
    """
    if any(row.thresholds for row in rows):
        return False
    return any(find_truth(row.file, folder, classes) is not None for row in rows)


def _draw_filter(classes: Sequence[str], has_labels: bool) -> Filter:
    one, two, three = st.columns([1, 1.4, 1], vertical_alignment="bottom")
    choices = [ANY, *classes]
    name = one.selectbox("Show images where", choices, key="filter-class")
    least = two.slider(
        "has a probability of at least",
        0.0,
        1.0,
        0.0,
        0.01,
        key="filter-least",
        disabled=name == ANY,
    )
    is_wrong = has_labels and three.toggle(
        "Only those unlike their folder",
        key="filter-wrong",
        help="Images in a folder that is named after a class, and predicted as another one.",
    )
    return Filter(None if name == ANY else name, float(least), is_wrong)


def _draw_table(
    rows: Sequence[Row],
    shown: Sequence[int],
    folder: Path,
    classes: Sequence[str],
    opened: int,
    name: str,
) -> int:
    """Draw the rows that are shown; gives the one that is open."""
    table = [
        _describe_row(rows[i], folder, classes, place < MOST_THUMBNAILS)
        for place, i in enumerate(shown)
    ]
    empty = {c for c in EMPTY if all(line[c] is None for line in table)}
    table = [{c: value for c, value in line.items() if c not in empty} for line in table]
    look: dict[str, Any] = {
        "Image": st.column_config.ImageColumn(width="small"),
        "File": st.column_config.TextColumn(width="medium"),
        "Label": st.column_config.TextColumn(help="From the name of the file's folder."),
        "Kind": st.column_config.TextColumn(
            help="Whether the image is of the kind that the model learned from: familiar, unlike"
            " (1 in 100 of its own kind lies so far off) or alien (1 in 10,000; not answered)."
        ),
        "Left at 90%": st.column_config.TextColumn(
            help="The classes that hold the true one nine times in ten, for each class by itself."
        ),
    }
    for label in [] if any(rows[i].thresholds for i in shown) else classes:
        look[f"p({label})"] = st.column_config.ProgressColumn(
            min_value=0, max_value=1, format=" ", help=f"Probability of {label}"
        )
    picked = st.dataframe(
        table,
        hide_index=True,
        placeholder="–",
        width="stretch",
        height=min(38 + 56 * len(table), 400) if table else "auto",
        column_config=look,
        on_select="rerun",
        selection_mode="single-row",
        row_height=56,
        key=f"predicted-{name}",
    )
    return _choose([shown[row] for row in picked.selection.rows if row < len(shown)], opened)


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


def _write_probability(row: Row) -> str | None:
    """The probability of what is decided; of findings, each of them has a column."""
    if row.label is None or row.thresholds:
        return None
    return write_probability(row.probabilities.get(row.label, max(row.probabilities.values())))


def _write_cell(row: Row, name: str) -> float | str | None:
    """One class's probability, as a bar; a finding's with whether it reaches its threshold."""
    probability = row.probabilities.get(name)
    if probability is None or name not in row.thresholds:
        return probability
    return f"{write_probability(probability)} {'✓' if row.found[name] else '✗'}"


def _describe_row(
    row: Row, folder: Path, classes: Sequence[str], has_thumbnail: bool
) -> dict[str, Any]:
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
        "Label": None if row.thresholds else find_truth(row.file, folder, classes),
        "Prediction": row.label,
        "Probability": _write_probability(row),
        "Kind": row.familiar.verdict if row.familiar else None,
        "Left at 90%": ", ".join(row.sets[0.9]) or "none" if 0.9 in row.sets else None,
        "Problem": row.problem or say_notes(row.notes) or None,
        **{f"p({name})": _write_cell(row, name) for name in classes},
    }
