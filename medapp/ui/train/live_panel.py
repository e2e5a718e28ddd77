"""A run as it happens: state, progress, figures, curves, log, Stop and Resume.

Asks for news each second until the run ends; where many watch less often, so that what they cost
the training does not grow with them.
"""

import dataclasses
import time
import uuid
from collections.abc import Sequence
from typing import Any

import streamlit as st

from medapp.runs.progress import INTERVALS, UNDER_WAY, Follower, Standing, format_seconds
from medapp.runs.run import Run
from medapp.ui.elements.live_chart import Chart, Series, draw_charts, load_charts
from medapp.ui.shell.frame import escape, show_errors
from medapp.ui.shell.server import open_workspace
from medapp.ui.train.recipe_form import find_idle, find_stand_in

CHIPS = {
    "running": ("primary", ":material/biotech:"),
    "queued": ("gray", ":material/hourglass_empty:"),
    "preparing": ("blue", ":material/sync:"),
    "training": ("primary", ":material/model_training:"),
    "evaluating": ("violet", ":material/fact_check:"),
    "done": ("green", ":material/check_circle:"),
    "stopped": ("orange", ":material/stop_circle:"),
    "failed": ("red", ":material/error:"),
    "interrupted": ("orange", ":material/power_off:"),
}
EMPTY = {  # what stands where curves will be, in words
    "queued": ("Begins when the runs before it have ended.",) * 2,
    "preparing": ("Begins when the images are ready.", "Appears after the first epoch."),
    "training": ("The first step is under way.", "Appears after the first epoch."),
}
CARDS = (
    ("Balanced accuracy", "balanced_accuracy", "normal"),
    ("AUROC", "macro_auroc", "normal"),
    ("Validation loss", "validation_loss", "inverse"),
)


def draw_live_panel(run: Run) -> None:
    """Draw the panel; while the run is under way it redraws itself every few seconds, without the
    rest of the page.
    """
    load_charts()
    every = st.session_state[f"every-{run.id}"] = (
        _choose_interval(run) if run.state in UNDER_WAY else None
    )
    st.fragment(run_every=every)(_draw)(run.folder.name)
    with (
        show_errors(),
        st.expander("Settings", icon=":material/tune:"),
    ):  # never change, so they stay out of what is redrawn
        draw_settings(run)


@st.cache_resource(max_entries=20, show_spinner=False)
def follow(run_id: str, _run: Run) -> Follower:
    """One reader of a run's events for all who watch it."""
    return Follower(_run)


def _choose_interval(run: Run) -> int:
    """Seconds from tick to tick for this tab, which counts as watching from now on."""
    me = st.session_state.setdefault("watcher", uuid.uuid4().hex)
    count = follow(run.id, run).count_watchers(me, time.monotonic())
    return next(seconds for most, seconds in INTERVALS if count <= most)


def draw_chip(state: str) -> None:
    """The state of a run or a prediction job as a small label."""
    colour, icon = CHIPS[state]
    st.badge(state, color=colour, icon=icon)  # type: ignore[arg-type]


def _draw(run_id: str) -> None:
    run = Run(open_workspace().runs_folder / run_id)
    with show_errors():
        was, state = st.session_state.get(f"state-{run_id}"), run.state
        st.session_state[f"state-{run_id}"] = state
        if was in UNDER_WAY and state not in UNDER_WAY:
            st.rerun()  # the whole page: the polling ends and the results appear
        if state in UNDER_WAY and _choose_interval(run) != st.session_state.get(f"every-{run_id}"):
            st.rerun()  # others came or went
        standing = follow(run_id, run).read()
        _draw_state(run, state, standing)
        _draw_cards(standing, run.recipe.epochs, state in UNDER_WAY)
        draw_charts(build_charts(standing, state), key=f"charts-{run_id}")
        _draw_log(run, standing)


def _draw_state(run: Run, state: str, standing: Standing) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="run-state"):
        draw_chip(state)
        with st.container(width="stretch"):
            if state in UNDER_WAY:
                st.progress(standing.share, text=" · ".join(_list_pace(standing)))
            else:
                st.markdown(escape(_describe_end(state, run, standing)))
        _draw_control(run, state)


def _describe_end(state: str, run: Run, standing: Standing) -> str:
    if state != "done":
        return str(run.last_state.get("reason", ""))
    best = f", best after epoch {standing.best['epoch']}" if standing.best else ""
    return f"{len(standing.epochs)} epochs{best}"


def _draw_control(run: Run, state: str) -> None:
    is_asked = run.is_stop_requested()
    if state in UNDER_WAY and st.button(
        "Stopping" if is_asked else "Stop", icon=":material/stop:", disabled=is_asked
    ):
        run.request_stop()
        st.rerun(scope="fragment")
    if state in ("stopped", "failed", "interrupted") and st.button(
        "Resume", icon=":material/play_arrow:"
    ):
        run.request_resume()
        st.rerun()


