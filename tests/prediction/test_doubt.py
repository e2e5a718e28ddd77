import pytest

from medapp.evaluation.calibration import Calibration
from medapp.evaluation.familiarity import Familiar
from medapp.prediction.doubt import (
    describe_sets,
    is_unlike,
    note_familiar,
    note_kind,
    note_model,
    write_percentile,
)


@pytest.mark.parametrize(
    ("percentile", "words"),
    [(0.0, "0%"), (27.9, "27%"), (98.99, "98%"), (99.4567, "99.45%"), (99.9999, "over 99.99%")],
)
def test_a_percentile_is_never_written_higher_than_it_is(percentile: float, words: str) -> None:
    assert write_percentile(Familiar(percentile, "familiar")) == words


def test_an_unlike_image_has_a_caution_and_an_alien_one_that_is_answered_a_grave_note() -> None:
    assert note_familiar(Familiar(60.0, "familiar")) == []
    assert note_familiar(None) == []
    (unlike,) = note_familiar(Familiar(99.5, "unlike"))
    assert (unlike.code, unlike.level) == ("unlike", "caution")
    assert "99.50%" in unlike.text
    (alien,) = note_familiar(Familiar(100.0, "alien"))
    assert (alien.code, alien.level) == ("alien", "grave")
    assert [is_unlike(f) for f in (None, Familiar(99.5, "unlike"))] == [False, True]


def test_a_data_set_of_another_kind_is_told() -> None:
    own = [Familiar(50.0, "familiar")] * 98
    unlike, alien = Familiar(99.5, "unlike"), Familiar(100.0, "alien")
    assert note_kind([*own, unlike, unlike], "there") == []
    (note,) = note_kind([*own, unlike, unlike, alien], "there")
    assert (note.code, note.level) == ("unlike", "caution")
    assert note.text.startswith("3 of 101 images of there are unlike")
    assert "1 are so much unlike" in note.text
    (grave,) = note_kind([*own, *[alien] * 99], "there")
    assert grave.level == "grave"
    assert note_kind([None, None], "there") == []


def test_a_model_says_what_it_cannot() -> None:
    calibrated = Calibration("temperature", (0.5,), (0.0,), 80, 60, 0.6, 0.5)
    assert note_model(calibrated, knows_kind=True) == []
    refused = Calibration("none", (), (), 9, 9, reason="too few patients to calibrate on")
    notes = note_model(refused, knows_kind=False)
    assert [note.code for note in notes] == ["familiarity-unknown", "uncalibrated"]
    assert "too few patients to calibrate on" in notes[1].text
    # A model from before this was done says no more than that.
    assert [note.code for note in note_model(None, knows_kind=True)] == ["uncalibrated"]


def test_sets_in_words() -> None:
    assert describe_sets({}, False) == []
    assert describe_sets({0.95: ("a",), 0.9: ("a",)}, False) == [
        "At 90% and 95% one class is left: a."
    ]
    assert describe_sets({0.9: ("a",), 0.95: ("a", "b", "c")}, False) == [
        "At 90% one class is left: a.",
        "Not sure at 95%: a, b or c.",
    ]
    assert describe_sets({0.9: ()}, False) == [
        "No class fits at 90%: the image is unusual for each of them."
    ]


def test_sets_of_findings_name_those_in_doubt() -> None:
    both = ("mass present", "mass absent", "scar absent")
    assert describe_sets({0.9: both, 0.95: both}, True) == ["Not sure at 90% and 95%: mass."]
    assert describe_sets({0.9: ("mass absent", "scar present")}, True) == ["Sure at 90%."]
