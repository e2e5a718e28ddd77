"""What a run starts from: a backbone, an earlier run, a file, or nothing."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from medapp.models.architectures import ARCHITECTURES, USUAL
from medapp.models.backbones import BACKBONES, Backbone, find_file
from medapp.runs.registry import find_registry
from medapp.training.recipe.groups import AUTO, Start, StrategyChoice
from medapp.training.strategies import STRATEGIES, Strategy
from medapp.ui.shell.frame import show_errors, show_progress
from medapp.ui.shell.server import open_workspace
from medapp.ui.train.beginning import RUN, Beginning
from medapp.ui.train.faults import Faults

FILE = "file"
NOTHING = "none"
DEFAULT = "bundled"


def draw_source_form(beginning: Beginning, faults: Faults) -> dict[str, Any]:
    """Draw the choice; gives the recipe's `source` and `architecture`."""
    asked = str(beginning.values.get("source", AUTO))
    names = _list_names(asked)
    chosen = _draw_choice(beginning, asked, names)
    architecture = beginning.values.get("architecture", Start().architecture)
    if chosen != FILE:
        faults.add_field("source", "Start from")
    if chosen in BACKBONES:
        _draw_backbone(BACKBONES[chosen])
    elif chosen in (FILE, NOTHING) and not _find_strategy(beginning).architecture:
        architecture = _draw_architecture(beginning, architecture, is_file=chosen == FILE)
    if chosen == FILE:
        hint = "/models/resnet50.safetensors"
        path = "" if asked == AUTO or asked in names else asked
        key = f"{beginning.key}-file"
        chosen = st.text_input("File", path, placeholder=hint, key=key, persist_state="session")
        faults.add_field("source", "File")
    is_default = chosen == DEFAULT or (chosen == NOTHING and bool(_say_lacking(beginning)))
    return {"source": AUTO if is_default else chosen.strip(), "architecture": architecture}


def _draw_architecture(beginning: Beginning, asked: str, is_file: bool) -> str:
    rows = [AUTO, *ARCHITECTURES]
    found = "The one that the file fits" if is_file else f"{USUAL}, as the bundled one"
    return st.selectbox(
        "Architecture",
        rows,
        rows.index(asked) if asked in rows else 0,
        format_func=lambda name: found if name == AUTO else name,
        key=f"{beginning.key}-architecture",
        persist_state="session",
    )


def _list_names(asked: str) -> dict[str, str]:
    """The choices by what a recipe says: backbones, models, a file, nothing."""
    summaries = find_registry(open_workspace()).list_summaries()
    runs = {f"{RUN}{run.id}": f"Model: {run.name}" for run in summaries if run.is_trained}
    names = {name: _name(row) for name, row in BACKBONES.items()} | runs
    if asked.startswith(RUN) and asked not in names:
        names[asked] = "A model that was deleted"
    return names | {FILE: "A weights file…", NOTHING: "Nothing: random weights"}


def _draw_choice(beginning: Beginning, asked: str, names: Mapping[str, str]) -> str:
    """Draw the select box; a strategy that starts from random weights leaves no choice."""
    if lacking := _say_lacking(beginning):
        st.selectbox("Start from", [names[NOTHING]], disabled=True, help=lacking)
        return NOTHING
    start = DEFAULT if asked == AUTO else asked if asked in names else FILE
    return st.selectbox(
        "Start from",
        list(names),
        list(names).index(start),
        format_func=names.__getitem__,
        key=f"{beginning.key}-source",
        persist_state="session",
    )


def _say_lacking(beginning: Beginning) -> str:
    """Why the strategy leaves no choice; empty where it does."""
    row = _find_strategy(beginning)
    return f"{row.title} {row.lacks_source}." if row.lacks_source else ""


def _find_strategy(beginning: Beginning) -> Strategy:
    """The row of the strategy, which is asked for further down."""
    chosen = st.session_state.get(f"{beginning.key}-strategy", beginning.values.get("strategy"))
    return STRATEGIES[chosen or StrategyChoice().name]


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

    with show_errors():
        with show_progress("Fetching, MB") as show:
            fetch_weights(
                backbone,
                open_workspace(),
                lambda done, total: show(done // 1_000_000, total // 1_000_000),
            )
        st.rerun()
