"""A study whose runs train: a bar, the run at work, and a new page when there is more to say."""

from collections.abc import Callable, Collection
from typing import Protocol, TypeVar

import streamlit as st

from medapp.runs.events import ACTIVE
from medapp.ui.shell.frame import escape
from medapp.ui.shell.server import list_summaries
from medapp.ui.train.queue import draw_turn

AGAIN_SECONDS = 2.0


class Watched(Protocol):
    """What is known of a study."""

    @property
    def states(self) -> tuple[str, ...]:
        """Of its runs."""


W = TypeVar("W", bound=Watched)


def watch(read: Callable[[], W], known: W, runs: Collection[str]) -> None:
    """Ask every few seconds whether a study has moved, and draw the page again when it has.

    Args:
        read: gives what is known of the study now.
        known: what the page shows.
        runs: their ids.
    """

    @st.fragment(run_every=AGAIN_SECONDS)
    def ask() -> None:
        now = read()
        done = now.states.count("done")
        said = (
            f"{done} of {len(now.states)} runs are done; the test split is looked at once, at the"
            " end"
        )
        st.progress(done / len(now.states), escape(said))
        for run in list_summaries():
            if run.id in runs and run.state in ACTIVE:
                draw_turn(run)
        if now != known:
            st.rerun()

    ask()
