"""Maps that are right, and maps that are not, before a model whose reason is known."""

import numpy as np
import pytest
from explanation.trials.make_subject import CORNER, MIDDLE, build_subject, look_at, read_middle

from medapp.explanation.trials.trying import (
    compare_removal,
    count_blank,
    draw_controls,
    follow_all,
    follow_cascade,
    place_all,
)


def ignore(title: str, done: int, total: int) -> None:
    assert title
    assert 0 <= done <= total


def test_a_map_of_the_right_place_beats_what_knows_nothing() -> None:
    subject = build_subject(read_middle, look_at(MIDDLE))
    told: list[tuple[int, int]] = []
    controls = draw_controls(subject)
    curves = follow_all(subject, controls, lambda _, *done: told.append(done))
    found = compare_removal(subject, curves)
    # Two ways, four shares, four maps, 24 images.
    assert (told[0], told[1], told[-1]) == ((0, 768), (24, 768), (768, 768))
    assert set(found) == {"map", "random", "edges", "constant"}
    random = found["random"].gain
    assert random is not None
    assert random.interval is not None
    assert random.interval[0] > 0
    assert found["map"].gain is None
    own = found["map"]
    assert own.road.value == pytest.approx(
        ((own.insertion.value or 0) - (own.deletion.value or 0)) / 2
    )
    assert np.mean(own.deletions) == pytest.approx(own.deletion.value)


def test_a_map_of_the_wrong_place_does_not() -> None:
    subject = build_subject(read_middle, look_at(CORNER))
    right = build_subject(read_middle, look_at(MIDDLE))
    wrong, good = (
        compare_removal(each, follow_all(each, draw_controls(each), ignore))["map"].road.value
        for each in (subject, right)
    )
    assert wrong is not None
    assert good is not None
    assert wrong < good - 0.1


def test_peaks_are_counted_where_there_are_boxes() -> None:
    subject = build_subject(read_middle, look_at(MIDDLE))
    found, cover = place_all(subject, draw_controls(subject))
    assert set(found) == {"map", "random", "edges", "point", "centre"}
    assert (found["map"].peak.value, found["map"].peak.n) == (1, 12)
    assert found["point"].peak.value == 1
    assert found["point"].gain is not None
    assert found["point"].gain.value == 0
    assert cover is not None
    assert cover.value == pytest.approx(64 / 1024)
    away = build_subject(read_middle, look_at(CORNER))
    assert place_all(away, draw_controls(away))[0]["map"].peak.value == 0


def test_a_cascade_tells_how_much_of_the_map_is_left() -> None:
    subject = build_subject(read_middle, look_at(MIDDLE))

    def draw_blank(pixels: np.ndarray, _: np.ndarray) -> np.ndarray:
        return np.zeros(pixels.shape[:3], np.float32)

    cascade = iter([("head", look_at(MIDDLE)), ("stem", draw_blank)])
    same, blank = follow_cascade(subject, cascade, 2, ignore)
    assert (same.part, same.blank) == ("head", 0)
    assert same.rank.value == pytest.approx(1)
    assert same.ssim.value == pytest.approx(1)
    assert (blank.part, blank.blank, blank.rank.value) == ("stem", 24, 0)


def test_a_map_that_was_blank_from_the_beginning_does_not_tell() -> None:
    subject = build_subject(read_middle, look_at(MIDDLE))
    subject.maps[3] = 0
    found = count_blank(subject, np.full(24, np.nan))
    assert np.isnan(found[3])
    assert (np.delete(found, 3) == 0).all()
