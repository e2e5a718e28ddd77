"""Text that acts on nothing: on no terminal, no page, no spreadsheet."""

import os
import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import medapp
from medapp.store.plain import guard_cell, quote_word, show_controls, write_cells


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Köpfe 頭 image.png", "Köpfe 頭 image.png"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("a\x9b31m", "a\\x9b31m"),
        ("gnp.\u202eexe", "gnp.\\u202eexe"),
        ("a\nError: b\r", "a\\nError: b\\r"),
        ("half \udcff", "half \\udcff"),
        ("no break\u00a0space", "no break\u00a0space"),
    ],
)
def test_what_acts_is_shown(text: str, shown: str) -> None:
    assert show_controls(text) == shown


def test_line_breaks_of_our_own_stay() -> None:
    assert show_controls("one\ntwo\t\x1b", keep="\n") == "one\ntwo\\t\\x1b"


@given(st.text())
def test_no_control_is_left(text: str) -> None:
    shown = show_controls(text)
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in shown)


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+49 30 1", "'+49 30 1"),
        ("-x", "'-x"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\rx", "'\rx"),
        (" =1", "' =1"),
        ("-1.5", "-1.5"),
        ("1e-5", "1e-5"),
        ("a=b", "a=b"),
        ("", ""),
        (-1.5, -1.5),
        (None, None),
    ],
)
def test_a_formula_becomes_text_and_a_number_stays(value: object, cell: object) -> None:
    assert guard_cell(value) == cell


def test_a_table_is_written_with_each_cell_guarded() -> None:
    assert write_cells([("a", "b"), ("=1", -2.5), ('x, "y"', None)]) == (
        'a,b\n\'=1,-2.5\n"x, ""y""",\n'
    )


def test_nothing_else_writes_csv() -> None:
    package = Path(medapp.__file__).parent
    writers = [path for path in package.rglob("*.py") if "csv.writer" in path.read_text("utf-8")]
    assert [path.name for path in writers] == ["plain.py"]


@pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX reads the words")
@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_a_quoted_word_is_one_word_to_a_shell(text: str) -> None:
    assert shlex.split(f"medapp data add {quote_word(text)}")[3:] == [text]


def test_a_plain_name_stands_in_double_quotes_and_nothing_is_expanded() -> None:
    assert quote_word("Brain MRI's") == '"Brain MRI\'s"'
    assert quote_word("$HOME") == "'$HOME'"
