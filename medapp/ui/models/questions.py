"""What a report asks of its author: the items of checklists that the records do not tell."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from medapp.reports.authored import Answers, load_answers, save_answers
from medapp.runs.run import Run
from medapp.ui.shell import frame
from medapp.ui.shell.server import open_run, open_workspace

if TYPE_CHECKING:
    from medapp.reports.checklists import Filled

FRESH_SECONDS = 60  # how long what the records tell is taken as it was


def draw_questions(run: Run) -> None:
    """Draw how many items are open, and a form with a field for each question."""
    # Imported here, because what fills the items reads figures.
    from medapp.reports.checklists import state_open
    from medapp.reports.guidelines import GUIDELINES

    answers = load_answers(run)
    filled = _fill(run.id, run.domain, answers)
    st.markdown("**Questions to you**")
    st.caption(
        "What no record can tell. Your answers are kept with the run and go into its report."
    )
    key = st.segmented_control(
        "Guideline",
        list(GUIDELINES),
        default=next(iter(GUIDELINES)),
        format_func=lambda key: GUIDELINES[key].title,
        required=True,
        label_visibility="collapsed",
        key="guideline",
    )
    items = filled[key]
    done = sum(not one.is_open for one in items)
    st.progress(done / len(items), frame.escape(state_open(items)))
    with st.expander("Answer", icon=":material/edit_note:"):
        _draw_form(run, key, items)


def _draw_form(run: Run, key: str, items: "Sequence[Filled]") -> None:
    asked = [one for one in items if one.item.question]
    with st.form(f"questions-{run.id}-{key}", border=False):
        said = {one.item.number: _draw_field(run, key, one) for one in asked if not one.said}
        st.markdown("**The records tell a part of these**")
        said |= {one.item.number: _draw_field(run, key, one) for one in asked if one.said}
        is_sent = st.form_submit_button("Keep answers", type="primary")
    if is_sent:
        with frame.show_errors():
            save_answers(run, key, said)
            st.rerun()


def _draw_field(run: Run, key: str, one: "Filled") -> str:
    item = one.item
    return st.text_area(
        frame.escape(f"{item.number} {item.name}. {item.question}"),
        one.answer,
        height=68,
        help=frame.escape(f"The records: {one.said}") if one.said else None,
        key=f"answer-{run.id}-{run.domain}-{key}-{item.number}",
    )


@st.cache_data(max_entries=4, ttl=FRESH_SECONDS, show_spinner="Reading the records")
def _fill(run_id: str, domain: int, answers: Answers) -> "dict[str, list[Filled]]":
    """Each guideline's items. What the records tell is taken as it was for a while."""
    from medapp.reports.facts import gather_facts
    from medapp.reports.guidelines import GUIDELINES

    facts = gather_facts(open_workspace(), open_run(run_id, domain))
    facts = replace(facts, answers=answers)
    return {key: guideline.fill(facts) for key, guideline in GUIDELINES.items()}
