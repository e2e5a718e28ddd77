"""Axes of arrays of images."""

import numpy as np
import pytest

from medapp.data.containers.forms import Form, find_form
from medapp.errors import DataError


@pytest.mark.parametrize(
    ("shape", "form"),
    [
        ((9, 28, 30), Form(0, 28, 30, 1)),
        ((9, 28, 30, 1), Form(0, 28, 30, 1)),
        ((9, 28, 30, 3), Form(0, 28, 30, 3)),
        ((9, 28, 30, 4), Form(0, 28, 30, 4)),
        ((9, 1, 28, 30), Form(0, 28, 30, 1, is_first=True)),
        ((9, 3, 28, 30), Form(0, 28, 30, 3, is_first=True)),
        ((9, 28, 28, 28), Form(28, 28, 28, 1)),
        ((9, 1, 28, 30, 32), Form(28, 30, 32, 1, is_first=True)),
        ((9, 28, 30, 32, 3), Form(28, 30, 32, 3)),
    ],
)
def test_the_form_of_images(shape: tuple[int, ...], form: Form) -> None:
    assert find_form("x", shape) == form


@pytest.mark.parametrize(
    "shape", [(9, 784), (9,), (9, 64, 64, 13), (9, 2, 64, 64), (9, 0, 5), (9, 10**5, 10**5)]
)
def test_what_is_no_image_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(DataError, match="not one of images"):
        find_form("x", shape)


def test_pictures_have_their_channels_last() -> None:
    row = np.arange(30, dtype=np.uint8).reshape(3, 2, 5)
    form = find_form("x", (9, 3, 2, 5))
    np.testing.assert_array_equal(form.list_pictures(row)[0], row.transpose(1, 2, 0))
    with_opacity = np.arange(16, dtype=np.uint8).reshape(2, 2, 4)
    pictures = find_form("x", (5, 2, 2, 4)).list_pictures(with_opacity)
    np.testing.assert_array_equal(pictures[0], with_opacity[..., :3])
    volume = np.arange(60).reshape(3, 4, 5)
    np.testing.assert_array_equal(Form(3, 4, 5, 1).list_pictures(volume)[2], volume[2])
