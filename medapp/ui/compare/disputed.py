"""The test images on which compared runs disagree."""

from collections.abc import Sequence

import streamlit as st

from medapp.runs.run import Run
from medapp.studies.comparison import Comparison
from medapp.studies.disputed import NOT_CALLED, Disputed
from medapp.ui.data_sets.gallery import build_tile
from medapp.ui.elements.gallery import PAGE_SIZE, draw_gallery
from medapp.ui.models.mistakes import load_images
from medapp.ui.shell import frame


def draw_disputed(comparison: Comparison, runs: Sequence[Run]) -> None:
    """Draw the images, and which runs are right; a click opens one with its heatmap.

    Nothing where fewer than two call classes.
    """
    if not comparison.can_disagree:
        return
    found = comparison.disputed
    title = f"They disagree on {len(found):,} of {comparison.n:,} test {comparison.noun}"
    st.subheader(frame.escape(title), anchor=False)
    if not found or comparison.noun != "images":
        return
    images = load_images(runs[0])
    if images is None:
        return
    data_set, by_content = images
    shown = [each for each in found if each.content_hash in by_content][:PAGE_SIZE]
    tiles = [build_tile(data_set, by_content[each.content_hash], _mark(each)) for each in shown]
    said = (
        "Below each image: ✓ for who is right and ✗ for who is not, in the order"
        f" {', '.join(comparison.runs)}. A click opens the image with the first run's heatmap."
    )
    st.caption(frame.escape(said))
    if len(found) > len(shown):
        st.caption(f"The first {len(shown):,} of them are shown.")
    note = frame.SYNTHETIC if data_set.is_synthetic else ""
    opened = draw_gallery(tiles, data_set.classes, "disputed", note)
    if opened is not None:
        st.switch_page(frame.PREDICT, query_params={"by": runs[0].id, "sample": str(opened)})


def _mark(image: Disputed) -> str:
    marks = {image.label: "✓", NOT_CALLED: "·"}
    return " ".join(marks.get(said, "✗") for said in image.said)
