"""All that was asked of a run, as a table."""

from collections.abc import Sequence

import streamlit as st

from medapp.models.backbones import BACKBONES
from medapp.runs.run import Run
from medapp.runs.summary import summarise
from medapp.settings import write_value
from medapp.training.recipe.machine import Machine
from medapp.training.recipe.names import list_settings, read_values
from medapp.training.recipe.recipe import Recipe
from medapp.training.strategies import find_idle
from medapp.ui.shell.words import name_data_set, name_source
from medapp.ui.train.beginning import RUN
from medapp.ui.train.recipe_form import find_stand_in
from medapp.ui.train.start import draw_command


def draw_settings(run: Run) -> None:
    """Draw the recipe's and the machine's settings, and the command that asks for them."""
    rows = describe_settings(run)
    half = -(-len(rows) // 2)
    for column, some in zip(st.columns(2), (rows[:half], rows[half:]), strict=True):
        _draw_table(column, some)
    st.caption("The same as a command:")
    draw_command(run.recipe, run.machine, name_data_set(summarise(run)))


def describe_settings(run: Run) -> list[tuple[str, str]]:
    """Labels and values in words; what had no effect beside the others is left out."""
    values = read_values(run.recipe, run.machine)
    values["source"] = run.recipe.find_source()
    values["augmentation"] = run.recipe.find_augmentation()
    idle = set(find_idle(values))
    # A backbone and an earlier run bring their own.
    if values["source"] in BACKBONES or values["source"].startswith(RUN):
        idle.add("architecture")
    rows = [("Data set", run.recipe.data.train.name)]
    for role, label in (("source", "Also learned from"), ("target", "Adapted to")):
        names = [choice.name for choice in run.recipe.data.choices if choice.role == role]
        rows += [(label, ", ".join(names))] if names else []
    for setting in (*list_settings(Recipe), *list_settings(Machine)):
        value = values[setting.short]
        if setting.short in idle:
            continue
        stand_in = None if value else find_stand_in(setting.short, values)
        written = write_value(setting.field, value)
        if stand_in is not None:
            written = f"{stand_in}, the strategy's default"
        if setting.short == "source":
            written = name_source(value)
        rows.append((str(setting.field.title), written))
    return rows


def _draw_table(column: st.delta_generator.DeltaGenerator, rows: Sequence[tuple[str, str]]) -> None:
    column.dataframe(
        {"Setting": [label for label, _ in rows], "Value": [value for _, value in rows]},
        hide_index=True,
        height="content",
        alt="Settings and their values",
    )
