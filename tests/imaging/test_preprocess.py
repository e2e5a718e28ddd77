"""The square shows the part of the image that its view says, and nothing is lost on the way."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydantic import ValidationError

from medapp.imaging.clahe import equalise
from medapp.imaging.geometry import Box, View
from medapp.imaging.preprocess import Preprocess, render_full, render_square

RESIZES = ("squash", "pad", "crop")


def render(image: NDArray[Any], preprocess: Preprocess, side: int) -> NDArray[np.uint8]:
    """The square of any side; a recipe's begins at 32 px, which `model_copy` does not check."""
    return render_square(image, preprocess.model_copy(update={"image_size": side})).pixels


def find_view(image: NDArray[Any], preprocess: Preprocess) -> View:
    return render_square(image, preprocess).view


def draw_blob(width: int, height: int, x: float, y: float, radius: float) -> NDArray[np.uint8]:
    """A soft bright spot around (x, y) on black."""
    rows, columns = np.mgrid[:height, :width] + 0.5
    return np.asarray(
        255 * np.exp(-(((columns - x) / radius) ** 2 + ((rows - y) / radius) ** 2)), np.uint8
    )


def find_centre(pixels: NDArray[Any]) -> tuple[float, float]:
    rows, columns = np.mgrid[: pixels.shape[0], : pixels.shape[1]] + 0.5
    return float((columns * pixels).sum() / pixels.sum()), float(
        (rows * pixels).sum() / pixels.sum()
    )


@pytest.mark.parametrize(
    ("resize", "view"),
    [("squash", (0, 0, 100, 61)), ("pad", (0, -19.5, 100, 80.5)), ("crop", (19.5, 0, 80.5, 61))],
)
def test_the_view_of_a_wide_image(resize: str, view: tuple[float, ...]) -> None:
    assert find_view(np.zeros((61, 100), np.uint8), Preprocess(resize=resize)) == View(*view)


def test_a_square_of_the_same_size_is_the_image_itself() -> None:
    image = np.random.default_rng(0).integers(0, 255, (32, 32, 3)).astype(np.uint8)
    for resize in RESIZES:
        np.testing.assert_array_equal(render(image, Preprocess(resize=resize), 32), image)


def test_halving_an_image_averages_it() -> None:
    image = np.kron(np.array([[0, 200], [100, 40]], np.uint8), np.ones((16, 16), np.uint8))
    assert render(image, Preprocess(), 2)[0, 0] < 100  # the triangle reaches over the border
    stripes = np.tile(np.array([[0, 255]], np.uint8), (64, 32))
    assert (
        abs(render(stripes, Preprocess(), 16)[:, 1:-1].astype(int) - 127.5).max() < 1
    )  # no stripe survives as an alias


@given(
    st.integers(30, 90),
    st.integers(30, 90),
    st.floats(-0.2, 0.2),
    st.floats(-0.2, 0.2),
    st.sampled_from(RESIZES),
    st.integers(24, 150),
    st.booleans(),
)
@settings(max_examples=80)
def test_what_the_square_shows_goes_back_to_its_place(
    width: int, height: int, right: float, down: float, resize: str, size: int, is_deep: bool
) -> None:
    x, y = width / 2 + right * min(width, height), height / 2 + down * min(width, height)
    image: NDArray[Any] = draw_blob(width, height, x, y, 2.5)
    image = image.astype(np.uint16) * 200 if is_deep else image
    preprocess = Preprocess(resize=resize)
    view = find_view(image, preprocess)
    centre = find_centre(render(image, preprocess, size).astype(float))
    back = view.from_square(Box("", *centre, *centre), size)
    assert abs(back.x0 - find_centre(image.astype(float))[0]) < 0.35
    assert abs(back.y0 - find_centre(image.astype(float))[1]) < 0.35


@given(st.tuples(*[st.floats(-50, 50)] * 4), st.integers(1, 300))
def test_boxes_go_to_the_square_and_back(corners: tuple[float, ...], size: int) -> None:
    view, box = View(-3, 5, 40, 30), Box("x", *corners)
    back = view.from_square(view.to_square(box, size), size)
    assert back.label == "x"
    np.testing.assert_allclose([back.x0, back.y0, back.x1, back.y1], corners, atol=1e-9)


