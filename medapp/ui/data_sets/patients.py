"""Where the patient stands in a file's name, with a live look at what that finds."""

import streamlit as st

from medapp.data.importing.patients import preview_patients
from medapp.ui.shell.frame import escape

PREVIEWED = 400  # names that a pattern is tried on
PATTERNS = {
    "no": None,
    "the first eight characters": r"^.{8}",
    "up to the first _": r"^[^_]+",
    "up to the first -": r"^[^-]+",
    "the first number": r"\d+",
    "a pattern of my own": "",
}


def draw_patient_pattern(names: list[str], source: str = "") -> str | None:
    """Draw the choice; gives a regular expression, or None where the file name tells no patient.

    Args:
        source: where patients come from that are known without a pattern; "" where none are.
    """
    known = f"no: from {source}" if source else ""
    choice = st.selectbox(
        "Patient in the file name",
        list(PATTERNS),
        format_func=lambda name: name if PATTERNS[name] is not None or not known else known,
        key="pattern-choice",
        help=(
            "Images of one patient are alike. When the patient is known, all images of a patient"
            " go into one split."
        ),
    )
    pattern = PATTERNS[choice]
    if pattern == "":
        hint = "Its first group, if it has one, else the whole match."
        pattern = st.text_input("Regular expression", placeholder=r"^(P\d+)_", help=hint) or None
    if pattern and names:
        found = preview_patients(names, pattern)
        patients = {patient for _, patient in found if patient is not None}
        missing = sum(patient is None for _, patient in found)
        gaps = f"; none found in {missing:,} names" if missing else ""
        st.caption(f"{len(patients):,} patients in the first {len(found):,} images{gaps}")
        st.dataframe(
            [{"File": name, "Patient": patient or "not found"} for name, patient in found[:5]],
            hide_index=True,
        )
    return pattern


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
