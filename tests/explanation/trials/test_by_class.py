"""Each class has its own images, and they are those of the whole."""

import numpy as np
import pytest
from explanation.trials.make_subject import MIDDLE, build_subject, look_at, read_middle

from medapp.explanation.trials.by_class import judge_classes
from medapp.explanation.trials.trying import (
    compare_removal,
    draw_controls,
    find_road,
    follow_all,
    place_all,
)


def test_classes_part_the_whole() -> None:
    subject = build_subject(read_middle, look_at(MIDDLE))
    controls = draw_controls(subject)
    curves = follow_all(subject, controls, lambda *_: None)
    found = judge_classes(subject, curves)
    assert {name: each.n for name, each in found.items()} == {"ill": 12, "well": 12}
    whole = compare_removal(subject, curves)
    mean = np.mean([each.road.value for each in found.values()])  # type: ignore[list-item]
    assert mean == pytest.approx(whole["map"].road.value)
    gains = np.mean([each.gain.value for each in found.values()])  # type: ignore[list-item]
    assert whole["random"].gain is not None
    assert gains == pytest.approx(whole["random"].gain.value)
    # Only images of the ill have boxes.
    assert found["ill"].peak == place_all(subject, controls)[0]["map"].peak
    assert found["well"].peak is None
    assert found["ill"].road.value == pytest.approx(
        find_road(curves["map"])[subject.picks == 0].mean()
    )


def test_a_class_that_was_never_predicted_is_left_out() -> None:
    subject = build_subject(lambda pixels: np.ones(len(pixels)), look_at(MIDDLE), 4)
    curves = follow_all(subject, draw_controls(subject), lambda *_: None)
    assert list(judge_classes(subject, curves)) == ["ill"]
