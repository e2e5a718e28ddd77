"""What a run starts from: a backbone, an earlier run, a file, or nothing."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from medapp.models.architectures import ARCHITECTURES
from medapp.models.backbones import BACKBONES, Backbone, find_file
from medapp.runs.registry import find_registry
from medapp.training.recipe.groups import Start
from medapp.training.recipe.presets import PRESETS
from medapp.training.strategies import STRATEGIES
from medapp.ui.shell.frame import show_errors, show_progress
from medapp.ui.shell.server import open_workspace

FILE = "file"
NOTHING = "none"


def draw_source_form(preset: str) -> dict[str, Any]:
    """Draw the choice; gives the recipe's `source` and `architecture`."""
    summaries = find_registry(open_workspace()).list_summaries()
    runs = {f"run:{run.id}": f"Model: {run.name}" for run in summaries if run.has_model}
    names = {name: _name(row) for name, row in BACKBONES.items()} | runs
    names |= {FILE: "A weights file…", NOTHING: "Nothing: random weights"}
    chosen = _draw_choice(preset, names)
    architecture = Start().architecture
    if chosen in BACKBONES:
        _draw_backbone(BACKBONES[chosen])
    elif chosen in (FILE, NOTHING):
        architecture = st.selectbox(
            "Architecture", list(ARCHITECTURES), key=f"{preset}-architecture"
        )
    if chosen == FILE:
        hint = "/models/resnet50.safetensors"
        chosen = st.text_input("File", placeholder=hint, key=f"{preset}-file")
    return {"source": chosen, "architecture": architecture}


def _draw_choice(preset: str, names: Mapping[str, str]) -> str:
    """Draw the select box; a strategy that starts from random weights leaves no choice."""
    values = PRESETS[preset].values
    strategy = STRATEGIES[st.session_state.get(f"{preset}-strategy", values["strategy"])]
    if strategy.is_from_random:
        reason = f"{strategy.title} starts from random weights."
        st.selectbox("Start from", [names[NOTHING]], disabled=True, help=reason)
        return NOTHING
    start = list(names).index(values.get("source", "bundled"))
    key = f"{preset}-source"
    return st.selectbox("Start from", names, start, format_func=names.__getitem__, key=key)


def _name(backbone: Backbone) -> str:
    facts = [backbone.title, backbone.source_data, f"{backbone.megabytes:.0f} MB"]
    if find_file(backbone, open_workspace()) is None:
        facts.append("not on this machine")
    return " · ".join(facts)


def _draw_backbone(backbone: Backbone) -> None:
    st.caption(backbone.terms)
    workspace = open_workspace()
    if find_file(backbone, workspace) is not None:
        return
    with st.container(border=True):
        size = f"{backbone.megabytes:.0f} MB"
        st.markdown(
            f"{backbone.title} is not on this machine yet. Fetch {size} from the internet, or put"
            " the file here by hand:"
        )
        st.code(f"{workspace.weights_folder / backbone.file_name}\n{backbone.url}", language=None)
        if st.button("Fetch", icon=":material/download:", key=f"fetch-{backbone.name}"):
            _fetch(backbone)


def _fetch(backbone: Backbone) -> None:
    """Fetch a backbone and draw the page anew.

    What goes wrong is said here, where the button is, and the form below stays.
    """
    # Imported here, because the form does without torch.
    from medapp.models.weights import fetch_weights

    slot = st.empty()
    with show_errors():
        try:
            with slot.container():
                show = show_progress("Fetching, MB")
                fetch_weights(
                    backbone,
                    open_workspace(),
                    lambda done, total: show(done // 1_000_000, total // 1_000_000),
                )
        finally:
            slot.empty()
        st.rerun()
