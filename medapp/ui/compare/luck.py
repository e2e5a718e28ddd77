"""Below a list of models: what of the best test figure is luck."""

import hashlib
from collections.abc import Sequence

import streamlit as st

from medapp.errors import RunError
from medapp.runs.run import Run
from medapp.runs.summary import Summary
from medapp.studies.best_of import Luck, judge_luck
from medapp.studies.kept import find_kept
from medapp.ui.shell import frame
from medapp.ui.shell.server import open_workspace

AT_ONCE = 30_000  # predictions, which take a second or two to read; more are read on a click


def draw_luck(models: Sequence[Summary]) -> None:
    """Draw what chance adds to the best of models that were judged on the same test images."""
    judged = [model for model in models if model.figures]
    if len(judged) < 2:
        return
    name = hashlib.sha256(" ".join(f"{m.id}-{m.domain}" for m in judged).encode()).hexdigest()
    predictions = sum(int((model.figures or {}).get("n", 0)) for model in judged)
    is_asked = predictions <= AT_ONCE or st.toggle(
        "Tell what of the best test figure is luck", key=f"luck-{name}"
    )
    if not is_asked:
        return
    try:
        luck = find_luck(name, judged)
    except RunError as error:
        st.caption(frame.escape(f"What of the best test figure is luck is not told. {error}"))
        return
    if luck.best is not None:
        said = f" Left out, as they kept no predictions: {', '.join(luck.left_out)}."
        st.caption(frame.escape(luck.best.text + (said if luck.left_out else "")))


def find_luck(name: str, models: Sequence[Summary]) -> Luck:
    """The answer for these models, kept as long as their files stay as they are."""
    workspace = open_workspace()
    runs = [Run(workspace.runs_folder / model.id, model.domain) for model in models]
    ids = [model.id for model in models]
    return find_kept(workspace, f"luck-{name}", ids, lambda: judge_luck(runs))
