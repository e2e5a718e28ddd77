"""Learning curves on the page: one is begun by a click, and says what more images would bring."""

import math
from collections.abc import Sequence

import streamlit as st

from medapp.evaluation.comparison import average_seeds
from medapp.evaluation.headline import TITLES
from medapp.evaluation.words import write_figure
from medapp.figures import draw_learning_curves
from medapp.figures.learning_curve import CurveLine
from medapp.studies.curve import WAYS, Curve, create_curve, list_curves
from medapp.studies.points import Reading, Way, find_points, state_reach
from medapp.studies.revisions import note_study_edits
from medapp.studies.sheets import list_curve
from medapp.training.strategies import STRATEGIES
from medapp.ui.compare.asking import Asked, draw_control, draw_form, draw_sheet
from medapp.ui.compare.watching import watch
from medapp.ui.shell import frame
from medapp.ui.shell.notes import draw_notes
from medapp.ui.shell.server import open_workspace
from medapp.ui.shell.words import name_figure

MOST_WAYS = 4


def draw_curves() -> None:
    """Draw the learning curves so far, and what begins another one."""
    st.subheader("Would more images help?", anchor=False)
    st.markdown(
        "A learning curve trains on a tenth, a fifth … and all of the training patients, with"
        " transfer and without, and says what twice as many would bring."
    )
    for curve in list_curves(open_workspace()):
        with frame.show_errors(), st.container(horizontal=True, gap="small"):
            st.page_link(
                frame.COMPARE, label=frame.escape(curve.name), query_params={"curve": curve.id}
            )
            st.caption(frame.escape(_state(find_points(open_workspace(), curve))))
    asked = draw_form(
        "curve",
        "Begin a learning curve",
        ":material/show_chart:",
        "Runs of each way on each share. Each seed draws other patients of the same number; three"
        " say how much that changes.",
        _draw_ways,
    )
    if asked is not None:
        with frame.show_errors():
            _begin(*asked)


def _draw_ways() -> Sequence[str]:
    ways: list[str] = st.multiselect(
        "Ways of training",
        list(STRATEGIES),
        list(WAYS),
        max_selections=MOST_WAYS,
        format_func=lambda name: STRATEGIES[name].title,
        key="ways-of-curve",
    )
    return ways


def _begin(asked: Asked, ways: Sequence[str]) -> None:
    curve = create_curve(
        open_workspace(),
        asked.recipe,
        asked.machine,
        ways=ways,
        seeds=asked.seeds,
        minutes=asked.minutes,
    )
    st.switch_page(frame.COMPARE, query_params={"curve": curve.id})


def _state(reading: Reading) -> str:
    if reading.is_over:
        return reading.verdict[0]
    return f"{reading.states.count('done')} of {len(reading.states)} runs are done"


def draw_curve(curve: Curve) -> None:
    """Draw one learning curve; while its runs train, the page looks again by itself."""
    count = len(curve.list_runs())
    frame.draw_head(
        curve.name,
        f"{curve.data_set} · {len(curve.shares)} shares of its training images · {count} runs",
        {"Compare": (frame.COMPARE, {})},
    )
    for remark in curve.remarks:
        st.info(frame.escape(remark))
    with frame.show_errors():
        reading = find_points(open_workspace(), curve)
        if not reading.is_over:
            watch(lambda: find_points(open_workspace(), curve), reading, curve.list_runs())
            draw_control(curve, reading)
            return
        draw_control(curve, reading)
        has_points = any(way.points for way in reading.ways)
        if has_points:
            _draw_figure(reading)
        for sentence in reading.verdict:
            st.markdown(frame.escape(sentence))
        draw_notes(note_study_edits(open_workspace(), curve.list_runs(), "learning curve"))
        if not has_points:
            return
        _draw_reach(reading)
        _draw_points(reading)
        draw_sheet(list_curve(reading), "medapp-learning-curve")


def _draw_figure(reading: Reading) -> None:
    lines = [CurveLine(way.title, _list_points(way), way.law) for way in reading.ways]
    title = reading.finding
    figure = draw_learning_curves(
        lines, title, reading.counted, name_figure(reading.figure), frame.find_theme()
    )
    frame.draw_figure(figure, key="learning-curve")
    st.caption("Dashed: carried on beyond what was measured. Band and whiskers: 95% intervals.")


def _draw_reach(reading: Reading) -> None:
    """How many more images a value takes that a reader asks for."""
    st.subheader("How many more for a figure of …", anchor=False)
    best = max(point.value for way in reading.ways for point in way.points)
    start = min(0.99, max(0.5, math.ceil(20 * best + 0.2) / 20))
    value = st.slider(
        TITLES[reading.figure], 0.5, 0.99, start, 0.01, key="reach", label_visibility="collapsed"
    )
    for way in reading.ways:
        st.markdown(frame.escape(state_reach(reading, way, value)))


def _list_points(way: Way) -> list[tuple[int, float, tuple[float, float]]]:
    means = [(point.size, average_seeds(point.estimates)) for point in way.points]
    return [(size, mean.value, mean.interval) for size, mean in means]


def _draw_points(reading: Reading) -> None:
    st.subheader("Points", anchor=False)
    rows = [
        {
            "Way of training": way.title,
            f"Training {reading.counted}": size,
            f"{TITLES[reading.figure]}, 95% interval": write_figure(value, interval),
        }
        for way in reading.ways
        for size, value, interval in _list_points(way)
    ]
    st.dataframe(rows, hide_index=True, alt="The points of the learning curve")
