"""One data set: its gallery with filters, its balance, what to know of it, its preprocessing, its
name.
"""

from collections.abc import Sequence
from typing import TypedDict

import streamlit as st

from medapp.data.importing import ImportReport
from medapp.data.notes import describe
from medapp.data.samples import SPLITS, DataSet, Sample
from medapp.errors import ImageError
from medapp.figures import draw_balance
from medapp.imaging.thumbnails import load_thumbnail
from medapp.store.cache import open_cache
from medapp.ui.data_sets.preview import draw_preprocess_preview
from medapp.ui.elements.gallery import PAGE_SIZE, Tile, draw_gallery
from medapp.ui.shell import frame, url
from medapp.ui.shell.frame import Parents, escape
from medapp.ui.shell.server import find_catalog, open_workspace

ALL = "All"


class Filters(TypedDict):
    """What a catalog's filters take."""

    label: str | None
    split: str | None
    text: str | None


def count_and_name(data_set: DataSet) -> str:
    """A data set in one line."""
    parts = [
        f"{find_catalog().count_samples(data_set):,} images",
        f"{len(data_set.classes)} classes: {', '.join(data_set.classes[:6])}",
    ]
    parts.append(
        {"registered": "registered in place", "uploaded": "copied into the workspace"}.get(
            data_set.origin, data_set.origin
        )
    )
    return " · ".join([*parts, frame.SYNTHETIC] if data_set.is_synthetic else parts)


def draw_data_set(data_set: DataSet, parents: Parents) -> None:
    """The page of one data set."""
    frame.draw_head(data_set.name, count_and_name(data_set), parents)
    _draw_report()
    views = ["Images", "Preprocess", "Rename or remove"]
    view = url.read_choice("view", views) or views[0]
    st.segmented_control(
        "View",
        views,
        default=view,
        required=True,
        wrap=True,
        label_visibility="collapsed",
        **url.bind("view", views[0]),
    )
    if view == "Images":
        left, right = frame.split([3, 1], key="data-set")
        with left:
            _draw_images(data_set)
        with right:
            _draw_facts(data_set)
    elif view == "Preprocess":
        draw_preprocess_preview(data_set)
    else:
        _draw_management(data_set)


def choose_filters(data_set: DataSet) -> Filters:
    """Class, part and text as the page's address says; what a catalog's filters take."""
    label, split = url.read_choice("label", data_set.classes), url.read_choice("part", SPLITS)
    return {"label": label, "split": split, "text": url.read_text("find") or None}


def _draw_images(data_set: DataSet) -> None:
    one, two, three = st.columns([1, 1.9, 1])
    filters, labels = choose_filters(data_set), [ALL, *data_set.classes]
    one.selectbox(
        "Class", labels, labels.index(filters["label"] or ALL), **url.bind("label", ALL, ["page"])
    )
    part = filters["split"] or ALL
    two.segmented_control(
        "Part",
        [ALL, *SPLITS],
        default=part,
        required=True,
        wrap=True,
        **url.bind("part", ALL, ["page"]),
    )
    three.text_input(
        "Search",
        filters["text"] or "",
        placeholder="name, patient, site",
        **url.bind("find", "", ["page"]),
    )
    opened = draw_gallery_page(data_set, filters, key="gallery")
    if opened is not None:
        url.write("image", opened)
        st.rerun()


def draw_gallery_page(data_set: DataSet, filters: Filters, key: str) -> int | None:
    """One page of the images that fit the filters, the page's number in the address; gives the id
    of the one just clicked.
    """
    catalog = find_catalog()
    count = catalog.count_samples(data_set, **filters)
    if not count:
        st.info("No image fits. Choose another class or part, or clear the search.")
        return None
    pages = -(-count // PAGE_SIZE)
    box = st.container()
    page = min(max(1, url.read_number("page") or 1), pages)
    if pages > 1:
        st.pagination(pages, default=page, width="stretch", **url.bind("page", 1))
        st.caption(f"{count:,} images, {PAGE_SIZE} a page")
    samples = catalog.load_samples(
        data_set, **filters, offset=(page - 1) * PAGE_SIZE, limit=PAGE_SIZE
    )
    tiles = [build_tile(data_set.classes, sample) for sample in samples]
    with box:
        return draw_gallery(
            tiles, data_set.classes, key=key, note=frame.SYNTHETIC if data_set.is_synthetic else ""
        )


def build_tile(classes: Sequence[str], sample: Sample, badge: str = "") -> Tile:
    """A sample as a tile; one whose file has gone since is blank and says so."""
    name = sample.name.rpartition("/")[2]
    try:
        jpeg = load_thumbnail(sample.path, sample.content_hash, open_cache(open_workspace()))
    except ImageError:
        jpeg, name = b"", f"{name} (cannot be read)"
    return Tile(sample.id, jpeg, name, sample.label, classes.index(sample.label), badge)


def _draw_facts(data_set: DataSet) -> None:
    catalog = find_catalog()
    frame.draw_figure(
        draw_balance(catalog.count_classes(data_set), frame.find_theme()), key="balance"
    )
    st.subheader("What to know", anchor=False)
    for sentence in _find_notes(data_set.id, data_set.created, data_set):
        st.markdown(f":material/info: {escape(sentence)}")
    unreadable = catalog.list_unreadable(data_set)
    if unreadable:
        with st.expander(f"{len(unreadable):,} unreadable files"):
            st.dataframe(
                {
                    "File": [file for file, _ in unreadable],
                    "Reason": [reason for _, reason in unreadable],
                },
                hide_index=True,
            )
    if st.button("Train on this data set", type="primary", width="stretch"):
        st.switch_page(frame.TRAIN, query_params={"data": str(data_set.id)})


@st.cache_data(max_entries=100, show_spinner=False)
def _find_notes(id: int, created: str, _data_set: DataSet) -> list[str]:
    """What there is to know; of 100,000 images it takes most of a second to find, and it never
    changes.
    """
    return list(describe(_data_set, find_catalog()))


def _draw_report() -> None:
    """What came in, said once after it was added."""
    report: ImportReport | None = st.session_state.pop("report", None)
    if report is not None:
        sides = ", ".join(f"{count:,} {side}" for side, count in report.splits.items())
        unread = (
            f" {len(report.unreadable):,} files could not be read; they are listed below."
            if report.unreadable
            else ""
        )
        st.success(
            f"{report.images:,} images came in: {sides}.{unread}", icon=":material/check_circle:"
        )


def _draw_management(data_set: DataSet) -> None:
    with frame.show_errors(), st.form("rename", width=560):
        name = st.text_input("Name", data_set.name)
        if st.form_submit_button("Rename"):
            find_catalog().rename(data_set, name)
            st.rerun()
    with st.container(border=True, width=560):
        is_copied = data_set.origin != "registered"
        fate = (
            "Its images in the workspace are deleted."
            if is_copied
            else "The folder and its images stay where they are."
        )
        st.markdown(f"**Remove.** {fate} Runs that were trained on it stay.")
        is_sure = st.checkbox("Yes, remove this data set")
        if st.button("Remove", icon=":material/delete:", disabled=not is_sure):
            find_catalog().remove(data_set)
            st.switch_page(frame.DATA_SETS)
