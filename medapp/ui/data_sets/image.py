"""One image of a data set: large, with its box, its values, and where it comes from."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st
from numpy.typing import NDArray

from medapp.data.samples import DataSet, Sample, say_split
from medapp.errors import ImageError
from medapp.figures import draw_histogram
from medapp.imaging.geometry import Box
from medapp.imaging.image import ImageFacts, draw_picture, read_picture
from medapp.imaging.preprocess import render_full
from medapp.imaging.readers.dicom_header import COLUMNS, write_column
from medapp.imaging.readers.picture import Picture
from medapp.imaging.registered import read_registered
from medapp.task import Task, find_task
from medapp.ui.data_sets.editing import draw_copies_left, draw_edit_bar
from medapp.ui.data_sets.edits import draw_history
from medapp.ui.data_sets.filtering import choose_filters
from medapp.ui.data_sets.neighbours import find_neighbour, find_position
from medapp.ui.data_sets.similar import draw_similar
from medapp.ui.elements.depth import build_depth
from medapp.ui.elements.image_viewer import Shown, draw_viewer
from medapp.ui.shell import frame, url
from medapp.ui.shell.frame import Parents, escape
from medapp.ui.shell.notes import draw_notes


def draw_image_page(data_set: DataSet, sample: Sample, parents: Parents) -> None:
    """Draw the page of one image; previous and next go through what the gallery's filters show."""
    task = find_task(data_set.task)
    facts = [
        task.say_label(sample.label),
        say_split(sample.split),
        f"patient {sample.patient}" if sample.patient else "patient unknown",
    ]
    if sample.is_left_out:
        facts.append("left out")
    if data_set.is_synthetic:
        facts.append(frame.SYNTHETIC)
    way = {**parents, data_set.name: (frame.DATA_SETS, {"set": str(data_set.id)})}
    frame.draw_head(sample.name, " · ".join(facts), way)
    left, right = frame.draw_columns([2, 1], key="image")
    picture, problem = _read(sample)
    image, read = (None, None) if picture is None else draw_picture(picture)
    with left:
        shown = _compose(data_set, sample, picture, image, read, problem)
        _draw_image(data_set, sample, shown)
        draw_copies_left(data_set)
        if draw_edit_bar(data_set, [sample], f"image-{sample.id}"):
            st.rerun()
        draw_history(data_set, sample.id)
        draw_notes(read.notes if read else ())
    with right:
        if picture is not None and image is not None:
            measured = picture.measured
            values, unit = (measured.compute(), measured.unit) if measured else (image, "")
            figure = draw_histogram(values, frame.find_theme(), unit)
            frame.draw_figure(figure, key="histogram")
        _draw_facts(task, sample, read.mode if read else sample.mode)
    draw_similar(data_set, sample)


def _read(sample: Sample) -> tuple[Picture | None, str]:
    """The picture of a sample, in the frame that is looked at; or None, and why."""
    asked = st.session_state.get(_key_frame(sample), sample.frame)
    try:
        content = read_registered(sample.path, sample.content_hash, sample.frame)
        return read_picture(content, sample.path.suffix, asked), ""
    except ImageError as error:
        return None, str(error)


def _compose(
    data_set: DataSet,
    sample: Sample,
    picture: Picture | None,
    image: NDArray[Any] | None,
    read: ImageFacts | None,
    problem: str,
) -> Shown:
    """What the viewer shows of a sample."""
    spacing = read.spacing if read else None
    note = [
        f"{sample.width} × {sample.height} px",
        spacing.describe() if spacing else "no physical scale known",
    ]
    if data_set.is_synthetic:
        note.append(frame.SYNTHETIC)
    return Shown(
        None if image is None else render_full(image),
        sample.name,
        " · ".join(note),
        () if problem else sample.boxes,
        position=find_position(data_set, sample, choose_filters(data_set)),
        problem=problem,
        depth=build_depth(picture.measured) if picture else None,
        spacing=spacing,
        # A sample that is a frame itself has the other frames as neighbours.
        frames=read.frames if read and sample.frame is None else None,
    )


def _draw_image(data_set: DataSet, sample: Sample, shown: Shown) -> None:
    step = draw_viewer(shown, "viewer", partial(_show_frame, sample))
    if step and shown.position:
        filters = choose_filters(data_set)
        url.write("image", find_neighbour(data_set, filters, shown.position, step))
        st.rerun()


def _key_frame(sample: Sample) -> str:
    return f"frame-{sample.content_hash}"


def _show_frame(sample: Sample, number: int) -> None:
    st.session_state[_key_frame(sample)] = number
    st.rerun()


def _draw_facts(task: Task, sample: Sample, mode: str) -> None:
    noun = task.nouns if task.has_several else task.noun
    facts = [
        (noun.capitalize(), task.say_label(sample.label)),
        ("Split", sample.split),
        ("Patient", sample.patient),
        ("Site", sample.site),
        ("Pixels", f"{sample.width} × {sample.height}, {mode}"),
        ("Box", ", ".join(map(_describe_box, sample.boxes))),
        *_name_attributes(sample.attributes),
        ("File", str(sample.path)),
        ("SHA-256", f"{sample.content_hash[:16]}…"),
    ]
    with st.container(key="facts", gap="xsmall"):
        for name, value in facts:
            if value:
                st.markdown(f":gray[{escape(name)}]  {escape(value)}")


def _name_attributes(attributes: Mapping[str, str]) -> list[tuple[str, str]]:
    """Attributes as a reader is shown them; what a header and a table both say stands once."""
    headers = (*COLUMNS, "study", "series")
    named = [(write_column(c) if c in headers else c, value) for c, value in attributes.items()]
    return list(
        {(name.casefold(), value): (name, value) for name, value in reversed(named)}.values()
    )[::-1]


def _describe_box(box: Box) -> str:
    return f"{box.label}, ({box.x0:.0f}, {box.y0:.0f}) to ({box.x1:.0f}, {box.y1:.0f})"
