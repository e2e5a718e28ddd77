"""Further data sets that a run learns from: labelled ones, or another hospital's without labels."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from medapp.data.samples import DataSet
from medapp.training.objectives.table import list_adaptations
from medapp.training.recipe import DataChoice
from medapp.training.recipe.groups import Objective
from medapp.ui.shell.frame import escape
from medapp.ui.train.beginning import Beginning
from medapp.ui.train.faults import Faults

SEVERAL = "several-tasks"
NONE = ""

Further = tuple[dict[str, Any], tuple[DataChoice, ...]]


def draw_further_sets(
    data_set: DataSet, data_sets: Sequence[DataSet], beginning: Beginning, faults: Faults
) -> Further:
    """Draw what a run may learn from besides; gives the settings that follow, and the data sets.

    A run learns from labels of others, or is adapted to one without labels, and not both: where the
    one was chosen, the other cannot be.
    """
    others = {other.uid: other for other in data_sets if other.uid != data_set.uid}
    if not others:
        return {}, ()
    sources = [uid for uid in beginning.sources if uid in others]
    target = beginning.target if beginning.target in others else NONE
    title = "Other data sets: learn from their labels, or adapt to another hospital"
    with st.expander(title, expanded=bool(sources or target), icon=":material/library_add:"):
        joined, choices = _draw_sources(data_set, others, sources, beginning, faults)
        reason = "A run learns from labels of others or is adapted without them, not both."
        adapted, targets = _draw_adaptation(
            data_set, others, target, beginning, faults, reason if choices else ""
        )
    return {**joined, **adapted}, (*choices, *targets)


def _draw_sources(
    data_set: DataSet,
    others: Mapping[str, DataSet],
    asked: Sequence[str],
    beginning: Beginning,
    faults: Faults,
) -> Further:
    chosen = st.multiselect(
        "Also learn from",
        list(others),
        asked,
        format_func=lambda uid: others[uid].name,
        placeholder="this data set alone",
        help="One backbone learns from all of them, and each data set has classes of its own,"
        " so they need not ask the same. Small data sets are seen more often than their size"
        " says.",
        key=f"{beginning.key}-sources",
        persist_state="session",
    )
    faults.add_field("sources", "Also learn from")
    if not chosen:
        return {}, ()
    st.caption(
        escape(
            f"Validation and test stay those of {data_set.name}. Whether the others helped,"
            f" only a run on {data_set.name} alone tells, beside this one under Compare. Each other"
            " data set gets a head of its own, judged at the end on its own test split."
        )
    )
    sources = (DataChoice(id=uid, name=others[uid].name, role="source") for uid in chosen)
    return {"objective": SEVERAL}, tuple(sources)


def _draw_adaptation(
    data_set: DataSet,
    others: Mapping[str, DataSet],
    asked: str,
    beginning: Beginning,
    faults: Faults,
    closed: str,
) -> Further:
    """Draw to whom a run is adapted, and how.

    Args:
        closed: why it cannot be; empty where it can.
    """
    if closed:
        st.selectbox("Adapt to", ["no other hospital"], disabled=True, help=escape(closed))
        return {}, ()
    options = [NONE, *others]
    target: str = st.selectbox(
        "Adapt to",
        options,
        options.index(asked),
        format_func=lambda uid: others[uid].name if uid else "no other hospital",
        help="The network learns from these images too, without their labels, so that features of"
        " both hospitals become alike. The model may get better there, and may get worse.",
        key=f"{beginning.key}-target",
        persist_state="session",
    )
    faults.add_field("target", "Adapt to")
    if not target:
        return {}, ()
    chosen = others[target]
    values = _draw_method(beginning, faults)
    st.caption(
        escape(
            f"{chosen.name}'s labels are not read. Validation and test stay those of"
            f" {data_set.name}: they tell how good the model is there, and not whether it got"
            f" better for {chosen.name}. Does it travel? answers that, under Compare."
        )
    )
    return values, (DataChoice(id=chosen.uid, name=chosen.name, role="target"),)


def _draw_method(beginning: Beginning, faults: Faults) -> dict[str, Any]:
    """Draw how to adapt; gives the settings."""
    rows = list_adaptations()
    asked = beginning.values.get("objective", "")
    left, right = st.columns([2, 1])
    with left:
        method = st.selectbox(
            "Method",
            list(rows),
            list(rows).index(asked) if asked in rows else 0,
            format_func=lambda name: escape(rows[name].title),
            key=f"{beginning.key}-adaptation",
            persist_state="session",
        )
    with right:
        field = Objective.model_fields["adaptation_weight"]
        weight = st.number_input(
            escape(str(field.title)),
            0.0,
            1000.0,
            beginning.values.get("adaptation_weight", 0.0) or None,
            placeholder=f"{rows[method].weight:g} (default)",
            help=escape(str(field.description)),
            format="%g",
            key=f"{beginning.key}-adaptation_weight",
            persist_state="session",
        )
    # Below both fields, over their whole width.
    faults.add_field("objective", "Method")
    st.caption(escape(rows[method].help))
    return {"objective": method, "adaptation_weight": weight or 0.0}
