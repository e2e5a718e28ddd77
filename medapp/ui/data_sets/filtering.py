"""Which images of a data set a page shows, and in which order, as its address says."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from medapp.data.edits import list_edits
from medapp.data.facts import list_values
from medapp.data.filters import EDITED, LEFT_OUT, STATE, Where
from medapp.data.layouts.order import Entry
from medapp.data.samples import SPLITS, DataSet
from medapp.studies.losses import Judge
from medapp.studies.sorting import LOSS, MIXED, NAME, Order
from medapp.task import find_task
from medapp.ui.data_sets.arranging import (
    arrange_entries,
    list_known_judges,
    list_known_orders,
    load_judgements,
)
from medapp.ui.shell import url
from medapp.ui.shell.server import find_catalog

ALL = "All"
NOBODY = ""  # in the address where no judge is chosen
MOST_VALUES = 30  # of a column, to choose of; one with more is for the search
FIRST_ORDER = Order(MIXED, MIXED)
BY_NAME = Order(NAME, NAME)
# A column of the page: what the chosen judge says of an image.
JUDGED = "judged"
WRONGLY = "judged wrongly"


@dataclass(frozen=True)
class Filters:
    """What images must have to be shown; None filters nothing.

    Attributes:
        text: sought in name, patient and site.
        only: a value in a further column.
        order: how those that are shown are sorted.
        is_reversed: the other way round than the order's first way.
        judge: whose losses and predictions stand with the images.
    """

    label: str | None = None
    split: str | None = None
    text: str | None = None
    only: Where | None = None
    order: Order = FIRST_ORDER
    is_reversed: bool = False
    judge: Judge | None = None


@dataclass(frozen=True)
class Choice:
    """A value of a column that can be asked for, and how many images have it."""

    where: Where
    images: int

    @property
    def key(self) -> str:
        """What stands in the address."""
        return f"{self.where.column}={self.where.value}"

    def describe(self) -> str:
        """What stands in the list."""
        column = "" if self.where.column in (STATE, JUDGED) else f"{self.where.column}: "
        return f"{column}{self.where.value} ({self.images:,})"


def choose_filters(data_set: DataSet) -> Filters:
    """The filters and the order that the page's address names.

    Where images are sorted by loss and no judge is named, the first that there is counts.
    """
    orders = list_known_orders(data_set)
    judges = list_known_judges(data_set)
    order = orders[url.read_choice("order", orders) or FIRST_ORDER.key]
    judge = judges.get(url.read_choice("judge", judges) or NOBODY)
    if judge is None and order.key == LOSS:
        judge = next(iter(judges.values()), None)
    choices = list_choices(data_set, judge)
    only = url.read_choice("only", choices)
    return Filters(
        url.read_choice("label", data_set.classes),
        url.read_choice("split", SPLITS),
        url.read_text("find") or None,
        choices[only].where if only else None,
        order,
        url.read_number("turned") == 1,
        judge,
    )


def list_choices(data_set: DataSet, judge: Judge | None = None) -> Mapping[str, Choice]:
    """What can be asked for beside class, split and text: images left out, edited, of a site …"""
    choices = _list_choices(data_set.id, find_catalog().read_marks(), data_set)
    if judge is None:
        return choices
    by_id = load_judgements(data_set, judge).by_id
    used = arrange_entries(data_set, None, None, BY_NAME)
    wrong = sum(entry.id in by_id and by_id[entry.id].is_wrong for entry in used)
    first = Choice(Where(JUDGED, WRONGLY), wrong)
    return {first.key: first, **choices}


@st.cache_data(max_entries=20, show_spinner=False)
def _list_choices(id: int, state: tuple[int, ...], _data_set: DataSet) -> dict[str, Choice]:
    catalog = find_catalog()
    counts = {
        word: len(catalog.list_entries(_data_set, only=Where(STATE, word)))
        for word in (LEFT_OUT, EDITED)
    }
    found = [Choice(Where(STATE, word), images) for word, images in counts.items() if images]
    for column, values in list_values(catalog, _data_set).items():
        if column not in ("split", "patient") and 1 < len(values) <= MOST_VALUES:
            found += [Choice(Where(column, value), images) for value, images in values.items()]
    return {choice.key: choice for choice in found}


def list_shown(data_set: DataSet, filters: Filters) -> list[int]:
    """The ids of the samples that fit the filters, in the order in which people see them."""
    task = find_task(data_set.task)
    return [
        entry.id
        for entry in _list_arranged(data_set, filters)
        if (filters.split is None or entry.split == filters.split)
        and (filters.label is None or filters.label in task.list_labels(entry.label))
    ]


def count_choices(data_set: DataSet, filters: Filters) -> tuple[Counter[str], Counter[str]]:
    """How many images each class, and each split, would leave beside the other filters."""
    task = find_task(data_set.task)
    by_class: Counter[str] = Counter()
    by_split: Counter[str] = Counter()
    for entry in _list_arranged(data_set, filters):
        labels = task.list_labels(entry.label)
        if filters.split in (None, entry.split):
            by_class.update([ALL, *labels])
        if filters.label is None or filters.label in labels:
            by_split.update([ALL, entry.split])
    return by_class, by_split


def list_edited(data_set: DataSet) -> frozenset[int]:
    """The ids of the samples with an edit that stands."""
    return _list_edited(data_set.id, find_catalog().read_marks(), data_set)


@st.cache_data(max_entries=20, show_spinner=False)
def _list_edited(id: int, state: tuple[int, ...], _data_set: DataSet) -> frozenset[int]:
    log = list_edits(find_catalog(), _data_set)
    return frozenset(edit.sample_id for edit in log if not edit.is_undone)


def count_judged(data_set: DataSet, judge: Judge) -> tuple[int, int]:
    """How many of the images in use a judge has judged, and how many are in use."""
    by_id = load_judgements(data_set, judge).by_id
    used = arrange_entries(data_set, None, None, BY_NAME)
    return sum(entry.id in by_id for entry in used), len(used)


def _list_arranged(data_set: DataSet, filters: Filters) -> Sequence[Entry]:
    only = filters.only
    order = (filters.order, filters.is_reversed, filters.judge)
    # Images that are left out are not among the others.
    if only is None or only.column == STATE:
        return arrange_entries(data_set, filters.text, only, *order)
    entries = arrange_entries(data_set, filters.text, None, *order)
    if only.column == JUDGED:
        by_id = load_judgements(data_set, filters.judge).by_id
        return [entry for entry in entries if entry.id in by_id and by_id[entry.id].is_wrong]
    ids = find_catalog().list_ids(data_set, only)
    return [entry for entry in entries if entry.id in ids]
