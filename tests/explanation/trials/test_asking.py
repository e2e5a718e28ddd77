"""Hidden regions of models whose reasons are known: one reads the finding, one a mark."""

import numpy as np
from explanation.trials.make_subject import (
    MIDDLE,
    SIZE,
    build_subject,
    look_at,
    read_corner,
    read_middle,
)

from medapp.explanation.trials.asking import hide_regions, mark_regions
from medapp.explanation.trials.record import FILLS, REGIONS, Hiding


def hide(read: object) -> dict[tuple[str, str], Hiding]:
    subject = build_subject(read, look_at(MIDDLE))  # type: ignore[arg-type]
    told: list[tuple[int, int]] = []
    found = hide_regions(subject, mark_regions(subject), lambda _, *done: told.append(done))
    assert told[-1] == (9, 9)
    return {(each.region, each.fill): each for each in found}


def test_a_model_that_reads_a_mark_changes_where_the_corners_are_hidden() -> None:
    found = hide(read_corner)
    assert set(found) == {(region, fill) for region in REGIONS for fill in FILLS}
    for fill in FILLS:
        corners = found["corners", fill].of_class["ill"]
        assert (corners.flips, corners.n) == (12, 12)
        assert corners.control_flips == 0
        assert corners.gain.interval is not None
        assert corners.gain.interval[0] > 0.5
        assert corners.p < 0.001
        assert found["corners", fill].of_class["well"].flips == 0
        assert found["box", fill].of_all.flips == 0


def test_a_model_that_reads_the_finding_changes_where_its_box_is_hidden() -> None:
    found = hide(read_middle)
    for fill in FILLS:
        box = found["box", fill]
        assert set(box.of_class) == {"ill"}
        assert box.of_all.n == 12
        # A blurred block of this size is still rather bright.
        assert box.of_all.flips == (0 if fill == "blurred" else 12)
        assert (box.of_all.gain.value or 0) > 0.1
        assert box.area == 64 / SIZE**2
        assert found["corners", fill].of_all.flips == 0


def test_regions_are_boxes_only_where_there_are_any() -> None:
    subject = build_subject(read_middle, look_at(MIDDLE))
    regions = mark_regions(subject)
    assert np.array_equal(regions["box"].any(axis=(1, 2)), subject.picks == 0)
    assert regions["corners"].shape == (24, SIZE, SIZE)
