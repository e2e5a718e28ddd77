"""Figures of a data set: bars that add up, histograms without artefacts, findings in words."""

import numpy as np
import pytest

from medapp.figures import draw_balance, draw_histogram


def test_bars_are_the_counts_in_the_order_of_the_splits() -> None:
    counts = {
        "test": {"nodule": 2, "normal": 4},
        "train": {"nodule": 10, "normal": 20},
        "validation": {"normal": 3},
    }
    figure = draw_balance(counts)
    assert [(bar.name, list(bar.x)) for bar in figure.data] == [
        ("train", [10, 20]),
        ("validation", [0, 3]),
        ("test", [2, 4]),
    ]
    assert list(figure.layout.yaxis.ticktext) == ["nodule", "normal"]
    assert figure.layout.barmode == "stack"


@pytest.mark.parametrize(
    ("totals", "finding"),
    [
        ({"a": 20, "b": 10}, "a is 2.0 times as common as b"),
        ({"a": 100, "b": 1200}, "b is 12.0 times as common as a"),
        ({"a": 110, "b": 100}, "Classes are about even: 100 to"),
        ({"a": 150, "b": 150}, "Classes are even: 150 images"),
        ({"a": 5, "b": 0}, "There is no image of b"),
        ({"a": 5}, "5 images of one class"),
        ({}, "There are no images"),
    ],
)
def test_the_title_says_how_even_the_classes_are(totals: dict[str, int], finding: str) -> None:
    assert finding in draw_balance({"train": totals}).layout.title.text


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_evenly_spread_values_make_an_even_histogram(dtype: type) -> None:
    top = np.iinfo(dtype).max
    pixels = np.linspace(0, top, 256 * 1024).astype(int).reshape(256, 1024).astype(dtype)
    figure = draw_histogram(pixels)
    percent = np.array(figure.data[0].y)
    assert percent.sum() == pytest.approx(100)
    assert percent[1:-1].max() <= 1.1 * percent[1:-1].min()


def test_a_histogram_counts_each_value_once() -> None:
    figure = draw_histogram(np.array([[0, 1], [1, 3]], dtype=np.uint8))
    assert list(figure.data[0].x)[:4] == [0, 1, 2, 3]
    assert list(figure.data[0].y)[:4] == [25, 50, 0, 25]


def test_a_background_is_cut_off_and_named() -> None:
    pixels = np.zeros((100, 100), dtype=np.uint8)
    pixels[:40] = np.arange(1, 41)[:, None]
    figure = draw_histogram(pixels)
    assert figure.data[0].y[0] == 60
    assert figure.layout.yaxis.range[1] < 5
    assert "60% of the pixels are 0" in figure.layout.title.text.replace("<br>", " ")


def test_colour_images_have_three_lines_and_a_key() -> None:
    pixels = np.zeros((4, 4, 3), dtype=np.uint8)
    pixels[..., 1] = 200
    figure = draw_histogram(pixels)
    assert [line.name for line in figure.data] == ["red", "green", "blue"]
    assert figure.layout.title.text.count("■") == 3
    assert figure.data[1].x[int(np.argmax(figure.data[1].y))] == pytest.approx(200, abs=4)


@pytest.mark.parametrize(
    ("pixels", "finding"),
    [(np.full((3, 3), 7), "All pixels have the value 7"), (np.empty((0, 0)), "no pixels")],
)
def test_an_image_without_contrast_says_so(pixels: np.ndarray, finding: str) -> None:
    assert finding in draw_histogram(pixels).layout.title.text


def test_values_with_a_unit_are_told_in_it() -> None:
    figure = draw_histogram(np.array([[-1024, -1024, -1024], [40, 60, 80]]), unit="HU")
    assert figure.layout.title.text.replace("<br>", " ") == (
        "Values from −1,024 to 80 HU; 50% of the pixels are −1,024 HU"
    )
    assert figure.layout.xaxis.title.text == "HU"


def test_values_that_were_stretched_are_not_called_the_file_s() -> None:
    figure = draw_histogram(np.array([[13402, 65535]], dtype=np.uint16))
    assert figure.layout.xaxis.title.text == "value as shown: 65,535 is white"
