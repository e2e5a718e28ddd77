"""Whether a model's probabilities can be believed: scores, calibration, answering only some."""

from typing import Any

import numpy as np
import streamlit as st

from medapp.evaluation.case import build_case
from medapp.evaluation.patients import number_units
from medapp.evaluation.probability import Figure, ProbabilityFigures, judge_probabilities
from medapp.evaluation.reliability import Reliability
from medapp.evaluation.selective import trace_coverage
from medapp.evaluation.words import write_figure, write_interval
from medapp.figures.reliability import draw_reliability
from medapp.figures.selective import draw_coverage
from medapp.prediction.memory import describe_memory
from medapp.runs.decided import find_decide
from medapp.runs.results import Evidence, load_evidence
from medapp.runs.run import Run
from medapp.task import find_task
from medapp.ui.shell import frame
from medapp.ui.shell.frame import escape
from medapp.ui.shell.notes import draw_notes

SURENESS = (
    "How sure the model is: the probability of its most probable class. Where it answers only"
    " above a bound, the others are left to a reader."
)
MOST_PROBABLE = " Here an image counts as that class, not as the locked threshold decides it."
CARDS = {
    "brier": "Brier score",
    "log_loss": "Log loss",
    "mcc": "Matthews correlation",
    "kappa": "Cohen's kappa",
}


def draw_probabilities(run: Run) -> None:
    """Draw how good the probabilities of the test images are."""
    evaluation = run.load_evaluation()
    evidence = load_evidence(run)
    if evaluation is None or evidence is None:
        st.info("The predictions behind this model's figures were not kept: nothing to show here.")
        return
    decide = find_decide(run, evaluation)
    found = judge_probabilities(*evidence, thresholds=evaluation.thresholds, decide=decide)
    draw_notes(note for note in evaluation.notes if note.level == "grave")
    _draw_cards(found)
    one = _choose_reliability(found)
    left, right = frame.draw_columns(2, key="probabilities")
    theme = frame.find_theme()
    with left:
        if one is not None:
            frame.draw_figure(draw_reliability(one, theme), key="reliability")
            st.caption(escape(_explain(one)))
    with right:
        if evaluation.confusion:
            frame.draw_figure(draw_coverage(_trace(evidence), theme), key="coverage")
            st.caption(SURENESS + (MOST_PROBABLE if decide else ""))
    for sentence in describe_memory(run.model_path):
        st.caption(escape(sentence))
    noun = find_task(evaluation.task).noun
    st.subheader(escape(f"Per {noun}, against the rest"), anchor=False)
    st.dataframe(_list_rows(found, noun), hide_index=True, alt=f"Probabilities of each {noun}")


def _draw_cards(found: ProbabilityFigures) -> None:
    known = [(title, getattr(found, name)) for name, title in CARDS.items()]
    told = [(title, figure) for title, figure in known if figure is not None]
    for column, (title, figure) in zip(st.columns(max(len(told), 1)), told, strict=True):
        with column.container(border=True, height="stretch"):
            _draw_card(title, figure)
    st.caption(
        escape(
            f"On {found.n:,} test images, with 95% intervals over {found.units:,} {found.counted}."
            " Of Brier score and log loss a low one is good. Guessing gives each class the same"
            " probability; shares gives each its share of these images."
        )
    )


def _draw_card(title: str, figure: Figure) -> None:
    st.metric(
        escape(title),
        write_figure(figure.value),
        write_interval(figure.interval),
        delta_color="off",
        delta_arrow="off",
    )
    beside = (("guessing", figure.chance), ("shares", figure.shares))
    known = [f"{escape(name)} {value:.3f}" for name, value in beside if value is not None]
    st.caption("  \n".join(known))


def _choose_reliability(found: ProbabilityFigures) -> Reliability | None:
    """The only calibration there is, or that of the finding that the reader chooses."""
    if len(found.reliability) < 2:
        return found.reliability[0] if found.reliability else None
    by_name = {one.of: one for one in found.reliability}
    return by_name[st.selectbox("Finding", list(by_name), width=320)]


def _explain(one: Reliability) -> str:
    k = len(one.bins)
    bins = "one bin" if k == 1 else f"{k:,} bins with about as many images each"
    return (
        f"Expected calibration error over {bins} (their numbers at the foot). A perfectly"
        f" calibrated model shows an error too, as bins are small: of {one.draws:,} such models,"
        f" drawn with these probabilities, the mean is {one.noise:.3f} and 95% stay below"
        f" {one.noise_limit:.3f}."
    )


def _trace(evidence: Evidence) -> Any:
    probabilities, truth, classes, groups, task = evidence
    case = build_case(probabilities, truth, classes, task)
    units, _, _ = number_units(groups, len(case.scores))
    return trace_coverage(np.max(case.scores, axis=1), case.right, units)


def _list_rows(found: ProbabilityFigures, noun: str) -> list[dict[str, str]]:
    rows = []
    for name, figures in found.per_class.items():
        row = {noun.capitalize(): name}
        named = (
            ("Brier score", figures.brier),
            ("Brier by its share", None),
            ("NPV", figures.npv),
            ("Matthews correlation", figures.mcc),
        )
        for title, figure in named:
            row[title] = write_figure(None) if figure is None else _write(figure)
        row["Brier by its share"] = write_figure(figures.brier.shares if figures.brier else None)
        rows.append(row)
    return rows


def _write(figure: Figure) -> str:
    return write_figure(figure.value, figure.interval)
