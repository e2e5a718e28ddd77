"""What a threshold does: the sentence, the four shares, and the curves behind them."""

from functools import partial

import streamlit as st

from medapp.evaluation.detection import Detection
from medapp.evaluation.net_benefit import trace_decisions
from medapp.evaluation.operating import OperatingPoint, state_floor, state_outcomes
from medapp.evaluation.predictive import Rate
from medapp.evaluation.words import write_figure, write_interval
from medapp.figures import list_numbers
from medapp.figures.operating import draw_decisions, draw_operating, draw_scores
from medapp.figures.thinning import ALL_POINTS
from medapp.ui.shell import frame
from medapp.ui.shell.frame import escape


def draw_outcome(point: OperatingPoint, said: str = "") -> None:
    """Draw what becomes of a thousand, the four shares, and how the threshold came about.

    Args:
        said: of which images that is, where these are not the test split.
    """
    st.subheader(escape(state_outcomes(point)), anchor=False)
    at = f"at a prevalence of {100 * point.prevalence:.3g}%"
    shares = (
        ("Sensitivity", point.sensitivity, f"of {point.positives:,} {point.noun}"),
        ("Specificity", point.specificity, f"of {point.n - point.positives:,} {point.noun}"),
        ("PPV", point.ppv, at),
        ("NPV", point.npv, at),
    )
    for column, (title, rate, of) in zip(st.columns(len(shares)), shares, strict=True):
        with column.container(border=True, height="stretch"):
            _draw_card(title, rate, of)
    st.caption(escape(said or f"{_state_choice(point)} {state_floor(point)}".strip()))


def draw_curves(judging: Detection, point: OperatingPoint) -> None:
    """Draw the ROC curve with the point, the scores by truth, and the decision curve."""
    theme = frame.find_theme()
    left, right = frame.draw_columns(2, key="threshold")
    with left:
        whole = partial(draw_operating, judging, point, most=ALL_POINTS)
        figure = draw_operating(judging, point, theme)
        frame.draw_figure(figure, "operating", lambda: list_numbers(whole()))
    with right:
        frame.draw_figure(draw_scores(judging, point.threshold, theme), key="scores")
    curve = trace_decisions(judging)
    if curve is None:
        return
    left, right = frame.draw_columns(2, key="decisions")
    with left:
        frame.draw_figure(draw_decisions(curve, theme), key="decisions")
    with right:
        st.subheader("Is it better to act on the model?", anchor=False)
        st.markdown(
            "Who would act at a probability of 0.1 holds a miss to be nine times as bad as a false"
            " alarm. The net benefit counts those rightly treated, less those treated for nothing"
            " at that rate. A model is worth using where its line stands above both others."
        )
        st.caption(
            escape(
                f"On {curve.n:,} {point.noun}, {curve.positives:,} of them with the finding: at"
                " their prevalence, whatever is set above. Each 95% interval is for its own"
                " threshold alone."
            )
        )


def _draw_card(title: str, rate: Rate | None, of: str) -> None:
    st.metric(
        escape(title),
        "–" if rate is None else write_figure(rate.value),
        write_interval(rate.interval) if rate else "no interval",
        delta_color="off",
        delta_arrow="off",
    )
    st.caption(escape(of))


def _state_choice(point: OperatingPoint) -> str:
    judged = (
        f"Judged on {point.n:,} {point.noun} of the test split, with 95% intervals over"
        f" {point.units:,} {point.counted}; those of PPV and NPV take the prevalence as known."
    )
    if point.choice is None:
        return f"{point.finding} counts as found from {point.threshold:.3g} on. {judged}"
    choice = point.choice
    return (
        f"{point.finding} counts as found from {point.threshold:.3g} on: {choice.rule}, chosen on"
        f" {choice.n:,} {point.noun} of the validation split, {choice.positives:,} of them with"
        f" it. {judged}"
    )
