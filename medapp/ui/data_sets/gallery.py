"""The images of a data set: filters, and a page of thumbnails at a time."""

from collections import Counter
from typing import TypedDict

import streamlit as st

from medapp.data.order import Entry, arrange
from medapp.data.samples import SPLITS, DataSet, Sample
from medapp.errors import ImageError
from medapp.imaging.thumbnails import load_thumbnail
from medapp.store.cache import open_cache
from medapp.task import find_task
from medapp.ui.elements.gallery import PAGE_SIZE, Tile, draw_gallery
from medapp.ui.shell import frame, url
from medapp.ui.shell.server import find_catalog, open_workspace

ALL = "All"


class Filters(TypedDict):
    """What a catalog's filters take."""

    label: str | None
    split: str | None
    text: str | None


def choose_filters(data_set: DataSet) -> Filters:
    """Class, split and text as the page's address says."""
    label = url.read_choice("label", data_set.classes)
    split = url.read_choice("split", SPLITS)
    return {"label": label, "split": split, "text": url.read_text("find") or None}


def list_shown(data_set: DataSet, filters: Filters) -> list[int]:
    """The ids of the samples that fit the filters, in the order in which people see them."""
    task = find_task(data_set.task)
    label = filters["label"]
    split = filters["split"]
    return [
        entry.id
        for entry in _list_arranged(data_set, filters["text"])
        if (split is None or entry.split == split)
        and (label is None or label in task.list_labels(entry.label))
    ]


def _list_arranged(data_set: DataSet, text: str | None) -> list[Entry]:
    catalog = find_catalog()
    return _arrange(data_set.id, text, catalog.find_state(), data_set)


@st.cache_data(max_entries=20, show_spinner=False)
def _arrange(id: int, text: str | None, state: tuple[int, ...], _data_set: DataSet) -> list[Entry]:
    """All entries in order; kept, since sorting 100,000 names takes most of a second."""
    return arrange(find_catalog().list_entries(_data_set, text))


def draw_images(data_set: DataSet) -> None:
    """Draw the filters, each with what it would leave, and the images; a click opens one."""
    one, two, three = st.columns([1, 1.9, 1])
    filters = choose_filters(data_set)
    by_class, by_split = count_choices(data_set, filters)
    labels = [ALL, *data_set.classes]
    one.selectbox(
        frame.escape(find_task(data_set.task).noun.capitalize()),
        labels,
        labels.index(filters["label"] or ALL),
        format_func=lambda name: f"{name} ({by_class[name]:,})",
        **url.bind("label", ALL, ["page"]),
    )
    two.segmented_control(
        "Split",
        [ALL, *SPLITS],
        default=filters["split"] or ALL,
        required=True,
        wrap=True,
        format_func=lambda name: f"{name} ({by_split[name]:,})",
        **url.bind("split", ALL, ["page"]),
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


def count_choices(data_set: DataSet, filters: Filters) -> tuple[Counter[str], Counter[str]]:
    """How many images each class, and each split, would leave beside the other filters."""
    task = find_task(data_set.task)
    by_class: Counter[str] = Counter()
    by_split: Counter[str] = Counter()
    for entry in _list_arranged(data_set, filters["text"]):
        labels = task.list_labels(entry.label)
        if filters["split"] in (None, entry.split):
            by_class.update([ALL, *labels])
        if filters["label"] is None or filters["label"] in labels:
            by_split.update([ALL, entry.split])
    return by_class, by_split


def draw_gallery_page(data_set: DataSet, filters: Filters, key: str) -> int | None:
    """Draw one page of the images that fit the filters; the address holds the page's number.

    Returns:
        The id of the image that was just clicked, else None.
    """
    shown = list_shown(data_set, filters)
    if not shown:
        st.info("No image fits. Choose another class or split, or clear the search.")
        return None
    pages = -(-len(shown) // PAGE_SIZE)
    page = min(max(1, url.read_number("page") or 1), pages)
    first = (page - 1) * PAGE_SIZE
    samples = find_catalog().load_some(data_set, shown[first : first + PAGE_SIZE])
    count = f"{len(shown):,} image{'s' * (len(shown) != 1)}"
    st.caption(f"{count}, {first + 1:,} to {first + len(samples):,} shown" if pages > 1 else count)
    tiles = [build_tile(data_set, sample) for sample in samples]
    note = frame.SYNTHETIC if data_set.is_synthetic else ""
    opened = draw_gallery(tiles, data_set.classes, key=key, note=note)
    if pages > 1:
        st.pagination(pages, default=page, width="stretch", **url.bind("page", 1))
    return opened


def build_tile(data_set: DataSet, sample: Sample, badge: str = "") -> Tile:
    """A sample as a tile; one whose file has gone since is blank and says so.

    An image with several findings, or none, has no one colour.
    """
    name = sample.name.rpartition("/")[2]
    try:
        jpeg = load_thumbnail(
            sample.path, sample.content_hash, open_cache(open_workspace()), frame=sample.frame
        )
    except ImageError:
        jpeg = b""
        name = f"{name} (cannot be read)"
    task = find_task(data_set.task)
    shown = [label for label in task.list_labels(sample.label) if label in data_set.classes]
    colour = data_set.classes.index(shown[0]) if len(shown) == 1 else None
    return Tile(sample.id, jpeg, name, task.say_label(sample.label), colour, badge)
