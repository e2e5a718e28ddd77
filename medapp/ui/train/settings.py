"""All that was asked of a run, as a table."""

from collections.abc import Sequence

import streamlit as st

from medapp.runs.run import Run
from medapp.training.recipe.names import Setting, list_settings
from medapp.training.recipe.recipe import Recipe
from medapp.ui.train.recipe_form import find_idle, find_stand_in


def draw_settings(run: Run) -> None:
    """Draw the recipe's and the machine's settings in two columns."""
    rows = describe_settings(run)
    half = -(-len(rows) // 2)
    for column, some in zip(st.columns(2), (rows[:half], rows[half:]), strict=True):
        _draw_table(column, some)


def describe_settings(run: Run) -> list[tuple[str, str]]:
    """Labels and values; a setting that had no effect beside the others says so."""
    settings = list(list_settings(Recipe))
    values = {setting.short: _find_value(run, setting) for setting in settings}
    machine = run.machine
    for setting in list_settings(type(machine)):
        settings.append(setting)
        values[setting.short] = getattr(machine, setting.name)
    values["source"] = run.recipe.find_source()
    values["augmentation"] = run.recipe.find_augmentation()
    idle = find_idle(values)
    rows = [("Data set", run.recipe.data.train.name)]
    for setting in settings:
        value = values[setting.short]
        shown = value or find_stand_in(setting.short, values) or value
        written = "no effect" if setting.short in idle else _write_value(shown)
        rows.append((str(setting.field.title), written))
    return rows


def _find_value(run: Run, setting: Setting) -> object:
    owner = getattr(run.recipe, setting.group) if setting.group else run.recipe
    value: object = getattr(owner, setting.name)
    return value


def _write_value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _draw_table(column: st.delta_generator.DeltaGenerator, rows: Sequence[tuple[str, str]]) -> None:
    column.dataframe(
        {"Setting": [label for label, _ in rows], "Value": [value for _, value in rows]},
        hide_index=True,
        height="content",
    )
