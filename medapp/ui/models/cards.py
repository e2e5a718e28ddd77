"""How good a model is: five figures as cards, each with its interval, and what to know of them."""

from collections.abc import Sequence

import streamlit as st

from medapp.errors import DataError
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.words import write_interval
from medapp.notes import Note
from medapp.runs.results import count_test_reads
from medapp.runs.run import Run
from medapp.ui.shell.frame import escape
from medapp.ui.shell.notes import draw_notes
from medapp.ui.shell.server import find_catalog, open_workspace

METRICS = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "macro_sensitivity": "Macro sensitivity",
    "macro_f1": "Macro F1",
    "macro_auroc": "AUROC",
}


def draw_quality(run: Run) -> None:
    """Draw a run's figures on its test split."""
    evaluation = run.load_evaluation()
    if evaluation is None:
        st.info("This run was not evaluated on a test split: nothing says how good its model is.")
        return
    choice = run.recipe.data.train
    looks = note_test_reads(choice.id, choice.name)
    draw_evaluation(evaluation, f"on the test split of {evaluation.dataset}", [looks])


def draw_evaluation(evaluation: Evaluation, where: str, more: Sequence[Note] = ()) -> None:
    """Draw five cards, then the notes that their reader must know, and `more` of them."""
    st.subheader(f"How good: {evaluation.n:,} images {escape(where)}", anchor=False)
    for column, (name, label) in zip(st.columns(5), METRICS.items(), strict=True):
        value = getattr(evaluation, name)
        interval = evaluation.intervals[name]
        second = f"95%: {write_interval(interval)}" if interval else "no interval"
        column.metric(
            label,
            "–" if value is None else f"{value:.3f}",
            second,
            delta_color="off",
            delta_arrow="off",
            border=True,
        )
    st.caption(f"Intervals by bootstrap over {evaluation.units:,} {evaluation.resampled}.")
    draw_notes([*evaluation.notes, *more])


def note_test_reads(data_set_id: str, name: str) -> Note:
    """How often the test split of a data set was read, and what follows from that."""
    try:
        data_set = find_catalog().find_chosen(data_set_id, name)
    except DataError:
        text = f"{name} is no longer in this workspace: nobody counts the looks at its test split."
        return Note("looks-not-counted", text)
    count = count_test_reads(open_workspace(), data_set)
    times = {1: "once", 2: "twice"}.get(count, f"{count:,} times")
    said = f"The test split of {data_set.name} was read {times} by the runs that are kept."
    if count > 1:
        said += " With each look, the best of the figures flatters a little more."
    return Note("looks", said, "info")
