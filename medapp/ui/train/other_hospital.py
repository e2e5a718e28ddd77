"""Another hospital, to whose images a run is adapted without reading their labels."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from medapp.data.samples import DataSet
from medapp.training.objectives.table import list_adaptations
from medapp.training.recipe import DataChoice
from medapp.training.recipe.groups import Objective
from medapp.ui.shell.frame import escape
from medapp.ui.train.beginning import Beginning
from medapp.ui.train.faults import Faults

NONE = ""


def draw_adaptation_form(
    data_set: DataSet, data_sets: Sequence[DataSet], beginning: Beginning, faults: Faults
) -> tuple[dict[str, Any], tuple[DataChoice, ...]]:
    """Draw the choice; gives the settings that follow from it, and the target, if there is one."""
    others = {other.uid: other for other in data_sets if other.uid != data_set.uid}
    if not others:
        return {}, ()
    asked = beginning.target if beginning.target in others else NONE
    with st.expander(
        "Another hospital: adapt to its images", expanded=bool(asked), icon=":material/move_down:"
    ):
        target = _draw_target(others, asked, beginning, faults)
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


def _draw_target(
    others: dict[str, DataSet], asked: str, beginning: Beginning, faults: Faults
) -> str:
    options = [NONE, *others]
    chosen: str = st.selectbox(
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
    return chosen


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
        faults.add_field("objective", "Method")
    with right:
        default = rows[method].weight
        field = Objective.model_fields["adaptation_weight"]
        weight = st.number_input(
            escape(str(field.title)),
            0.0,
            1000.0,
            beginning.values.get("adaptation_weight", 0.0) or None,
            placeholder=f"{default:g}, the method's default",
            help=escape(str(field.description)),
            format="%g",
            key=f"{beginning.key}-adaptation_weight",
            persist_state="session",
        )
    st.caption(escape(rows[method].help))
    return {"objective": method, "adaptation_weight": weight or 0.0}
