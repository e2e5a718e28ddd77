"""What a table's columns hold: as MedApp guessed, and as somebody corrects it."""

from functools import partial
from pathlib import Path

import streamlit as st

from medapp.data.layouts.layout import Layout
from medapp.data.layouts.roles import KINDS, Asked, Roles, TableChoice
from medapp.store.plain import write_cells
from medapp.ui.data_sets.picker import draw_table_picker
from medapp.ui.shell.frame import escape

NOTHING = "—"
KIND_TITLES = {
    "single": "one class",
    "several": "several findings",
    "ordinal": "grades in order",
}
ONE_COLUMN = {
    "image": "Image file, or DICOM id",
    "patient": "Patient",
    "site": "Site",
    "split": "Split",
}


def draw_named_table(path: Path) -> TableChoice | None:
    """Draw the field for a table that a user names, and a picker; None where the field is empty.

    Args:
        path: of the images; the picker begins in the folder where they stand.
    """
    key = f"table-{path}"
    name = st.text_input(
        "Table of labels",
        placeholder="labels.csv, or a path",
        help="CSV, TSV, Excel, Parquet or JSON lines, in the folder or anywhere on this machine."
        " Where this is empty, a table beside the images is taken.",
        key=key,
    ).strip()
    draw_table_picker(path.parent, partial(_name_table, key))
    return TableChoice((name,)) if name else None


def _name_table(key: str, path: str) -> None:
    st.session_state[key] = path


def draw_roles(key: str, guessed: Layout, choice: TableChoice | None) -> TableChoice | None:
    """Draw the columns of a layout's table; gives the choice with what was corrected.

    Args:
        key: of what is looked at.
        guessed: the layout without corrections.
        choice: the table that was named, if one was.
    """
    reading = guessed.table
    if reading is None:
        return choice
    roles = reading.roles
    with st.expander(f"Columns of {escape(', '.join(reading.tables))}", expanded=True):
        columns = list(reading.columns)
        labels = st.multiselect(
            "Labels",
            columns,
            [column for column in roles.labels if column in columns],
            help="One column, or several: a column a finding.",
            key=f"labels-{key}",
        )
        kind = _draw_kind(key, roles)
        chosen = _draw_columns(key, columns, roles)
        # Without a question the reasons stand among the facts.
        for reason in roles.reasons.values() if guessed.question else ():
            st.caption(escape(reason))
    asked = _collect(roles, tuple(labels), kind, chosen)
    if asked.is_nothing:
        return choice
    return TableChoice(choice.tables if choice else (), asked)


def _draw_kind(key: str, roles: Roles) -> str:
    kinds = list(KINDS)
    title = st.segmented_control(
        "An image shows",
        [KIND_TITLES[kind] for kind in kinds],
        default=KIND_TITLES.get(roles.kind),
        required=True,
        key=f"kind-{key}",
    )
    return next((kind for kind in kinds if KIND_TITLES[kind] == title), roles.kind)


def _draw_columns(key: str, columns: list[str], roles: Roles) -> dict[str, str]:
    """The column of each role that one column holds; "" for none."""
    chosen = {}
    places = st.columns(2)
    for number, (role, title) in enumerate(ONE_COLUMN.items()):
        options = columns if role == "image" else [NOTHING, *columns]
        guess = getattr(roles, role) or NOTHING
        column = places[number % 2].selectbox(
            title,
            options,
            options.index(guess) if guess in options else 0,
            key=f"column-{role}-{key}",
        )
        chosen[role] = "" if column == NOTHING else str(column)
    return chosen


def _collect(roles: Roles, labels: tuple[str, ...], kind: str, chosen: dict[str, str]) -> Asked:
    """What differs from the guess."""
    changed = {role: name for role, name in chosen.items() if name != getattr(roles, role)}
    return Asked(
        image=changed.get("image"),
        labels=labels if labels and labels != roles.labels else None,
        patient=changed.get("patient"),
        site=changed.get("site"),
        split=changed.get("split"),
        kind=kind if kind != roles.kind else None,
    )


def draw_bad_rows(found: Layout) -> None:
    """Draw the rows of a table that are not used, with a way to save them."""
    rows = found.bad_rows
    if not rows:
        return
    count = len(rows)
    with st.expander(f"{count:,} {'row' if count == 1 else 'rows'} of the table not used"):
        cells = [(row.table, row.row, row.image, row.reason) for row in rows]
        titles = ("Table", "Row", "Image", "Reason")
        st.dataframe(
            [dict(zip(titles, cell, strict=True)) for cell in cells[:500]], hide_index=True
        )
        st.download_button(
            "Save the rows",
            write_cells([titles, *cells]),
            "rows-not-used.csv",
            icon=":material/download:",
            on_click="ignore",
        )
