"""What a run starts from: a backbone, an earlier run, a file, or nothing."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from medapp.models.architectures import ARCHITECTURES, USUAL
from medapp.models.backbones import BACKBONES, Backbone, find_file
from medapp.models.normalisation import NORMALISATIONS
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
RANGES = {
    AUTO: "as the file or its card says, else as its layers tell",
    "imagenet": "normalised as ImageNet's",
    "minus-one-to-one": "−1 to 1 (RadImageNet)",
    "zero-to-one": "0 to 1",
    "zero-to-255": "0 to 255, less the mean",
    "torchxrayvision": "−1024 to 1024 (torchxrayvision)",
}


def draw_source_form(beginning: Beginning, faults: Faults) -> dict[str, Any]:
    """Draw the choice; gives the recipe's `source`, `architecture` and `normalisation`."""
    asked = str(beginning.values.get("source", AUTO))
    names = _list_names(asked)
    chosen = _draw_choice(beginning, asked, names)
    architecture = beginning.values.get("architecture", Start().architecture)
    # Another source is not fed as the earlier one was.
    is_as_before = chosen in (asked, FILE) or (chosen == DEFAULT and asked == AUTO)
    normalisation = beginning.values.get("normalisation", AUTO) if is_as_before else AUTO
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
        normalisation = _draw_normalisation(beginning, normalisation)
    is_default = chosen == DEFAULT or (chosen == NOTHING and bool(_say_lacking(beginning)))
    return {
        "source": AUTO if is_default else chosen.strip(),
        "architecture": architecture,
        "normalisation": normalisation,
    }


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


def _draw_normalisation(beginning: Beginning, asked: str) -> str:
    rows = [AUTO, *NORMALISATIONS]
    return st.selectbox(
        "Its images were",
        rows,
        rows.index(asked) if asked in rows else 0,
        format_func=RANGES.__getitem__,
        key=f"{beginning.key}-normalisation",
        persist_state="session",
        help="How images were normalised when the weights were trained. The log of the run says"
        " what was taken, and by whose word.",
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