def test_padding_is_black_on_both_sides_alike() -> None:
    square = render(np.full((50, 100), 200, np.uint8), Preprocess(resize="pad"), 40)
    assert square[:9].max() == square[31:].max() == 0
    assert (square[11:29] == 200).all()


def test_black_borders_are_cropped() -> None:
    image = np.full((60, 80), 5, np.uint8)
    image[10:50, 20:70] = 180
    image[2, 3] = 255  # a speck is no content
    preprocess = Preprocess(crop_borders=True)
    assert find_view(image, preprocess) == View(20, 10, 70, 50)
    assert (render(image, preprocess, 16)[1:-1, 1:-1] == 180).all()
    blank = np.zeros((6, 8), np.uint8)
    assert find_view(blank, preprocess) == View(0, 0, 8, 6)
    assert render(blank, preprocess, 4).max() == 0


def test_sixteen_bits_fill_the_range_of_eight() -> None:
    image = (
        np.linspace(1000, 1100, 64).astype(np.uint16).reshape(1, 64).repeat(64, 0)
    )  # 101 grey levels of 65,536
    each = Preprocess(value_range="image")
    square = render(image, each, 64)
    assert (square.min(), square.max()) == (0, 255)
    assert len(np.unique(square)) == len(np.unique(image)) == 64
    assert render(np.full((4, 4), 500, np.uint16), each, 4).max() == 0


def test_sixteen_bits_that_fill_the_file_s_range_are_not_stretched_again() -> None:
    image = np.array([[0, 257, 30 * 257], [100 * 257, 200 * 257, 65_535]], np.uint16)
    assert render(image.repeat(16, 0).repeat(16, 1)[:32, :48], Preprocess(), 32).max() == 255
    assert render_full(image).tolist() == [[0, 1, 30], [100, 200, 255]]
    assert render_full(image[:, :2]).tolist() == [[0, 1], [100, 200]]
    hot = image.copy()
    hot[0, 1] = 65_535
    assert (render_full(hot) == render_full(image)).sum() == 5


def test_the_percentile_clip_spends_the_range_on_the_middle() -> None:
    image = np.arange(100, 200, dtype=np.uint8).reshape(10, 10)
    image[0, 0], image[9, 9] = 0, 255
    square = render(image, Preprocess(percentile_clip=2.0), 10)
    assert square[0, 0] == square[0, 1] == 0
    assert square[9, 9] == 255
    middle = square.ravel()[5:95].astype(float)
    np.testing.assert_allclose(np.diff(middle), 255 / 96, atol=1.1)


def test_the_clip_treats_channels_alike() -> None:
    image = np.zeros((10, 10, 3), np.uint8)
    image[..., 0], image[..., 1] = np.arange(100).reshape(10, 10), 50
    square = render(image, Preprocess(percentile_clip=1.0), 10)
    assert (square[..., 2] == 0).all()
    assert len(np.unique(square[..., 1])) == 1


def test_clahe_is_near_the_reference_implementation() -> None:
    cv2 = pytest.importorskip("cv2")
    rng = np.random.default_rng(0)
    image = np.clip(
        draw_blob(512, 512, 160, 280, 160) * 0.5 + rng.normal(60, 12, (512, 512)), 0, 255
    ).astype(np.uint8)
    for limit in (2.0, 4.0):
        expected = (
            cv2.createCLAHE(limit, (8, 8)).apply(image).astype(float)
        )  # it counts in whole pixels, hence the tolerance
        found = render(image, Preprocess(clahe=limit), 512).astype(float)
        assert np.corrcoef(found.ravel(), expected.ravel())[0, 1] > 0.999
        assert np.abs(found - expected).mean() < 5


def test_clahe_leaves_an_even_histogram_alone() -> None:
    values = (
        np.random.default_rng(0)
        .permuted(np.arange(64 * 48) / (64 * 48))
        .astype(np.float32)
        .reshape(64, 48)
    )
    np.testing.assert_allclose(equalise(values, 2.0, tiles=1), values, atol=1e-3)


def test_clahe_keeps_the_order_and_fine_steps_of_sixteen_bits() -> None:
    ramp = np.linspace(0, 1, 4096, dtype=np.float32).reshape(1, 4096).repeat(8, 0)
    mapped = equalise(ramp, 3.0, tiles=1)
    assert (np.diff(mapped[0]) >= -1e-6).all()
    assert len(np.unique(mapped[0])) > 3000
    assert 0 <= mapped.min() <= mapped.max() <= 1 + 1e-6


