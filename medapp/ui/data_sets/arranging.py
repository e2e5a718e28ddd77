"""The images of a data set in the order that a page asks for; kept, as sorting many takes long.

What is kept is kept for as long as nothing in the catalog changes, nor the predictions or the audit
that images are sorted by.
"""

from collections.abc import Mapping, Sequence

import streamlit as st

from medapp.data.filters import Where
from medapp.data.layouts.order import Entry, sort_by_name
from medapp.data.samples import DataSet
from medapp.studies.losses import Judge, Judgements, judge_images, list_judges
from medapp.studies.sorting import (
    LOSS,
    MIXED,
    NAME,
    UNLIKE,
    Order,
    list_orders,
    read_values,
    sort_entries,
)
from medapp.ui.shell.server import find_catalog, open_workspace


def list_known_orders(data_set: DataSet) -> Mapping[str, Order]:
    """What images can be sorted by, by what stands in the address."""
    return _list_orders(data_set.id, find_catalog().read_marks(), data_set)


@st.cache_data(max_entries=20, show_spinner=False)
def _list_orders(id: int, state: tuple[int, ...], _data_set: DataSet) -> dict[str, Order]:
    return {order.key: order for order in list_orders(find_catalog(), _data_set)}


def list_known_judges(data_set: DataSet) -> Mapping[str, Judge]:
    """The runs and studies that have judged images of the data set, by their ids."""
    return {judge.id: judge for judge in list_judges(open_workspace(), data_set)}


def load_judgements(data_set: DataSet, judge: Judge | None) -> Judgements:
    """What a judge says of the images; nothing where there is no judge.

    Raises:
        RunError: the predictions of a run are damaged.
    """
    if judge is None:
        return Judgements()
    return _judge(data_set.id, find_catalog().read_marks(), judge, data_set)


@st.cache_resource(max_entries=6, show_spinner=False)
def _judge(id: int, state: tuple[int, ...], judge: Judge, _data_set: DataSet) -> Judgements:
    return judge_images(open_workspace(), _data_set, judge)


def arrange_entries(
    data_set: DataSet,
    text: str | None,
    only: Where | None,
    order: Order,
    is_reversed: bool = False,
    judge: Judge | None = None,
) -> Sequence[Entry]:
    """Entries in order, all or those with a text or a value; a judge counts where loss sorts."""
    state = find_catalog().read_marks()
    measured = _read_stamp(data_set, order)
    wanted = (order, is_reversed, judge if order.key == LOSS else None)
    return _sort(data_set.id, state, text, only, *wanted, measured, data_set)


@st.cache_resource(max_entries=20, show_spinner=False)
def _sort(
    id: int,
    state: tuple[int, ...],
    text: str | None,
    only: Where | None,
    order: Order,
    is_reversed: bool,
    judge: Judge | None,
    measured: int,
    _data_set: DataSet,
) -> Sequence[Entry]:
    named = _sort_by_name(id, state, text, only, _data_set)
    if order.key in (MIXED, NAME):
        return sort_entries(named, order, {}, is_reversed)
    judgements = load_judgements(_data_set, judge)
    values = read_values(open_workspace(), _data_set, order, judgements)
    return sort_entries(named, order, values, is_reversed)


@st.cache_resource(max_entries=6, show_spinner=False)
def _sort_by_name(
    id: int, state: tuple[int, ...], text: str | None, only: Where | None, _data_set: DataSet
) -> Sequence[Entry]:
    """Kept, since sorting 100,000 names takes most of a second."""
    return sort_by_name(find_catalog().list_entries(_data_set, text, only))


def is_measured(data_set: DataSet) -> bool:
    """Whether an audit has told how unlike the rest images are."""
    return open_workspace().find_distances_path(data_set.uid).exists()


def _read_stamp(data_set: DataSet, order: Order) -> int:
    """A number that differs after an audit has measured the images anew."""
    path = open_workspace().find_distances_path(data_set.uid)
    if order.key != UNLIKE or not path.exists():
        return 0
    return path.stat().st_mtime_ns
