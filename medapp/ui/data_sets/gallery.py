"""The images of a data set: filters, and a page of thumbnails at a time."""

from collections.abc import Sequence
from typing import TypedDict

import streamlit as st

from medapp.data.samples import SPLITS, DataSet, Sample
from medapp.errors import ImageError
from medapp.imaging.thumbnails import load_thumbnail
from medapp.store.cache import open_cache
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


def draw_images(data_set: DataSet) -> None:
    """Draw the filters and the images that fit them; a click opens one."""
    one, two, three = st.columns([1, 1.9, 1])
    filters = choose_filters(data_set)
    labels = [ALL, *data_set.classes]
    one.selectbox(
        "Class", labels, labels.index(filters["label"] or ALL), **url.bind("label", ALL, ["page"])
    )
    two.segmented_control(
        "Split",
        [ALL, *SPLITS],
        default=filters["split"] or ALL,
        required=True,
        wrap=True,
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


def draw_gallery_page(data_set: DataSet, filters: Filters, key: str) -> int | None:
    """Draw one page of the images that fit the filters; the address holds the page's number.

    Returns:
        The id of the image that was just clicked, else None.
    """
    catalog = find_catalog()
    count = catalog.count_samples(data_set, **filters)
    if not count:
        st.info("No image fits. Choose another class or split, or clear the search.")
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
        jpeg = b""
        name = f"{name} (cannot be read)"
    return Tile(sample.id, jpeg, name, sample.label, classes.index(sample.label), badge)
