"""A form that derives a data set: what becomes of each class, which images, joined with which."""

import streamlit as st

from medapp.data.deriving import Derivation, derive
from medapp.data.facts import list_values
from medapp.data.samples import DataSet
from medapp.task import find_task
from medapp.ui.data_sets.naming import draw_name
from medapp.ui.shell import frame
from medapp.ui.shell.frame import escape
from medapp.ui.shell.server import find_catalog

MOST_VALUES = 500  # of a column, for a choice


def draw_deriving(data_set: DataSet) -> None:
    """Draw the form; the data set that was made is opened."""
    st.markdown(
        "Make another data set out of this one: merge, rename or drop classes, choose images, join"
        " it with other data sets. **Nothing is copied**, and this data set stays as it is. Later"
        " changes of it do not reach what was derived."
    )
    with frame.show_errors(), st.container(border=True, width=760):
        name = draw_name("Name", f"{data_set.name} derived", f"derive-name-{data_set.uid}")
        others = [d.name for d in find_catalog().list_data_sets() if d.uid != data_set.uid]
        joined = st.multiselect(
            "Join with",
            others,
            help="Each data set becomes a site, so that they can be told apart later.",
            key="derive-join",
        )
        sources = [data_set, *(d for d in find_catalog().list_data_sets() if d.name in joined)]
        classes = _draw_classes(sources)
        only = _draw_filters(sources)
        is_some = st.checkbox("Only some of the images", key="derive-some")
        count, seed = _draw_count() if is_some else (None, 0)
        if st.button("Derive", type="primary", disabled=name is None, key="derive-do") and name:
            wanted = Derivation(tuple(s.uid for s in sources), classes, only, count, seed)
            made = derive(find_catalog(), name, wanted)
            st.switch_page(frame.DATA_SETS, query_params={"set": str(made.id)})


def _draw_classes(sources: list[DataSet]) -> dict[str, str]:
    """What becomes of each class; classes that stay are not named."""
    counts: dict[str, int] = {}
    for source in sources:
        for by_class in find_catalog().count_classes(source).values():
            for label, images in by_class.items():
                counts[label] = counts.get(label, 0) + images
    task = find_task(sources[0].task)
    title = task.noun.capitalize()
    rows = [
        {title: label, "Images": images, "Becomes": label}
        for label, images in sorted(counts.items())
    ]
    st.caption(escape(f"One name twice merges {task.nouns}; an empty name drops the {task.noun}."))
    edited = st.data_editor(
        rows,
        disabled=[title, "Images"],
        hide_index=True,
        key=f"derive-classes-{'-'.join(source.uid for source in sources)}",
    )
    chosen = {str(row[title]): str(row["Becomes"] or "").strip() for row in edited}
    return {old: new for old, new in chosen.items() if old != new}


def _draw_filters(sources: list[DataSet]) -> dict[str, tuple[str, ...]]:
    """The values that are wanted of each column that is chosen."""
    values = _list_values(sources)
    columns = st.multiselect(
        "Filter by", list(values), format_func=escape, key="derive-filter", placeholder="no filter"
    )
    chosen = {
        column: tuple(
            st.multiselect(f"Only {escape(column)}", values[column], key=f"derive-only-{column}")
        )
        for column in columns
    }
    return {column: wanted for column, wanted in chosen.items() if wanted}


def _list_values(sources: list[DataSet]) -> dict[str, list[str]]:
    """The values of each column, of those with few enough to choose from."""
    found: dict[str, set[str]] = {}
    for source in sources:
        for column, values in list_values(find_catalog(), source).items():
            found.setdefault(column, set()).update(values)
    return {c: sorted(values) for c, values in found.items() if len(values) <= MOST_VALUES}


def _draw_count() -> tuple[int, int]:
    one, two = st.columns(2)
    count = one.number_input(
        "Images", 1, 10**7, 100, help="Of each label and split its share.", key="derive-count"
    )
    seed = two.number_input("Seed", 0, 10**6, 0, key="derive-seed")
    return int(count), int(seed)
