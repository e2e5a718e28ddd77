"""What a preset comes to for a data set on this machine, and how long that takes."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from medapp.data.samples import DataSet
from medapp.errors import MedAppError
from medapp.runs.plan import Plan, plan_run
from medapp.studies.time import describe_fit, fit_preset
from medapp.training.recipe import DataChoice, Recipe, build_settings
from medapp.training.recipe.presets import PRESETS
from medapp.ui.shell.server import open_workspace


def fit_here(data_set: DataSet, preset: str) -> tuple[Mapping[str, Any], str]:
    """A preset's settings for a data set, and a line that says what they do and how long it takes.

    Where the preset cannot work here, the line says why.
    """
    try:
        values, recipe, plan = _fit(data_set.uid, preset, data_set)
    except MedAppError as error:
        return PRESETS[preset].values, error.what
    return values, describe_fit(recipe, plan)


@st.cache_data(ttl=60, max_entries=100, show_spinner=False)
def _fit(uid: str, preset: str, _data_set: DataSet) -> tuple[dict[str, Any], Recipe, Plan]:
    """Values, recipe and plan, kept for a minute: 100,000 images take seconds to plan."""
    workspace = open_workspace()
    values = fit_preset(workspace, _data_set, PRESETS[preset], {})
    choice = DataChoice(id=_data_set.uid, name=_data_set.name)
    recipe, machine = build_settings({**values, "data": {"choices": (choice,)}})
    return values, recipe, plan_run(workspace, recipe, machine)
