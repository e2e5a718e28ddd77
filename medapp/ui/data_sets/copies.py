"""Which images of a data set are copies of one another: the groups, with splits and classes."""

import streamlit as st

from medapp.data.copies import CopyGroup, list_copies
from medapp.data.facts import count_unchecked
from medapp.data.redrawing import find_near_copies
from medapp.data.samples import DataSet
from medapp.ui.data_sets.gallery import build_tile
from medapp.ui.elements.gallery import draw_gallery
from medapp.ui.shell import frame, url
from medapp.ui.shell.server import find_catalog

GROUPS_A_PAGE = 10
MOST_TILES = 12  # of one group


def draw_copies(data_set: DataSet) -> None:
    """Draw the groups, those that flatter figures first; a click opens an image."""
    unchecked = count_unchecked(find_catalog(), data_set)
    if unchecked:
        _draw_search(data_set, unchecked)
    groups = _list_groups(data_set.id, find_catalog().find_state(), data_set)
    if not groups:
        st.info("No image is a copy of another.")
        return
    leaks = sum(group.is_leak for group in groups)
    torn = sum(len(group.labels) > 1 for group in groups)
    st.markdown(
        f"Groups of copies: **{len(groups):,}**. With a test image that also stands in another"
        f" split: {leaks:,}. Under more than one class: {torn:,}."
    )
    pages = -(-len(groups) // GROUPS_A_PAGE)
    page = min(max(1, url.read_number("page") or 1), pages)
    first = (page - 1) * GROUPS_A_PAGE
    for number, group in enumerate(groups[first : first + GROUPS_A_PAGE], first):
        _draw_group(data_set, group, number)
    if pages > 1:
        st.pagination(pages, default=page, width="stretch", **url.bind("page", 1))


def _draw_search(data_set: DataSet, unchecked: int) -> None:
    st.markdown(
        f"{unchecked:,} images were added by an older MedApp, which did not look for copies in"
        " another format, size or quality."
    )
    if st.button("Look for them", icon=":material/search:"):
        with frame.show_progress("Comparing images") as progress:
            find_near_copies(find_catalog(), data_set, progress)
        st.rerun()


@st.cache_data(max_entries=5, show_spinner="Looking for copies")
def _list_groups(id: int, state: tuple[int, ...], _data_set: DataSet) -> list[CopyGroup]:
    return list_copies(find_catalog().load_samples(_data_set))


def _draw_group(data_set: DataSet, group: CopyGroup, number: int) -> None:
    with st.container(border=True, key=f"copies-{number}"):
        st.markdown(frame.escape(describe_group(group)))
        tiles = [
            build_tile(data_set.classes, sample, sample.split)
            for sample in group.samples[:MOST_TILES]
        ]
        opened = draw_gallery(tiles, (), key=f"copy-gallery-{number}")
    if opened is not None:
        url.write("image", opened)
        st.rerun()


def describe_group(group: CopyGroup) -> str:
    """What the images of a group have in common, and what is wrong with it."""
    count = _count(len(group.samples), "image")
    facts = [f"{count}, {'the same bytes' if group.is_exact else 'the same picture'}"]
    if group.is_leak:
        facts.append("a test image also stands in another split: figures flatter")
    if len(group.labels) > 1:
        facts.append(f"labels contradict each other: {', '.join(sorted(group.labels))}")
    if len(group.samples) > MOST_TILES:
        facts.append(f"the first {MOST_TILES} are shown")
    return " · ".join(facts)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"
