"""Runs and how good they are, one a row: a figure never stands without its interval, nor a row
without its number of images.
"""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from medapp.runs.run import Run
from medapp.ui.elements import read_element, read_script
from medapp.ui.models.run_view import METRICS, state_recipe

_table = st.components.v2.component(
    "medapp_run_table",
    html='<div class="scroll"></div>',
    css=read_element("run_table.css"),
    js=read_script("run_table.js"),
)


def draw_run_table(runs: Sequence[Run]) -> str | None:
    """Draw the table; gives the id of the run that was just clicked, else None."""
    rows = [_describe(run) for run in runs]
    opened = _table(
        key="runs",
        data={"head": ["Model", "n", *METRICS.values()], "rows": rows},
        on_open_change=lambda: None,
    ).open
    return next((run.id for run in runs if run.id == opened), None)


def _describe(run: Run) -> dict[str, Any]:
    figures, state = run.load_evaluation(), run.state
    cells: list[dict[str, str]] = [{"text": f"{figures['n']:,}" if figures else "–"}]
    for name in METRICS:
        value, interval = (figures[name], figures["intervals"][name]) if figures else (None, None)
        small = f"{interval[0]:.3f} to {interval[1]:.3f}" if interval else ""
        cells.append({"text": "–" if value is None else f"{value:.3f}", "small": small})
    facts = state_recipe(run) if state == "done" else f"{state} · {state_recipe(run)}"
    return {"id": run.id, "name": run.name, "facts": facts, "cells": cells}
