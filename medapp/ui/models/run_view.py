"""A finished run in words, figures and charts: what its page and the list of models show."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from medapp.evaluation.evaluate import Evaluation
from medapp.models.backbones import BACKBONES
from medapp.runs.run import Run
from medapp.training.recipe.recipe import STRATEGIES
from medapp.ui.shell.frame import escape
from medapp.ui.shell.server import open_workspace

METRICS = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "macro_sensitivity": "Macro sensitivity",
    "macro_f1": "Macro F1",
    "macro_auroc": "AUROC",
}


def state_recipe(run: Run) -> str:
    """What was asked, in one line."""
    recipe = run.recipe
    source = (
        BACKBONES[recipe.source].title
        if recipe.source in BACKBONES
        else {"none": "random weights"}.get(recipe.source, recipe.source)
    )
    strategy = STRATEGIES[recipe.strategy].title
    settings = [
        f"{recipe.image_size} px",
        recipe.optimiser,
        f"batch {recipe.batch_size}",
        f"seed {recipe.seed}",
    ]
    return " · ".join([strategy, source, recipe.dataset, *settings])


def read_evaluation(figures: dict[str, Any]) -> Evaluation:
    """The part of a run's figures that the evaluation made."""
    names = Evaluation.__dataclass_fields__
    return Evaluation.from_dict({name: value for name, value in figures.items() if name in names})


def write_figure(value: float | None, interval: tuple[float, float] | list[float] | None) -> str:
    """A figure with its interval, as 0.934 [0.910, 0.951]."""
    if value is None:
        return "undefined"
    return f"{value:.3f}" + (f" [{interval[0]:.3f}, {interval[1]:.3f}]" if interval else "")


def draw_figures(run: Run) -> None:
    """The cards of a run's figures on its test part, each with its interval, and what to know of
    them.
    """
    figures = run.load_evaluation()
    if figures is None:
        st.info("This run was not evaluated on a test part: nothing says how good its model is.")
        return
    draw_evaluation(
        read_evaluation(figures),
        f"on the test part of {figures['dataset']}",
        [_say_test_reads(run.recipe.dataset)],
    )


@st.cache_data(ttl=20, show_spinner=False)
def _say_test_reads(dataset: str) -> str:
    from medapp.runs.results import count_test_reads  # torch

    count = count_test_reads(open_workspace(), dataset)
    times = "once" if count == 1 else f"{count:,} times"
    flatters = (
        " With each look, the best of the figures flatters a little more." if count > 1 else ""
    )
    return f"The test part of {dataset} was read {times} by the runs that are kept.{flatters}"


def draw_evaluation(evaluation: Evaluation, where: str, more: Sequence[str] = ()) -> None:
    """Five cards, and the sentences that a reader of them must know, with more of them."""
    st.subheader(f"How good: {evaluation.n:,} images {escape(where)}", anchor=False)
    for card, (name, label) in zip(st.columns(5), METRICS.items(), strict=True):
        value, interval = getattr(evaluation, name), evaluation.intervals[name]
        second = f"95%: {interval[0]:.3f} to {interval[1]:.3f}" if interval else "no interval"
        card.metric(
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


def state_quality(run: Run) -> str:
    """How good a model is, in one line that never goes without its number of images."""
    figures = run.load_evaluation()
    if figures is None:
        return "not evaluated: nothing says how good this model is"
    written = write_figure(figures["balanced_accuracy"], figures["intervals"]["balanced_accuracy"])
    return f"test balanced accuracy {written}, n = {figures['n']:,}"


def find_classes(run: Run) -> tuple[str, ...]:
    """The classes that a run learned, in the order of its probabilities."""
    plan = next((event for event in run.load_events()[0] if event["kind"] == "plan"), None)
    return tuple(plan["classes"]) if plan else ()
