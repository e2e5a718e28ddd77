"""Races on the page: one is begun by a click, its board moves while it runs, and says a verdict."""

from collections.abc import Sequence

import streamlit as st

from medapp.data.samples import DataSet
from medapp.evaluation.headline import TITLES
from medapp.evaluation.words import write_figure
from medapp.runs.progress import format_seconds
from medapp.studies.board import Board, Place, read_board
from medapp.studies.race import MOST_SEEDS, Race, create_race, list_races
from medapp.training.recipe import build_settings
from medapp.ui.compare.contrasts import draw_contrasts
from medapp.ui.compare.watching import watch
from medapp.ui.shell import frame
from medapp.ui.shell.server import find_catalog, open_workspace
from medapp.ui.shell.words import name_figure

MINUTES = 60


def draw_races() -> None:
    """Draw the races so far, and what begins another one."""
    st.subheader("Was transfer worth it?", anchor=False)
    st.markdown(
        "A race trains a linear probe, the last stage, everything, and everything from random"
        " weights on one data set, and says which differences can be told."
    )
    for race in list_races(open_workspace()):
        with frame.show_errors(), st.container(horizontal=True, gap="small"):
            st.page_link(
                frame.COMPARE, label=frame.escape(race.name), query_params={"race": race.id}
            )
            st.caption(frame.escape(_state(read_board(open_workspace(), race))))
    known = [each for each in find_catalog().list_data_sets() if len(each.classes) > 1]
    if known:
        _draw_form(known)


def _state(board: Board) -> str:
    if board.is_over:
        return board.verdict[0] if board.verdict else ""
    return f"{board.states.count('done')} of {len(board.states)} runs are done"


def _draw_form(known: Sequence[DataSet]) -> None:
    with st.form("race", border=True):
        columns = st.columns([2, 1, 1])
        data_set = columns[0].selectbox("Data set", known, format_func=lambda each: each.name)
        seeds = columns[1].number_input(
            "Seeds",
            1,
            MOST_SEEDS,
            1,
            help="Runs of each way of training. With one, nobody knows how much luck another"
            " seed would bring; three say something.",
        )
        minutes = columns[2].number_input(
            "Minutes",
            1,
            24 * 60,
            MINUTES,
            help="By the estimate for this machine; epochs are lowered to fit.",
        )
        if not st.form_submit_button("Begin a race", icon=":material/sports_score:"):
            return
    with frame.show_errors():
        choice = {"choices": ({"id": data_set.uid, "name": data_set.name},)}
        recipe, machine = build_settings({"data": choice})
        race = create_race(open_workspace(), recipe, machine, seeds=seeds, minutes=minutes)
        st.switch_page(frame.COMPARE, query_params={"race": race.id})


def draw_race(race: Race) -> None:
    """Draw one race; while its runs train, the page looks again by itself."""
    seeds = max(map(len, race.runs.values()), default=0)
    frame.draw_head(
        race.name,
        f"Race on {race.data_set} · {len(race.runs)} ways of training ·"
        f" {seeds} {'seed' if seeds == 1 else 'seeds'}",
        {"Compare": (frame.COMPARE, {})},
    )
    for remark in race.remarks:
        st.info(frame.escape(remark))
    with frame.show_errors():
        board = read_board(open_workspace(), race)
        if not board.is_over:
            watch(lambda: read_board(open_workspace(), race), board)
        for sentence in board.verdict:
            question, mark, answer = sentence.rpartition("? ")
            asked = f"**{frame.escape(question + mark)}** " if mark else ""
            st.markdown(f"{asked}{frame.escape(answer)}")
        if board.contrasts:
            _draw_contrasts(board)
        _draw_board(board)
        _draw_links(race, board)


def _draw_contrasts(board: Board) -> None:
    told = sum(contrast.is_told for contrast in board.contrasts)
    title = f"{told} of {len(board.contrasts)} declared differences can be told"
    are_of_one = len({contrast.a for contrast in board.contrasts}) == 1
    less = f": {board.contrasts[0].a} less the other" if are_of_one else ""
    axis = f"difference in {name_figure(board.figure)}{less}"
    draw_contrasts(board.contrasts, title, axis, "contrasts")
    n, units, counted = board.contrasts[0].n, board.contrasts[0].units, board.contrasts[0].counted
    of_units = f" of {units:,} {counted}" if counted == "patients" else ""
    st.caption(
        frame.escape(
            f"On {n:,} test images{of_units}, looked at once, with 95% intervals over"
            f" {counted} and seeds. Grey: cannot be told apart, after Holm's correction."
        )
    )


def _draw_board(board: Board) -> None:
    st.subheader("Board", anchor=False)
    rows = [
        {
            "Way of training": place.title,
            f"{TITLES[board.figure]} on validation": _write_validation(place),
            "n": place.n or None,
            "Test, 95% interval": write_figure(place.test.value, place.test.interval)
            if place.test
            else None,
            "Time": format_seconds(place.seconds) if place.seconds else None,
            "Status": ", ".join(dict.fromkeys(place.states)),
        }
        for place in board.places
    ]
    st.dataframe(rows, hide_index=True, placeholder="–", alt="Ways of training, the best first")
    st.caption("The order is that of validation. Time is the mean of the runs of each.")


def _write_validation(place: Place) -> str | None:
    if place.mean is None:
        return None
    if len(place.validation) == 1:
        return write_figure(place.mean)
    low, high = min(place.validation), max(place.validation)
    return f"{write_figure(place.mean)} ({low:.3f} to {high:.3f} over seeds)"


def _draw_links(race: Race, board: Board) -> None:
    firsts = [race.runs[place.strategy][0] for place in board.places if "done" in place.states]
    if len(firsts) > 1:
        st.page_link(
            frame.COMPARE,
            label="Compare their first runs in all figures, settings and images",
            icon=":material/difference:",
            query_params={"runs": ",".join(firsts)},
        )
