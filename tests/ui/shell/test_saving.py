"""Files of charts say what they are of, and a table is written when it is asked for."""

import csv
import io

import pytest
from streamlit.testing.v1 import AppTest

from medapp.ui.shell import saving


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("chest96 20261126-220954-001 ", "medapp-chest96-20261126-220954-001-roc"),
        ("../../Röntgen: <b>", "medapp-Röntgen-b-roc"),
        ("a" * 200, f"medapp-{'a' * 80}-roc"),
        ("…", "medapp-roc"),
    ],
)
def test_a_file_says_what_it_is_of_and_stays_in_its_folder(subject: str, name: str) -> None:
    def page(subject: str) -> None:
        import streamlit as st

        from medapp.ui.shell import saving

        saving.call_files(subject)
        st.text(saving.name_file("roc"))

    (text,) = AppTest.from_function(page, args=(subject,)).run().text
    assert text.value == name


def test_numbers_are_written_on_the_click_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    monkeypatch.setattr(saving.st, "download_button", lambda *a, **o: drawn.append((a, o)))
    asked = []

    def numbers() -> list[list[object]]:
        asked.append(1)
        return [["class", "1 − specificity"], ["=cmd()", 1 / 3]]

    saving.draw_numbers("roc", numbers)
    ((label, write, name, kind), options) = drawn[0]
    assert (label, kind, options["on_click"]) == ("CSV", "text/csv", "ignore")
    assert name.endswith("-roc.csv")
    assert asked == []
    text = write().encode().decode("utf-8-sig")
    assert asked == [1]
    assert list(csv.reader(io.StringIO(text))) == [
        ["class", "1 − specificity"],
        ["'=cmd()", str(1 / 3)],
    ]
