"""Notes on a page, by gravity: a red box, an amber box, a quiet line."""

from collections.abc import Iterable

import streamlit as st

from medapp.notes import LEVELS, Level, Note, sort_notes
from medapp.ui.shell.frame import escape


def draw_notes(notes: Iterable[Note]) -> None:
    """Show notes, the gravest first: one box for those of a level, with what to do about each."""
    ordered = sort_notes(notes)
    for level in reversed(LEVELS):
        texts = [_write(note) for note in ordered if note.level == level]
        if texts:
            _draw(level, texts[0] if len(texts) == 1 else "\n".join(f"- {t}" for t in texts))


def _draw(level: Level, text: str) -> None:
    if level == "grave":
        st.error(text, icon=":material/error:")
    elif level == "caution":
        st.warning(text, icon=":material/warning:")
    else:
        st.caption(text)


def _write(note: Note) -> str:
    """A note as Markdown on one line: what is the case, and in italics what to do about it."""
    text = escape(" ".join(note.text.split()))
    remedy = escape(" ".join(note.remedy.split()))
    return f"{text} *{remedy}*" if remedy else text
