"""A table of runs and how good they are.

A figure never stands without its interval, nor a row without its number of images.
"""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from medapp.evaluation.words import write_interval
from medapp.runs.summary import Summary
from medapp.ui.models.cards import METRICS
from medapp.ui.models.words import state_summary

# Macro sensitivity is left out, as it is the same number as balanced accuracy.
SHOWN = ("balanced_accuracy", "accuracy", "macro_auroc", "macro_f1")
# How many runs were opened from the table in this session.
OPENED = "runs-opened"


def draw_run_table(runs: Sequence[Summary]) -> str | None:
    """Draw the table; gives the id of the run that was just chosen, else None."""
    opened = st.session_state.get(OPENED, 0)
    chosen = st.dataframe(
        [describe_run(run) for run in runs],
        hide_index=True,
        column_config=_configure_columns(),
        on_select="rerun",
        selection_mode="single-row",
        placeholder="–",
        alt="Runs and how good they are",
        # After a run was opened the table is another one: Back, pressed before that run's page was
        # whole, would find the tick still there and open it again.
        key=f"runs-{opened}",
    ).selection
    found = next((runs[row].id for row in chosen.rows if row < len(runs)), None)
    if found:
        st.session_state[OPENED] = opened + 1
    return found


def describe_run(run: Summary) -> dict[str, Any]:
    """A run as a row of the table."""
    figures = run.figures
    row: dict[str, Any] = {"Model": run.name, "State": run.state}
    row["n"] = figures["n"] if figures else None
    for name in SHOWN:
        interval = figures["intervals"][name] if figures else None
        row[METRICS[name]] = figures[name] if figures else None
        row[f"{METRICS[name]}: 95% interval"] = write_interval(interval) if interval else None
    row["Settings"] = state_summary(run)
    return row


def _configure_columns() -> dict[str, Any]:
    columns: dict[str, Any] = {"n": st.column_config.NumberColumn(format="localized")}
    for name in SHOWN:
        columns[METRICS[name]] = st.column_config.NumberColumn(format="%.3f")
        columns[f"{METRICS[name]}: 95% interval"] = st.column_config.TextColumn("95% interval")
    return columns
