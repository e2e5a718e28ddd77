"""One image of a data set: large, with its box, its values, and where it comes from."""

import streamlit as st

from medapp.data.samples import DataSet, Sample
from medapp.figures import draw_histogram
from medapp.imaging.geometry import Box
from medapp.imaging.image import load_image
from medapp.imaging.preprocess import render_full
from medapp.ui.data_sets.view import choose_filters
from medapp.ui.elements.image_viewer import draw_viewer
from medapp.ui.shell import frame, url
from medapp.ui.shell.frame import Parents, escape
from medapp.ui.shell.server import find_catalog


def draw_image_page(data_set: DataSet, sample: Sample, parents: Parents) -> None:
    """The page of one image; previous and next go through the images that the gallery's filters
    show.
    """
    way = {**parents, data_set.name: (frame.DATA_SETS, {"set": str(data_set.id)})}
    known = [
        sample.label,
        f"{sample.split} part",
        f"patient {sample.patient}" if sample.patient else "patient unknown",
    ]
    frame.draw_head(
        sample.name, " · ".join([*known, frame.SYNTHETIC] if data_set.is_synthetic else known), way
    )
    left, right = frame.split([2, 1], key="image")
    image = load_image(sample.path)
    catalog, filters = find_catalog(), choose_filters(data_set)
    place, count = (
        catalog.find_place(data_set, sample, **filters),
        catalog.count_samples(data_set, **filters),
    )
    with left:
        note = " · ".join(
            [f"{sample.width} × {sample.height} px", "no physical scale known"]
            + [frame.SYNTHETIC] * data_set.is_synthetic
        )
        of = (place + 1, count) if place is not None else None
        step = draw_viewer(render_full(image), sample.name, note, "viewer", sample.boxes, place=of)
    if step and place is not None:
        neighbour = catalog.load_samples(
            data_set, **filters, offset=(place + step) % count, limit=1
        )
        url.write("image", neighbour[0].id)
        st.rerun()
    with right:
        frame.draw_figure(draw_histogram(image, frame.find_theme()), key="histogram")
        facts = {
            "Class": sample.label,
            "Part": sample.split,
            "Patient": sample.patient or "unknown",
            "Site": sample.site or "unknown",
            "Pixels": f"{sample.width} × {sample.height}, {sample.mode}",
            "Box": ", ".join(map(_describe_box, sample.boxes)) or "none",
            "File": str(sample.path),
            "SHA-256": f"{sample.content_hash[:16]}…",
        }
        with st.container(key="facts", gap="xsmall"):
            for name, value in facts.items():
                st.markdown(f":gray[{name}]  {escape(value)}")


def _describe_box(box: Box) -> str:
    return f"{box.label}, ({box.x0:.0f}, {box.y0:.0f}) to ({box.x1:.0f}, {box.y1:.0f})"
