"""A model as ONNX: a download of the graph, its card, and a script that asks it."""

import io
import tempfile
import zipfile
from pathlib import Path

import streamlit as st

from medapp.runs.heads import list_heads, name_head
from medapp.runs.run import Run, name_part
from medapp.ui.shell import frame

HOLDS = (
    "A graph that onnxruntime runs without MedApp, with calibration and how unlike an image is"
    " inside; a card with classes, thresholds and limits; and a script that asks it. It is checked"
    " against the network before it is given to you."
)


def draw_onnx(run: Run) -> None:
    """Draw the button that writes a run's heads as ONNX, then the download, or what is missing."""
    st.markdown("**ONNX**, for other programs.")
    st.caption(HOLDS)
    key = f"onnx-{run.id}-{run.model_path.stat().st_mtime_ns}"
    if key not in st.session_state and st.button("Write ONNX", icon=":material/deployed_code:"):
        with frame.show_errors(), st.spinner("Writing and checking the graph"):
            st.session_state[key] = zip_onnx(run)
            st.rerun()
    if key in st.session_state:
        content = st.session_state[key]
        st.download_button(
            f"Download ({len(content) / 1e6:.0f} MB)",
            content,
            f"{run.id}-onnx.zip",
            "application/zip",
            icon=":material/download:",
            on_click="ignore",
            key="download-onnx",
        )


def zip_onnx(run: Run) -> bytes:
    """A zip of each head's graph and card, and of the script.

    Raises:
        WeightsError: see `medapp.prediction.portable.export_onnx`.
    """
    # Imported here, because the page opens without torch.
    from medapp.prediction.model import load_model
    from medapp.prediction.portable import export_onnx

    target = io.BytesIO()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for head in list_heads(run).values():
            export_onnx(
                load_model(head.require_model()),
                folder / name_part("model.onnx", head.domain),
                name_head(head),
            )
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.iterdir()):
                archive.writestr(path.name, path.read_bytes())
    return target.getvalue()
