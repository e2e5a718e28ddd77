"""Notes stand on a page by gravity, and nothing in them is Markdown."""

from streamlit.testing.v1 import AppTest

from medapp.notes import Note
from medapp.ui.shell.frame import WORD_JOINER

SCRIPT = """
import streamlit as st
from medapp.ui.shell.notes import draw_notes
draw_notes(st.session_state.get("notes", ()))
"""


def draw(*notes: Note) -> AppTest:
    """A page with these notes and nothing else."""
    app = AppTest.from_string(SCRIPT)
    app.session_state["notes"] = notes
    return app.run()


def test_each_level_has_its_box() -> None:
    app = draw(
        Note("fact", "40 patients.", "info"),
        Note("few", "Few cases.", "caution"),
        Note("leak", "All were seen.", "grave", "Draw again."),
        Note("unknown", "Unknown patients.", "caution"),
    )
    assert not app.exception
    assert [box.value for box in app.error] == ["All were seen. *Draw again.*"]
    assert [box.value for box in app.warning] == ["- Few cases.\n- Unknown patients."]
    assert [line.value for line in app.caption] == ["40 patients."]


def test_a_class_that_is_called_like_markdown_is_shown_letter_by_letter() -> None:
    app = draw(Note("untaught", "No image shows **b** [x](http://y).\n# Head", "grave"))
    (box,) = app.error
    shown = box.value.replace(WORD_JOINER, "")
    assert shown == r"No image shows \*\*b\*\* \[x\]\(http\://y\). \# Head"


def test_no_notes_draw_nothing() -> None:
    app = draw()
    assert len(app.main) == 0
