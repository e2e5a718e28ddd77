"""A planted mark: nothing else of an image changes, and what was planted is said."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from medapp.errors import DataError
from medapp.phantom.chest import SIZE_PX
from medapp.phantom.render import CLASSES, generate_phantom
from medapp.phantom.shortcut import BRIGHT, Mark, check_shortcut, draw_mark, place_mark


def read(path: Path) -> np.ndarray:
    with Image.open(path) as opened:
        return np.asarray(opened).copy()


def test_only_marked_images_change_and_only_where_the_mark_is(tmp_path: Path) -> None:
    plain, marked = tmp_path / "plain", tmp_path / "marked"
    before = generate_phantom(plain, patients=8)
    after = generate_phantom(marked, patients=8, shortcut={"effusion": 1.0})
    assert [image.name for image in before] == [image.name for image in after]
    assert all(image.mark is None for image in before)
    for image in after:
        old, new = read(plain / image.name), read(marked / image.name)
        if image.label != "effusion":
            assert image.mark is None
            assert np.array_equal(old, new)
            continue
        assert image.mark is not None
        there = np.zeros(old.shape, bool)
        there[image.mark.y0 : image.mark.y1, image.mark.x0 : image.mark.x1] = True
        assert np.array_equal(old[~there], new[~there])
        # A T of 5 × 7 dots has 11 of them, each of 2 × 2 px.
        assert (new[there] == BRIGHT).sum() >= 11 * 4


def test_a_mark_stands_at_the_bottom_right_and_varies() -> None:
    marks = {place_mark(0, stream, 1.0) for stream in range(64)}
    assert len(marks) > 30
    for mark in marks:
        assert mark is not None
        assert (mark.x1 - mark.x0, mark.y1 - mark.y0) == (10, 14)
        assert SIZE_PX - 12 < mark.x1 <= SIZE_PX - 4
        assert SIZE_PX - 12 < mark.y1 <= SIZE_PX - 4


def test_a_larger_share_only_adds_marks() -> None:
    few = {stream for stream in range(400) if place_mark(3, stream, 0.3)}
    many = {stream for stream in range(400) if place_mark(3, stream, 0.8)}
    assert few < many
    assert abs(len(few) / 400 - 0.3) < 0.07
    assert abs(len(many) / 400 - 0.8) < 0.06
    assert not any(place_mark(3, stream, 0.0) for stream in range(400))


def test_the_place_of_a_mark_is_written() -> None:
    mark = Mark(204, 196, 214, 210)
    assert mark.write() == "x 204–214, y 196–210 px"
    image = np.zeros((SIZE_PX, SIZE_PX), np.uint8)
    draw_mark(image, mark)
    assert (image == BRIGHT).sum() == 11 * 4
    assert (image[196:198, 204:214] == BRIGHT).all()


def test_what_cannot_be_planted_is_refused() -> None:
    with pytest.raises(DataError, match="no class 'fracture'"):
        check_shortcut({"fracture": 0.9}, CLASSES)
    for share in (-0.1, 1.5, float("nan")):
        with pytest.raises(DataError, match="between 0 and 1"):
            check_shortcut({"effusion": share}, CLASSES)
