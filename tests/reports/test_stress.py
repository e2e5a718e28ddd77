from evaluation.stress.test_record import build_stress as build_record

from medapp.reports.document import Notice, Paragraph, Table
from medapp.reports.stress import build_stress


def test_how_far_each_fault_may_go_stands_in_a_table() -> None:
    words, table, notice = build_stress(build_record())
    assert isinstance(words, Paragraph)
    assert "falls below 0.800 by blur and noise" in words.text
    assert isinstance(table, Table)
    assert table.rows[0] == ("Blur", "0.5 px to 3 px", "1 px", "2 px", "90% [80%, 95%]")
    assert table.rows[1] == ("JPEG", "quality 75 to quality 5", "quality 5", "–", "–")
    assert isinstance(notice, Notice)


def test_what_was_not_measured_is_said() -> None:
    (words,) = build_stress(None)
    assert isinstance(words, Paragraph)
    assert "was not measured" in words.text
