"""Where the patient stands in a file's name, with a live look at what that finds."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from medapp.data.importing.name_groups import find_name_groups
from medapp.data.importing.patients import preview_patients
from medapp.ui.shell.frame import escape

OWN = "a pattern of my own"
EXAMPLE = r"^(P\d+)_"
PREVIEWED = 400  # names that a pattern is tried on
PATTERNS = {
    "no": None,
    "the first eight characters": r"^.{8}",
    "up to the first _": r"^[^_]+",
    "up to the first -": r"^[^-]+",
    "the first number": r"\d+",
    OWN: "",
}


def draw_patient_pattern(path: Path, names: Sequence[str], source: str = "") -> str | None:
    """Draw the choice; gives a regular expression, or None where the file name tells no patient.

    Args:
        path: what is looked at; what was chosen for another is not taken over.
        names: of all images.
        source: where patients come from that are known without a pattern; "" where none are.
    """
    known = f"no: from {source}" if source else ""
    choice = st.selectbox(
        "Patient in the file name",
        list(PATTERNS),
        format_func=lambda name: name if PATTERNS[name] is not None or not known else known,
        key=f"pattern-choice-{path}",
        help=(
            "Images of one patient are alike. When the patient is known, all images of a patient"
            " go into one split."
        ),
    )
    pattern = PATTERNS[choice]
    if pattern == "":
        hint = "Its first group, if it has one, else the whole match."
        key = f"pattern-own-{path}"
        pattern = st.text_input("Regular expression", placeholder=EXAMPLE, help=hint, key=key)
    elif pattern is None and not source:
        _draw_suggestion(path, names)
    if pattern and names:
        found = preview_patients(names[:PREVIEWED], pattern)
        missing = sum(patient is None for _, patient in found)
        if missing:
            st.caption(f"No patient is found in {missing:,} of the first {len(found):,} names.")
        st.dataframe(
            [{"File": name, "Patient": patient or "not found"} for name, patient in found[:5]],
            hide_index=True,
        )
    return pattern or None


def _draw_suggestion(path: Path, names: Sequence[str]) -> None:
    """Draw the pattern that the names suggest, if there is one, and the button that takes it."""
    groups = find_name_groups(names)
    if groups is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(
            escape(
                f"{groups.example} may be of the patient {groups.group}: {groups.count:,} such"
                " groups of several images. If so, each is kept in one split."
            ),
            width="stretch",
        )
        st.button(
            escape(f"Take {groups.group} as the patient"),
            key="use-pattern",
            icon=":material/person:",
            on_click=_take_pattern,
            args=(path, groups.pattern),
        )


def _take_pattern(path: Path, pattern: str) -> None:
    st.session_state[f"pattern-choice-{path}"] = OWN
    st.session_state[f"pattern-own-{path}"] = pattern


def draw_patients(are_known: bool, sentence: str) -> None:
    """Draw where patients come from when no file name tells them, or what follows of unknown ones.

    Args:
        sentence: says where they come from.
    """
    st.caption(
        escape(sentence)
        if are_known
        else "Unknown patients: the split is by image, and figures may flatter. The data set's page"
        " will say so."
    )
