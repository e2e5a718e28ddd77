"""The figures of validation as cards: the last epoch while a run is under way, then the best."""

from typing import Any

import streamlit as st

from medapp.figures.curves import find_best_neighbours, find_best_penalty
from medapp.runs.events import EpochFinished
from medapp.runs.progress import Standing

# Label, key of an epoch's event, which way is better.
CARDS = (
    ("Validation balanced accuracy", "balanced_accuracy", "normal"),
    ("Validation AUROC", "macro_auroc", "normal"),
    ("Validation loss", "validation_loss", "inverse"),
    ("Training loss", "train_loss", "inverse"),
)
QUIET: dict[str, Any] = {"delta_color": "off", "delta_arrow": "off"}


def draw_cards(standing: Standing, epochs: int, is_under_way: bool) -> None:
    """Draw five cards; none where a run has ended before its first epoch did.

    Args:
        epochs: how many were asked for; 0 where that is not known yet.
        is_under_way: the last epoch is shown with its change; else the best one, whose weights were
            kept.
    """
    if not (standing.epochs or is_under_way):
        return
    now, before = _pick_epochs(standing, is_under_way)
    said = f"epoch {now.epoch}" if now else "none yet"
    if now and (standing.penalties or standing.neighbours):
        said = "of the fitted head"
    columns = st.columns(5)
    for column, (label, name, better) in zip(columns, CARDS, strict=False):
        value = getattr(now, name, None)
        earlier = getattr(before, name, None)
        second: dict[str, Any] = {"delta": said, **QUIET}
        if value is not None and earlier is not None and round(value - earlier, 3):
            second = {"delta": f"{value - earlier:+.3f}", "delta_color": better}
        column.metric(label, "–" if value is None else f"{value:.3f}", border=True, **second)
    if standing.penalties:
        penalty = f"{find_best_penalty(standing.penalties).penalty:.2g}"
        columns[4].metric("Penalty", penalty, "by cross-validation", border=True, **QUIET)
        return
    if standing.neighbours:
        voting = str(find_best_neighbours(standing.neighbours).neighbours)
        columns[4].metric("Neighbours", voting, "by cross-validation", border=True, **QUIET)
        return
    best = standing.best.epoch if standing.best else "–"
    of_all = f"of {epochs}" if epochs else "none yet"
    columns[4].metric("Best epoch", best, of_all, border=True, **QUIET)


def _pick_epochs(
    standing: Standing, is_under_way: bool
) -> tuple[EpochFinished | None, EpochFinished | None]:
    """The epoch to show and the one to compare with; None where there is none."""
    if not is_under_way:
        return standing.best, None
    before, now = [None, None, *standing.epochs][-2:]
    return now, before
