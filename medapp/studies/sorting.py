"""The orders in which images of a data set can be looked at, and what they are sorted by.

By loss, those come first of which a trained model says something else than their label; unlike the
rest, those that the audit found far from all others; and by any column of the data set.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from medapp.data.catalog import Catalog
from medapp.data.facts import OWN_COLUMNS, list_attributes, list_column, list_pictures
from medapp.data.familiarity import load_distances
from medapp.data.layouts.order import Entry, arrange, sort_by_name
from medapp.data.ordering import Value, order_values
from medapp.data.samples import SPLITS, DataSet, Sample
from medapp.errors import DataError
from medapp.store.workspace import Workspace
from medapp.studies.losses import Judgement, Judgements, find_judge, judge_images
from medapp.task import find_task

MIXED = "Classes mixed"
NAME = "Name"
LOSS = "Loss"
UNLIKE = "Unlike the rest"
PATIENT = "Patient"
COLUMN = "column:"  # begins the keys of the other columns
TITLES = {
    "label": "",
    "site": "Site",
    "split": "Split",
    "width": "Width in pixels",
    "height": "Height in pixels",
}


@dataclass(frozen=True)
class Order:
    """A way to sort images.

    Attributes:
        key: what stands in an address.
        title: what people choose.
        is_descending: the largest comes first where nobody asks otherwise.
    """

    key: str
    title: str
    is_descending: bool = False

    @property
    def column(self) -> str:
        """The column of the data set that is sorted by; empty where it is none."""
        return "patient" if self.key == PATIENT else self.key.partition(COLUMN)[2]


def list_orders(catalog: Catalog, data_set: DataSet) -> list[Order]:
    """All orders; the first is the one in which people see images at the beginning."""
    noun = find_task(data_set.task).noun.capitalize()
    own = {column: TITLES[column] or noun for column in OWN_COLUMNS if column in TITLES}
    attributes = {name: name for name in list_attributes(catalog, data_set)}
    return [
        Order(MIXED, MIXED),
        Order(NAME, NAME),
        Order(PATIENT, PATIENT),
        Order(LOSS, LOSS, is_descending=True),
        Order(UNLIKE, UNLIKE, is_descending=True),
        *(Order(f"{COLUMN}{name}", title) for name, title in {**attributes, **own}.items()),
    ]


def find_order(catalog: Catalog, data_set: DataSet, name: str) -> Order:
    """The order of this key, title or column, whatever the case of letters.

    Raises:
        DataError: there is none; lists those there are.
    """
    orders = list_orders(catalog, data_set)
    for fact in ("key", "column", "title"):
        known = {str(getattr(order, fact)).casefold(): order for order in reversed(orders)}
        if name and name.casefold() in known:
            return known[name.casefold()]
    names = ", ".join(order.column or order.title for order in orders)
    raise DataError(f"Images cannot be sorted by {name!r}.", remedy=f"Choose of: {names}.")


def read_values(
    workspace: Workspace, data_set: DataSet, order: Order, judgements: Judgements
) -> Mapping[int, Value]:
    """What images are sorted by, by their ids in the catalog; one that has none may be absent.

    Args:
        judgements: of a run or a study, for their losses.
    """
    catalog = Catalog(workspace)
    if order.key == LOSS:
        return {id: judgement.loss for id, judgement in judgements.by_id.items()}
    if order.key == UNLIKE:
        distances = load_distances(workspace, data_set.uid)
        return {id: distances.get(c) for id, _, c, _ in list_pictures(catalog, data_set)}
    found = list_column(catalog, data_set, order.column)
    places = _list_places(data_set, order.column)
    if not places:
        return found
    return {id: places.get(str(value), value) for id, value in found.items()}


def _list_places(data_set: DataSet, column: str) -> Mapping[str, Value]:
    """Values that have an order of their own, as grades do, with their places in it."""
    if column == "split":
        return {split: place for place, split in enumerate(SPLITS)}
    if column == "label" and not find_task(data_set.task).has_several:
        return {label: place for place, label in enumerate(data_set.classes)}
    return {}


def sort_entries(
    entries: Sequence[Entry],
    order: Order,
    values: Mapping[int, Value],
    is_reversed: bool = False,
) -> list[Entry]:
    """Entries that are sorted by name, in another order; those without a value come last.

    Args:
        values: see `read_values`; not used by the orders that need none.
        is_reversed: the other way round than the order's first way.
    """
    if order.key == MIXED:
        return arrange(entries)
    if order.key == NAME:
        return list(entries)[::-1] if is_reversed else list(entries)
    mine = [values.get(entry.id) for entry in entries]
    places = order_values(mine, order.is_descending != is_reversed)
    return [entries[place] for place in places.tolist()]


@dataclass(frozen=True)
class Listed:
    """An image in a list.

    Attributes:
        value: what it is sorted by; None for an image without, and where that is said by the
            sample itself: name, label, split.
        judgement: what the judge says of it; None where there is no judge, or it has not judged it.
    """

    sample: Sample
    value: Value
    judgement: Judgement | None


def list_images(
    workspace: Workspace,
    data_set: DataSet,
    sort: str = NAME,
    judged_by: str | None = None,
    is_reversed: bool = False,
    only_wrong: bool = False,
) -> list[Listed]:
    """The images in use, in an order.

    Args:
        sort: see `find_order`.
        judged_by: a run or a study by name or id; see `find_judge`.
        is_reversed: the other way round than the order's first way.
        only_wrong: those alone that the judge decides otherwise than their label says.

    Raises:
        DataError: there is no such order, or it needs a judge or an audit that is not there.
        RunError: there is no such judge.
    """
    catalog = Catalog(workspace)
    order = find_order(catalog, data_set, sort)
    judgements = Judgements()
    if judged_by is not None:
        judge = find_judge(workspace, data_set, judged_by)
        judgements = judge_images(workspace, data_set, judge)
    elif order.key == LOSS or only_wrong:
        raise DataError("By which run is not said.", remedy="Name one that has judged images.")
    if order.key == UNLIKE and not load_distances(workspace, data_set.uid):
        raise DataError(say_unmeasured(data_set), remedy="Run the audit first.")
    values = {}
    if order.key not in (MIXED, NAME):
        values = dict(read_values(workspace, data_set, order, judgements))
    by_id = judgements.by_id
    entries = [
        entry
        for entry in sort_by_name(catalog.list_entries(data_set))
        if not only_wrong or (entry.id in by_id and by_id[entry.id].is_wrong)
    ]
    ids = [entry.id for entry in sort_entries(entries, order, values, is_reversed)]
    samples = catalog.load_some(data_set, ids)
    shown = {} if order.column in ("label", "split") else values
    return [Listed(s, shown.get(s.id), by_id.get(s.id)) for s in samples]


def say_unmeasured(data_set: DataSet) -> str:
    """Why images of a data set cannot be sorted by how unlike the rest they are."""
    return (
        f"How unlike the rest an image of {data_set.name} is has not been measured: the audit does"
        " that, where it looks for wrong labels and shortcuts."
    )