def test_clahe_keeps_hues() -> None:
    image = np.zeros((64, 64, 3), np.uint8)
    image[..., 0] = np.random.default_rng(0).integers(20, 60, (64, 64))
    image[..., 1] = image[..., 0] // 2
    square = render(image, Preprocess(clahe=2.0), 64).astype(float)
    assert square[..., 2].max() == 0
    assert abs(np.median(square[..., 1] / np.maximum(square[..., 0], 1)) - 0.5) < 0.05


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1, 3), (3, 2)])
@pytest.mark.parametrize(
    "preprocess",
    [
        Preprocess(resize=r, percentile_clip=c, clahe=c, crop_borders=bool(c))
        for r in RESIZES
        for c in (0.0, 2.0)
    ],
)
def test_tiny_images_work_with_every_setting(
    shape: tuple[int, ...], preprocess: Preprocess
) -> None:
    for dtype in (np.uint8, np.uint16):
        square = render(np.arange(np.prod(shape), dtype=dtype).reshape(shape), preprocess, 32)
        assert square.shape == (32, 32, *shape[2:])
        assert square.dtype == np.uint8


def test_the_whole_image_for_a_person() -> None:
    image = np.random.default_rng(0).integers(0, 255, (40, 100)).astype(np.uint8)
    np.testing.assert_array_equal(render_full(image), image)
    assert render_full(image, longest_px=50).shape == (20, 50)
    np.testing.assert_array_equal(render_full(image.astype(np.uint16) * 257), image)


def test_the_side_is_the_recipe_s() -> None:
    image = np.zeros((50, 70), np.uint8)
    assert render_square(image, Preprocess(image_size=48)).pixels.shape == (48, 48)
    assert render_square(image, Preprocess()).pixels.shape == (128, 128)
    for side in (31, 1025):
        with pytest.raises(ValidationError):
            Preprocess(image_size=side)


@pytest.mark.parametrize(
    ("resize", "view"),
    [("squash", (20, 10, 60, 40)), ("pad", (20, 5, 60, 45)), ("crop", (25, 10, 55, 40))],
)
def test_the_view_without_black_borders_lies_around_what_they_surround(
    resize: str, view: tuple[float, ...]
) -> None:
    image = np.zeros((50, 100), np.uint8)
    image[10:40, 20:60] = 90
    assert find_view(image, Preprocess(resize=resize, crop_borders=True)) == View(*view)


def test_equalising_8_bits_is_clahe_of_their_whole_range() -> None:
    image = np.random.default_rng(0).integers(40, 90, (64, 64)).astype(np.uint8)
    wanted = np.rint(equalise(image.astype(np.float32) / 255, 2.0) * 255)
    found = render(image, Preprocess(clahe=2.0), 64)
    np.testing.assert_allclose(found.astype(float), wanted, atol=1)
    assert np.abs(found - wanted).mean() < 0.02


def test_it_does_not_matter_how_far_beyond_the_percentile_a_pixel_is() -> None:
    image = np.random.default_rng(0).integers(100, 900, (64, 64)).astype(np.uint16)
    image[::20, ::20] = 1000
    preprocess = Preprocess(percentile_clip=2.0)
    far = np.where(image == 1000, 60_000, image).astype(np.uint16)
    np.testing.assert_array_equal(render(far, preprocess, 32), render(image, preprocess, 32))


@pytest.mark.parametrize("turn", [False, True])
@pytest.mark.parametrize("is_colour", [False, True])
def test_a_narrow_image_is_padded_without_a_canvas(
    monkeypatch: pytest.MonkeyPatch, turn: bool, is_colour: bool
) -> None:
    coarse = np.random.default_rng(0).integers(0, 255, (6, 60)).astype(np.uint8)
    image = coarse.repeat(20, 0).repeat(20, 1)
    image = image.T if turn else image
    image = np.stack([image] * 3, 2) if is_colour else image
    preprocess = Preprocess(resize="pad")
    wanted = render(image, preprocess, 64)
    monkeypatch.setattr("medapp.imaging.preprocess.MAX_PIXELS", 200_000)
    found = render(image, preprocess, 64)
    assert np.abs(found.astype(int) - wanted).max() <= 4
    assert found.shape == wanted.shape
