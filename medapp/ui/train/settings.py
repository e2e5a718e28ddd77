"""All that was asked of a run, as a table."""

import dataclasses
from collections.abc import Sequence

import streamlit as st

from medapp.runs.run import Run
from medapp.ui.train.recipe_form import find_idle, find_stand_in


def draw_settings(run: Run) -> None:
    """Draw the recipe's settings in two columns."""
    rows = list_settings(run)
    half = -(-len(rows) // 2)
    for column, some in zip(st.columns(2), (rows[:half], rows[half:]), strict=True):
        _draw_table(column, some)


def list_settings(run: Run) -> list[tuple[str, str]]:
    """Labels and values; a setting that had no effect beside the others says so."""
    recipe = run.recipe
    values, idle = vars(recipe), find_idle(vars(recipe))
    rows = []
    for setting in dataclasses.fields(recipe):
        if setting.name == "preprocess":
            continue
        value = values[setting.name]
        shown = value or find_stand_in(setting.name, values) or value
        rows.append((setting, "no effect" if setting.name in idle else shown))
    preprocess = recipe.preprocess
    rows += [(field, getattr(preprocess, field.name)) for field in dataclasses.fields(preprocess)]
    return [(setting.metadata["label"], str(value)) for setting, value in rows]


def _draw_table(column: st.delta_generator.DeltaGenerator, rows: Sequence[tuple[str, str]]) -> None:
    column.table(
        {"Setting": [label for label, _ in rows], "Value": [value for _, value in rows]},
        border="horizontal",
        hide_index=True,
    )
