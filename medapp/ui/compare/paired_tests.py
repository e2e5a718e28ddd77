"""DeLong's and McNemar's tests below the figures of compared models."""

from collections.abc import Sequence

import streamlit as st

from medapp.evaluation.words import write_p
from medapp.studies.paired_tests import CAPTION, PairedTest
from medapp.ui.shell import frame


def draw_tests(tests: Sequence[PairedTest]) -> None:
    """Draw each test with its p and what that means; nothing where there is none."""
    if not tests:
        return
    st.markdown("**Tests**")
    lines = [
        f"- {frame.escape(f'{test.name}, {write_p(test.p)}.')} {frame.escape(test.meaning)}"
        for test in tests
    ]
    st.markdown("\n".join(lines))
    st.caption(CAPTION)
