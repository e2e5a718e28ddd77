"""What begins a study, what stops one, and what goes on with it: for races and learning curves."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import streamlit as st

from medapp.data.samples import DataSet
from medapp.imaging.preprocess import Preprocess
from medapp.settings import find_fact, find_range
from medapp.store.plain import write_cells
from medapp.studies.budget import renew_time
from medapp.studies.curve import Curve
from medapp.studies.race import Race
from medapp.studies.sheets import Row
from medapp.studies.study import MOST_SEEDS
from medapp.studies.working import RESUMABLE, find_runs, resume_runs, stop_runs
from medapp.training.recipe import Machine, Recipe, build_settings
from medapp.ui.shell import frame
from medapp.ui.shell.server import find_catalog, list_summaries, open_workspace
from medapp.ui.train.beginning import find_newest
from medapp.ui.train.recipe_form import find_preprocess

MINUTES = 60
SIZE = Preprocess.model_fields["image_size"]

M = TypeVar("M")


class Watched(Protocol):
    """What is known of a study."""

    @property
    def states(self) -> tuple[str, ...]:
        """Of its runs."""

    @property
    def is_over(self) -> bool:
        """Whether every run has ended, or is gone."""


@dataclass(frozen=True)
class Asked:
    """What a person asks of a study."""

    recipe: Recipe
    machine: Machine
    seeds: int
    minutes: int


def draw_form(
    key: str,
    button: str,
    icon: str,
    help_of_seeds: str,
    draw_more: Callable[[], M],
) -> tuple[Asked, M] | None:
    """Draw the form that begins a study; gives what is asked when the button is pressed.

    Args:
        key: of the form.
        draw_more: draws the fields of this kind of study, and gives what they hold.
    """
    known = [each for each in find_catalog().list_data_sets() if len(each.classes) > 1]
    if not known:
        return None
    with st.form(key, border=True):
        columns = st.columns([3, 1, 1, 1])
        data_set: DataSet = columns[0].selectbox(
            "Data set",
            known,
            _find_likely(known),
            format_func=lambda each: each.name,
            help="Images are prepared as chosen on the data set's page.",
        )
        low, high = map(int, find_range(SIZE) or (0, 0))
        size = columns[1].number_input(
            f"{SIZE.title} ({find_fact(SIZE, 'unit')})",
            low,
            high,
            Preprocess().image_size,
            find_fact(SIZE, "step"),
            help=f"{SIZE.description} Smaller is quicker.",
        )
        seeds = columns[2].number_input("Seeds", 1, MOST_SEEDS, 1, help=frame.escape(help_of_seeds))
        minutes = columns[3].number_input(
            "Minutes",
            1,
            24 * 60,
            MINUTES,
            help="Epochs are lowered to fit, by the estimate for this machine; what does not fit by"
            " what was measured since is not begun.",
        )
        more = draw_more()
        if not st.form_submit_button(frame.escape(button), icon=icon):
            return None
    choice = {"choices": ({"id": data_set.uid, "name": data_set.name},)}
    with frame.show_errors():
        preprocess = find_preprocess(data_set).model_copy(update={"image_size": size})
        recipe, machine = build_settings({"data": choice, "preprocess": preprocess})
        return Asked(recipe, machine, seeds, minutes), more
    return None


def _find_likely(known: Sequence[DataSet]) -> int:
    """The place of the data set that is most likely meant.

    That of the last run, else the one that came last.
    """
    places = {data_set.uid: place for place, data_set in enumerate(known)}
    trained = (run.data_set_id for run in list_summaries())
    newest = find_newest(known).uid
    return next((places[uid] for uid in trained if uid in places), places[newest])


def draw_control(study: Race | Curve, known: Watched) -> None:
    """Draw what stops a study that is under way, or goes on with what is left of one."""
    runs = find_runs(open_workspace(), study.list_runs())
    if not known.is_over:
        if st.button("Stop all runs", icon=":material/stop:", key=f"stop-{study.id}"):
            with frame.show_errors():
                stop_runs(runs)
            st.rerun()
        return
    left = [state for state in known.states if state in RESUMABLE]
    if left and st.button(
        f"Go on with the {len(left)} {'run' if len(left) == 1 else 'runs'} not done",
        icon=":material/play_arrow:",
        key=f"resume-{study.id}",
    ):
        with frame.show_errors():
            renew_time(open_workspace(), study)
            resume_runs(runs)
        st.rerun()


def draw_sheet(rows: Iterable[Row], name: str) -> None:
    """Draw what saves a study's figures as a table (CSV).

    Args:
        name: of the file, without its ending.
    """
    st.download_button(
        "Figures (CSV)",
        write_cells(rows),
        f"{name}.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
