"""Tables of models, one for each data set, as figures compare within one data set alone.

Validation comes first and gives the order: a model is chosen there. The test figure stands after
it, with its interval. A figure never stands without its number of images.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from medapp.evaluation.words import write_figure
from medapp.runs.progress import format_seconds
from medapp.runs.summary import Summary
from medapp.task import find_task
from medapp.ui.shell.words import (
    name_data_set,
    name_source,
    name_strategy,
    state_best_epoch,
    state_optimisation,
)

# How many runs were opened from the tables in this session.
OPENED = "runs-opened"
MARKS = {"grave": "not to be trusted", "caution": "caution", "info": ""}
COLUMNS: dict[str, Any] = {
    "Validation": st.column_config.NumberColumn(format="%.3f"),
    "n": st.column_config.NumberColumn("n", help="Validation images.", format="localized"),
    "n of test": st.column_config.NumberColumn("n", help="Test images.", format="localized"),
    "Notes": st.column_config.TextColumn(help="How grave what the model's page says is."),
    "Best epoch": st.column_config.TextColumn(help="The epoch whose weights are kept."),
    "Started": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
}


def draw_models(models: Sequence[Summary], key: str) -> Summary | None:
    """Draw the models of one data set; gives the one that was just chosen, else None."""
    ordered = sort_models(models)
    return _draw(ordered, [describe_model(model) for model in ordered], key)


def draw_runs(runs: Sequence[Summary]) -> Summary | None:
    """Draw runs that have no model, of any data sets; gives the chosen one."""
    return _draw(runs, [describe_run(run) for run in runs], "others")


def _draw(runs: Sequence[Summary], rows: Sequence[Mapping[str, Any]], key: str) -> Summary | None:
    opened = st.session_state.get(OPENED, 0)
    chosen = st.dataframe(
        rows,
        hide_index=True,
        column_config=COLUMNS,
        on_select="rerun",
        selection_mode="single-row",
        placeholder="–",
        alt="Runs and how good they are, the best on validation first",
        # After a run was opened the table is another one: Back, pressed before that run's page was
        # whole, would find the tick still there and open it again.
        key=f"runs-{key}-{opened}",
    ).selection
    found = next((runs[row] for row in chosen.rows if row < len(runs)), None)
    if found:
        st.session_state[OPENED] = opened + 1
    return found


def sort_models(models: Sequence[Summary]) -> list[Summary]:
    """The best on validation first; those without a figure of validation last, newest first."""

    def rank(run: Summary) -> float:
        value = run.learning.figures.get(find_headline(run))
        return 1.0 if value is None else -value

    return sorted(models, key=rank)


def describe_model(run: Summary) -> dict[str, Any]:
    """A run with a model as a row of its table."""
    learned = run.learning
    headline = find_headline(run)
    judged = run.figures
    test = write_figure(judged[headline], judged["intervals"][headline]) if judged else None
    return {
        "Model": run.title,
        "Validation": learned.figures.get(headline),
        "n": learned.n or None,
        "Test, 95% interval": test,
        "n of test": judged["n"] if judged else None,
        "Notes": MARKS[run.gravest.level] if run.gravest else "",
        "Best epoch": state_best_epoch(run),
        **_describe_course(run),
    }


def describe_run(run: Summary) -> dict[str, Any]:
    """A run without a model as a row of its table."""
    return {"Model": run.name, "Data set": name_data_set(run), **_describe_course(run)}


def _describe_course(run: Summary) -> dict[str, Any]:
    """What became of a run, when, and what was asked of it."""
    learned = run.learning
    return {
        "Status": run.state,
        "Started": datetime.fromtimestamp(learned.started) if learned.started else None,
        "Duration": format_seconds(learned.seconds) if learned.seconds else None,
        "Strategy": name_strategy(run.strategy),
        "Start from": name_source(run.source),
        "Image size": f"{run.image_size} px",
        "Other settings": state_optimisation(run),
    }


def find_headline(run: Summary) -> str:
    """The figure that says how good a model of the run's task is."""
    task = run.figures.get("task", "single-label") if run.figures else "single-label"
    return find_task(task).figures[0]
