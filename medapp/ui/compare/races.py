"""Races on the page: one is begun by a click, its board moves while it runs, and says a verdict."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from medapp.evaluation.headline import TITLES
from medapp.evaluation.words import write_figure
from medapp.models.backbones import BACKBONES, find_file
from medapp.runs.progress import format_seconds
from medapp.studies.board import Board, Place, find_board
from medapp.studies.race import CONTESTANTS, MOST_SOURCES, Race, create_race, list_races
from medapp.studies.revisions import note_study_edits
from medapp.studies.sheets import list_board
from medapp.training.strategies import STRATEGIES
from medapp.ui.compare.asking import Asked, draw_control, draw_form, draw_sheet
from medapp.ui.compare.contrasts import draw_contrasts
from medapp.ui.compare.watching import watch
from medapp.ui.shell import frame
from medapp.ui.shell.notes import draw_notes
from medapp.ui.shell.server import list_summaries, open_workspace
from medapp.ui.shell.words import name_figure, name_source

FOLDS = (0, 5, 10)  # in which all patients may be dealt


@dataclass(frozen=True)
class Choice:
    """What a race is asked beside its data set, seeds and minutes."""

    strategies: Sequence[str]
    sources: Sequence[str]
    folds: int


def draw_races() -> None:
    """Draw the races so far, and what begins another one."""
    st.subheader("Was transfer worth it?", anchor=False)
    st.markdown(
        "A race trains simple baselines, a new head alone, the last stage, the whole network, and"
        " the whole network from random weights on one data set, and says which differences can be"
        " told."
    )
    for race in list_races(open_workspace()):
        with frame.show_errors(), st.container(horizontal=True, gap="small"):
            st.page_link(
                frame.COMPARE, label=frame.escape(race.name), query_params={"race": race.id}
            )
            st.caption(frame.escape(_state(find_board(open_workspace(), race))))
    asked = draw_form(
        "race",
        "Begin a race",
        ":material/sports_score:",
        "Runs of each way of training. With one, nobody knows how much luck another seed would"
        " bring; three say something.",
        _draw_choice,
    )
    if asked is not None:
        with frame.show_errors():
            _begin(*asked)


def _draw_choice() -> Choice:
    """Who runs, from what, and over which folds."""
    with st.expander("Who runs, from what, over folds"):
        strategies = st.multiselect(
            "Ways of training",
            list(STRATEGIES),
            list(CONTESTANTS),
            format_func=lambda name: STRATEGIES[name].title,
        )
        columns = st.columns([3, 1])
        sources = columns[0].multiselect(
            "Start from",
            list_sources(),
            ["bundled"],
            format_func=name_source,
            max_selections=MOST_SOURCES,
            help="With several, each way that transfers runs from each of them.",
        )
        folds = columns[1].selectbox(
            "Folds",
            FOLDS,
            format_func=lambda count: str(count) if count else "The split",
            help="All patients are dealt into folds, and each fold is judged by a run that learned"
            " from the others: more test images, more runs. In place of seeds.",
        )
    return Choice(strategies, sources, folds)


def _begin(asked: Asked, choice: Choice) -> None:
    data = asked.recipe.data.model_copy(update={"folds": choice.folds})
    race = create_race(
        open_workspace(),
        asked.recipe.model_copy(update={"data": data}),
        asked.machine,
        strategies=choice.strategies,
        sources=choice.sources,
        seeds=asked.seeds,
        minutes=asked.minutes,
    )
    st.switch_page(frame.COMPARE, query_params={"race": race.id})


def list_sources() -> list[str]:
    """What is on this machine to start from: backbones, then trained models."""
    workspace = open_workspace()
    backbones = [name for name, row in BACKBONES.items() if find_file(row, workspace)]
    return [*backbones, *(f"run:{run.id}" for run in list_summaries() if run.is_trained)]


def _state(board: Board) -> str:
    if board.is_over:
        return board.verdict[0] if board.verdict else ""
    return f"{board.states.count('done')} of {len(board.states)} runs are done"


def draw_race(race: Race) -> None:
    """Draw one race; while its runs train, the page looks again by itself."""
    frame.draw_head(race.name, _state_terms(race), {"Compare": (frame.COMPARE, {})})
    for remark in race.remarks:
        st.info(frame.escape(remark))
    with frame.show_errors():
        board = find_board(open_workspace(), race)
        if not board.is_over:
            watch(lambda: find_board(open_workspace(), race), board, race.list_runs())
        draw_control(race, board)
        for sentence in board.verdict:
            question, mark, answer = sentence.rpartition("? ")
            asked = f"**{frame.escape(question + mark)}** " if mark else ""
            st.markdown(f"{asked}{frame.escape(answer)}")
        edits = note_study_edits(open_workspace(), race.list_runs(), "race")
        draw_notes([*board.notes, *edits])
        if board.contrasts:
            _draw_contrasts(board)
        _draw_board(board)
        if board.is_over:
            draw_sheet(list_board(board), "medapp-race")
            _draw_links(race, board)


def _state_terms(race: Race) -> str:
    """What all ways of training have in common, in one line."""
    noun = "fold" if race.folds else "seed"
    ids = set(race.list_runs())
    sizes = {f"{run.image_size} px" for run in list_summaries() if run.id in ids and not run.damage}
    facts = [
        race.data_set,
        *sizes,
        f"{len(race.runs)} ways of training",
        f"{race.count} {noun if race.count == 1 else f'{noun}s'}",
    ]
    if race.minutes is not None:
        facts.append(f"{race.minutes:g} min at most")
    return " · ".join(facts)


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
            f" {counted} and seeds. An open circle: cannot be told apart, after Holm's"
            " correction."
        )
    )


def _draw_board(board: Board) -> None:
    st.subheader("Board", anchor=False)
    rows = [
        {
            "Way of training": place.title,
            f"{TITLES[board.figure]} on validation": _write_validation(place),
            "Validation images": place.n or None,
            "Test, 95% interval": write_figure(place.test.value, place.test.interval)
            if place.test
            else None,
            "Time": format_seconds(place.seconds) if place.seconds else None,
            "Runs": _write_states(place.states),
        }
        for place in board.places
    ]
    rows += [
        {
            "Way of training": reference.title,
            f"{TITLES[board.figure]} on validation": _write_known(reference.validation),
            "Validation images": None,
            "Test, 95% interval": _write_known(reference.test),
            "Time": None,
            "Runs": None,
        }
        for reference in board.references
    ]
    st.dataframe(
        rows,
        hide_index=True,
        placeholder="–",
        alt="Ways of training, the best first",
        # While runs train, columns stay as wide as they were drawn first, when all waited.
        column_config={"Runs": st.column_config.TextColumn(width="medium")},
    )
    st.caption("The order is that of validation. Time is the mean of the runs of each.")


def _write_known(value: float | None) -> str | None:
    return None if value is None else write_figure(value)


def _write_validation(place: Place) -> str | None:
    if place.mean is None:
        return None
    if len(place.validation) == 1:
        return write_figure(place.mean)
    low, high = (f"{end(place.validation):.3f}" for end in (min, max))
    over = f"over {len(place.validation)} runs"
    # What learns without chance comes to the same under each seed.
    spread = over if low == high else f"{low} to {high} {over}"
    return f"{write_figure(place.mean)} ({spread})"


def _write_states(states: Sequence[str]) -> str:
    """What became of a way's runs, such as "1 of 2 done, 1 stopped"."""
    counts = Counter(states)
    if len(states) == 1 or len(counts) == 1:
        return states[0]
    done = counts.pop("done", 0)
    rest = [f"{count} {state}" for state, count in counts.items()]
    return ", ".join([f"{done} of {len(states)} done", *rest] if done else rest)


def _draw_links(race: Race, board: Board) -> None:
    if race.folds:
        # The first runs are of the same fold: one look at a part of the images.
        return
    firsts = [race.runs[place.key][0] for place in board.places if "done" in place.states]
    if len(firsts) > 1:
        st.page_link(
            frame.COMPARE,
            label="Compare their first runs in all figures, settings and images",
            icon=":material/difference:",
            query_params={"runs": ",".join(firsts)},
        )