def _list_pace(standing: Standing) -> list[str]:
    parts = [standing.activity]
    if standing.last_step:
        parts.append(f"{standing.last_step['images_per_second']:,.0f} images/s")
    if standing.seconds_left is not None:
        parts.append(f"{format_seconds(standing.seconds_left)} left")
    return [part for part in parts if part]


def _draw_cards(standing: Standing, epochs: int, is_under_way: bool) -> None:
    """The last epoch and its change while a run is under way, then the best one, whose weights were
    kept; each card has a second line.
    """
    now, before = ({}, {}, *standing.epochs)[-1], ({}, {}, *standing.epochs)[-2]
    if not is_under_way:
        now, before = standing.best or {}, {}
    said = f"validation, epoch {now['epoch']}" if now else "validation"
    quiet: dict[str, Any] = {"delta_color": "off", "delta_arrow": "off"}
    cards = st.columns(5)
    for card, (label, name, sign) in zip(cards, CARDS, strict=False):
        value, earlier = now.get(name), before.get(name)
        second: dict[str, Any] = {"delta": said, **quiet}
        if value is not None and earlier is not None and round(value - earlier, 3):
            second = {"delta": f"{value - earlier:+.3f}", "delta_color": sign}
        card.metric(label, "–" if value is None else f"{value:.3f}", border=True, **second)
    best, rate = standing.best, standing.last_step.get("rate")
    cards[3].metric(
        "Best epoch", best["epoch"] if best else "–", f"of {epochs}", border=True, **quiet
    )
    cards[4].metric(
        "Learning rate", f"{rate:.1e}" if rate else "–", "of the head", border=True, **quiet
    )


def build_charts(standing: Standing, state: str) -> list[Chart]:
    """Loss of both sides, and what the validation part says, over epochs.

    Titles state what is seen.
    """
    first, later = EMPTY.get(state, ("No step was finished.", "No epoch was finished."))
    rows, best, count = standing.epochs, standing.best, standing.plan.get("validation", 0)
    x = [row["epoch"] for row in rows]

    def line(label: str, name: str, colour: int) -> Series:
        return Series(label, x, [row.get(name) for row in rows], colour)

    mark = (best["epoch"], "best") if best else None
    loss = f"Loss: lowest on validation at epoch {best['epoch']}" if best else "Loss"
    reached = [row["balanced_accuracy"] for row in rows if row.get("balanced_accuracy") is not None]
    part = f"Validation (n = {count:,})" if count else "Validation"
    quality = f"{part}: balanced accuracy up to {max(reached):.2f}" if reached else part
    names = {
        "balanced accuracy": "balanced_accuracy",
        "accuracy": "accuracy",
        "AUROC": "macro_auroc",
        "train accuracy": "train_accuracy",
    }
    colours = dict(zip(names, (0, 2, 3, 7), strict=True))
    shown = [
        line(label, name, colours[label])
        for label, name in names.items()
        if name != "train_accuracy" or any(name in r for r in rows)
    ]
    return [
        Chart(
            "loss",
            loss,
            "epoch",
            "cross-entropy",
            [
                Series("train, each step", standing.steps, standing.losses, 0, is_thin=True),
                line("train", "train_loss", 0),
                line("validation", "validation_loss", 1),
            ],
            mark,
            first,
        ),
        Chart("quality", quality, "epoch", "0 to 1", shown, mark, later),
    ]


def _draw_log(run: Run, standing: Standing) -> None:
    with st.expander("Log", icon=":material/notes:"):
        for text in standing.messages:
            st.markdown(f"- {escape(text)}")
        st.code("\n".join(run.log.splitlines()[-200:]) or "Nothing was printed.", language=None)


def draw_settings(run: Run) -> None:
    """All that was asked of the run, as a table."""
    recipe = run.recipe
    values, idle = vars(recipe), find_idle(vars(recipe))
    rows = [
        (
            f.metadata["label"],
            (
                "no effect"
                if f.name in idle
                else values[f.name] or find_stand_in(f.name, values) or values[f.name]
            ),
        )
        for f in dataclasses.fields(recipe)
        if f.name != "preprocess"
    ]
    rows += [
        (f.metadata["label"], getattr(recipe.preprocess, f.name))
        for f in dataclasses.fields(recipe.preprocess)
    ]
    _draw_table(rows)


def _draw_table(rows: Sequence[tuple[str, object]]) -> None:
    half = -(-len(rows) // 2)
    for column, part in zip(st.columns(2), (rows[:half], rows[half:]), strict=True):
        column.table(
            {"Setting": [r[0] for r in part], "Value": [str(r[1]) for r in part]},
            border="horizontal",
            hide_index=True,
        )
