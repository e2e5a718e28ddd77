"""How good a model is: five figures as cards, each with its interval, and what to know of them."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from medapp.evaluation.evaluate import Evaluation
from medapp.runs.run import Run
from medapp.ui.shell.frame import escape
from medapp.ui.shell.server import open_workspace

METRICS = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "macro_sensitivity": "Macro sensitivity",
    "macro_f1": "Macro F1",
    "macro_auroc": "AUROC",
}


def draw_quality(run: Run) -> None:
    """Draw a run's figures on its test split."""
    figures = run.load_evaluation()
    if figures is None:
        st.info("This run was not evaluated on a test split: nothing says how good its model is.")
        return
    draw_evaluation(
        read_evaluation(figures),
        f"on the test split of {figures['dataset']}",
        [_state_test_reads(run.recipe.dataset)],
    )


def read_evaluation(figures: dict[str, Any]) -> Evaluation:
    """What the evaluation made of a run's figures, without what the run added."""
    names = Evaluation.__dataclass_fields__
    return Evaluation.from_dict({name: value for name, value in figures.items() if name in names})


def draw_evaluation(evaluation: Evaluation, where: str, more: Sequence[str] = ()) -> None:
    """Draw five cards, then the sentences that their reader must know, and `more` of them."""
    st.subheader(f"How good: {evaluation.n:,} images {escape(where)}", anchor=False)
    for column, (name, label) in zip(st.columns(5), METRICS.items(), strict=True):
        value, interval = getattr(evaluation, name), evaluation.intervals[name]
        second = f"95%: {interval[0]:.3f} to {interval[1]:.3f}" if interval else "no interval"
        column.metric(
            label,
            "–" if value is None else f"{value:.3f}",
            second,
            delta_color="off",
            delta_arrow="off",
            border=True,
        )
    st.caption(
        f"Intervals by bootstrap over {evaluation.units:,} {evaluation.resampled}. "
        + escape(" ".join([*evaluation.notes, *more]))
    )


@st.cache_data(ttl=20, show_spinner=False)
def _state_test_reads(dataset: str) -> str:
    from medapp.runs.results import count_test_reads  # torch

    count = count_test_reads(open_workspace(), dataset)
    times = "once" if count == 1 else f"{count:,} times"
    flatters = (
        " With each look, the best of the figures flatters a little more." if count > 1 else ""
    )
    return f"The test split of {dataset} was read {times} by the runs that are kept.{flatters}"
