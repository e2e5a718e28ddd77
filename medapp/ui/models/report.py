"""The record of a run, to take along: a report to read, and a bundle to make its figures again."""

import tempfile
from pathlib import Path

import streamlit as st

from medapp.runs.heads import name_head
from medapp.runs.run import Run
from medapp.ui.models.questions import draw_questions
from medapp.ui.shell import frame
from medapp.ui.shell.server import open_workspace

HOLDS = (
    "Images and how they were parted, what learned from what with which settings, every figure with"
    " its interval and number of images, what a reader must know of them, a paragraph for your"
    " methods, and CLAIM 2024 and TRIPOD+AI as far as the records tell. A page that any browser"
    " shows and prints; nothing in it is fetched from elsewhere."
)
BUNDLE_HOLDS = (
    "The report, and what stands behind its figures: probabilities, labels, splits and the recipe,"
    " of images that are known by their SHA-256 alone. Whoever has MedApp can make every figure"
    " again from it. No image and no weights."
)


def draw_report(run: Run) -> None:
    """Draw the downloads of a run's report and bundle; each is made when it is asked for."""
    name = run.id if not run.domain else f"{run.id}-{run.domain}"
    with st.container(border=True, width=560):
        st.markdown(f"**Report** of {frame.escape(name_head(run))}")
        st.caption(HOLDS)
        with_images = st.checkbox(
            "With the 12 test images that the model is most at odds with", key="report-images"
        )
        with st.container(horizontal=True):
            _draw_download("Report (HTML)", run, f"{name}.html", "text/html", True, with_images)
            _draw_download(
                "Report (Markdown)", run, f"{name}.md", "text/markdown", True, with_images
            )
    with st.container(border=True, width=560):
        st.markdown("**Bundle**, for a journal's reviewer or a colleague")
        st.caption(BUNDLE_HOLDS)
        with_names = st.checkbox("With file names, patients and sites", key="bundle-names")
        is_judged = run.load_evaluation() is not None
        if not is_judged:
            st.info(
                "This run was not judged on a test split, so there are no figures to make again."
            )
        _draw_download("Bundle", run, f"{name}.zip", "application/zip", is_judged, with_names)
    with st.container(border=True, width=560), frame.show_errors():
        draw_questions(run)


def _draw_download(
    label: str, run: Run, name: str, kind: str, is_there: bool, with_more: bool
) -> None:
    """Draw one download.

    Args:
        with_more: of a bundle with names, of a report with images.
    """
    st.download_button(
        frame.escape(label),
        lambda: _write(run, name, with_more),
        name,
        kind,
        icon=":material/download:",
        on_click="ignore",
        disabled=not is_there,
    )


def _write(run: Run, name: str, with_more: bool) -> bytes:
    # Imported here, because a page that only offers a report does without what writes it.
    from medapp.reports.bundle import write_report

    with tempfile.TemporaryDirectory() as folder:
        (path,) = write_report(
            open_workspace(), run, Path(folder) / name, with_names=with_more, with_images=with_more
        )
        return path.read_bytes()
