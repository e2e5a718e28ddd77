"""What is sent of text that Markdown must not read.

tests/browser/test_hostile_names.py asks a browser what becomes of it.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medapp.ui.shell.frame import WORD_JOINER, escape


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("a *b* _c_", r"a \*b\* \_c\_"),
        ("1. normal", r"1\. normal"),
        ("12.5 mm", r"12\.5 mm"),
        ("&lt;", r"\&lt;"),
        ("a\n# b", r"a\\n\# b"),
        ("    code", "code"),
        ("http://x.y", rf"http{WORD_JOINER}\:{WORD_JOINER}/{WORD_JOINER}/x.y"),
        ("www.x.y", f"www{WORD_JOINER}.x.y"),
        ("scan@2x.png", f"scan{WORD_JOINER}@2x.png"),
        ("a -> b", rf"a {WORD_JOINER}\-{WORD_JOINER}\> b"),
        ("a->b, 3-4", r"a\-\>b, 3\-4"),
        (":red:", rf"{WORD_JOINER}\:red\:"),
        ("C:/x at 12:30", r"C\:/x at 12\:30"),
    ],
)
def test_what_is_sent(text: str, sent: str) -> None:
    assert escape(text) == sent


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"])))
def test_nothing_is_lost(text: str) -> None:
    plain = escape(text).replace(WORD_JOINER, "")
    shown = "".join(plain[i] for i in range(len(plain)) if not _is_escaping(plain, i))
    assert shown == text.strip()


def _is_escaping(text: str, place: int) -> bool:
    """Whether the backslash here is one that Markdown takes away."""
    before = len(text[:place]) - len(text[:place].rstrip("\\"))
    return text[place] == "\\" and before % 2 == 0
