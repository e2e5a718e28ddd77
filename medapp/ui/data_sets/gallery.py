"""The images of a data set: filters, a page of thumbnails at a time, and what is done to some."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from medapp.data.notes import count
from medapp.data.samples import NO_SPLIT, SPLITS, UNLABELLED, DataSet, Sample
from medapp.errors import ImageError
from medapp.imaging.thumbnails import load_thumbnail
from medapp.store.cache import open_cache
from medapp.studies.losses import Judgement
from medapp.studies.sorting import LOSS, UNLIKE, say_unmeasured
from medapp.task import find_task
from medapp.ui.data_sets.arranging import (
    is_measured,
    list_known_judges,
    list_known_orders,
    load_judgements,
)
from medapp.ui.data_sets.editing import draw_copies_left, draw_edit_bar
from medapp.ui.data_sets.filtering import (
    ALL,
    FIRST_ORDER,
    NOBODY,
    Filters,
    choose_filters,
    count_choices,
    count_judged,
    list_choices,
    list_edited,
    list_shown,
)
from medapp.ui.elements.gallery import PAGE_SIZE, Picked, Tile, draw_tiles
from medapp.ui.shell import frame, url
from medapp.ui.shell.server import find_catalog, open_workspace

WAYS = ("Ascending", "Descending")
ROUND = "gallery-round"  # in the session: counts edits, each of which lets go of the selection


def draw_images(data_set: DataSet) -> None:
    """Draw the filters, the images, and what can be done to those selected; a click opens one."""
    draw_copies_left(data_set)
    filters = choose_filters(data_set)
    _draw_filters(data_set, filters)
    number = st.session_state.setdefault(ROUND, 0)
    picked = draw_gallery_page(data_set, filters, key=f"gallery-{number}")
    if picked.opened is not None:
        url.write("image", picked.opened)
        st.rerun()
    if picked.selected:
        _draw_selection(data_set, filters, picked.selected, number)


def _draw_filters(data_set: DataSet, filters: Filters) -> None:
    """Draw the filters, each with what it would leave."""
    _draw_first_filters(data_set, filters)
    _draw_order(data_set, filters)


def _draw_order(data_set: DataSet, filters: Filters) -> None:
    """Draw how images are sorted, who judged them, and what else can be asked for."""
    one, two, three, four = st.columns([1, 1.35, 1, 1.1])
    orders = list_known_orders(data_set)
    one.selectbox(
        "Sort",
        list(orders),
        list(orders).index(filters.order.key),
        format_func=lambda key: orders[key].title,
        **url.bind("order", FIRST_ORDER.key, ["page", "turned"]),
    )
    if filters.order != FIRST_ORDER:
        ways = WAYS[:: -1 if filters.order.is_descending else 1]
        two.segmented_control(
            "Direction",
            [0, 1],
            default=int(filters.is_reversed),
            required=True,
            wrap=True,
            format_func=ways.__getitem__,
            **url.bind("turned", 0, ["page"]),
        )
    judges = list_known_judges(data_set)
    if judges:
        three.selectbox(
            "Judged by",
            [NOBODY, *judges],
            [NOBODY, *judges].index(filters.judge.id if filters.judge else NOBODY),
            format_func=lambda id: judges[id].name if id else "Nobody",
            help="What a trained model says of each image, and its loss: marked where it is wrong.",
            **url.bind("judge", NOBODY, ["page"]),
        )
    choices = list_choices(data_set, filters.judge)
    if choices:
        keys = [ALL, *choices]
        only = url.read_choice("only", choices) or ALL
        four.selectbox(
            "Only",
            keys,
            keys.index(only),
            format_func=lambda key: choices[key].describe() if key in choices else key,
            **url.bind("only", ALL, ["page"]),
        )
    said = _say_judged(data_set, filters)
    if said:
        st.caption(frame.escape(said))


def _say_judged(data_set: DataSet, filters: Filters) -> str:
    """Which images have something to be sorted by or judged; empty where that goes without it."""
    if filters.order.key == UNLIKE and not is_measured(data_set):
        return f"{say_unmeasured(data_set)} Run it under Audit first."
    if filters.judge is None:
        if filters.order.key == LOSS:
            return (
                "No run has judged images of this data set yet: train one, and its test images can"
                " be sorted by how much its model is at odds with their labels."
            )
        return ""
    judged, used = count_judged(data_set, filters.judge)
    words = f"{judged:,} of {used:,} images were judged by {filters.judge.name}"
    text = f"{words}: {filters.judge.scope}."
    if filters.order.key == LOSS and judged < used:
        text += " The others come last."
    strange = load_judgements(data_set, filters.judge).strange
    if strange:
        text += f" {count(strange, 'more has', 'more have')} a label that it does not know."
    return text


def _draw_first_filters(data_set: DataSet, filters: Filters) -> None:
    """Draw the filters by class, split and text; by class and split only where there are any."""
    is_labelled = data_set.classes != (UNLABELLED,)
    is_split = not find_catalog().count_splits(data_set).get(NO_SPLIT)
    widths = [1.0] * is_labelled + [2.4] * is_split
    columns = iter(st.columns([*widths, 4.3 - sum(widths)]))
    by_class, by_split = count_choices(data_set, filters)
    if is_labelled:
        labels = [ALL, *data_set.classes]
        next(columns).selectbox(
            frame.escape(find_task(data_set.task).noun.capitalize()),
            labels,
            labels.index(filters.label or ALL),
            format_func=lambda name: f"{name} ({by_class[name]:,})",
            **url.bind("label", ALL, ["page"]),
        )
    if is_split:
        next(columns).segmented_control(
            "Split",
            [ALL, *SPLITS],
            default=filters.split or ALL,
            required=True,
            wrap=True,
            format_func=lambda name: f"{name} ({by_split[name]:,})",
            **url.bind("split", ALL, ["page"]),
        )
    next(columns).text_input(
        "Search",
        filters.text or "",
        placeholder="name, patient, site",
        **url.bind("find", "", ["page"]),
    )


def _draw_selection(
    data_set: DataSet, filters: Filters, selected: tuple[int, ...], number: int
) -> None:
    with st.container(border=True, key="selection"):
        shown = list_shown(data_set, filters)
        with st.container(horizontal=True, vertical_alignment="center", key="selected"):
            st.markdown(f"**{len(selected):,} selected**")
            title = f"All {len(shown):,} that the filters show"
            with_all = len(shown) > len(selected) and st.checkbox(title, key=f"all-{number}")
        chosen = find_catalog().load_some(data_set, shown if with_all else selected)
        if draw_edit_bar(data_set, chosen, f"gallery-{number}"):
            st.session_state[ROUND] = number + 1
            st.rerun()


def draw_gallery_page(
    data_set: DataSet, filters: Filters, key: str, is_selectable: bool = True
) -> Picked:
    """Draw one page of the images that fit the filters; the address holds the page's number."""
    shown = list_shown(data_set, filters)
    if not shown:
        st.info(
            "No image fits. Choose another label or split, or clear the search."
            if find_catalog().count_samples(data_set)
            else "No image is in use. Under *Only*, those left out can be shown and taken back."
        )
        return Picked(None, ())
    pages = -(-len(shown) // PAGE_SIZE)
    page = min(max(1, url.read_number("page") or 1), pages)
    first = (page - 1) * PAGE_SIZE
    samples = find_catalog().load_some(data_set, shown[first : first + PAGE_SIZE])
    count = f"{len(shown):,} image{'s' * (len(shown) != 1)}"
    st.caption(f"{count}, {first + 1:,} to {first + len(samples):,} shown" if pages > 1 else count)
    edited = list_edited(data_set)
    by_id = load_judgements(data_set, filters.judge).by_id
    tiles = [
        _add_judgement(
            build_tile(data_set, sample, _say_state(sample, sample.id in edited), name),
            by_id.get(sample.id),
        )
        for sample, name in zip(samples, shorten_names([s.name for s in samples]), strict=True)
    ]
    note = frame.SYNTHETIC if data_set.is_synthetic else ""
    legend = () if data_set.classes == (UNLABELLED,) else data_set.classes
    picked = draw_tiles(tiles, legend, key, note, is_selectable)
    if pages > 1:
        st.pagination(pages, default=page, width="stretch", **url.bind("page", 1))
    return picked


def _say_state(sample: Sample, is_edited: bool) -> str:
    if sample.is_left_out:
        return "left out"
    return "edited" if is_edited else ""


def _add_judgement(tile: Tile, judgement: Judgement | None) -> Tile:
    if judgement is None:
        return tile
    loss = f"{judgement.loss:.2f}"
    return replace(tile, said=judgement.prediction, loss=loss, is_wrong=judgement.is_wrong)


def shorten_names(names: Sequence[str]) -> list[str]:
    """The ends of paths, each with as few folders as tell them all apart."""
    parts = [name.split("/") for name in names]
    for depth in range(1, max(map(len, parts), default=1)):
        ends = ["/".join(each[-depth:]) for each in parts]
        if len(set(ends)) == len(set(names)):
            return ends
    return list(names)


def build_tile(data_set: DataSet, sample: Sample, badge: str = "", name: str = "") -> Tile:
    """A sample as a tile; one whose file has gone since is blank and says so.

    An image with several findings, or none, has no one colour.

    Args:
        name: stands below the image; else the file's name.
    """
    name = name or sample.name.rpartition("/")[2]
    try:
        jpeg = load_thumbnail(
            sample.path, sample.content_hash, open_cache(open_workspace()), frame=sample.frame
        )
    except ImageError:
        jpeg = b""
        name = f"{name} (cannot be read)"
    if sample.label == UNLABELLED:
        return Tile(sample.id, jpeg, name, "", None, badge)
    task = find_task(data_set.task)
    shown = [label for label in task.list_labels(sample.label) if label in data_set.classes]
    colour = data_set.classes.index(shown[0]) if len(shown) == 1 else None
    return Tile(sample.id, jpeg, name, task.say_label(sample.label), colour, badge)
