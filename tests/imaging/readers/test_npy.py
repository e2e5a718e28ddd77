"""One image in an array of NumPy."""

import io
import pickle
from pathlib import Path

import numpy as np
import pytest

from medapp.data.importing.adding import inspect
from medapp.errors import ImageError
from medapp.imaging.image import decode_image


def write(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


@pytest.mark.parametrize(
    ("array", "pixels"),
    [
        (np.array([[0, 7], [255, 3]], np.uint8), [[0, 7], [255, 3]]),
        (np.array([[True, False]]), [[255, 0]]),
        (np.array([[0.0, 0.5], [1.0, np.nan]]), [[0, 32768], [65535, 0]]),
        (np.array([[0, 1000], [4095, 0]], ">u2"), [[0, 16004], [65535, 0]]),
        (np.array([[0, 255]], np.int64), [[0, 65535]]),
        (np.arange(8, dtype=np.uint8).reshape(2, 4, 1), [[0, 1, 2, 3], [4, 5, 6, 7]]),
        (np.arange(8, dtype=np.uint8).reshape(1, 2, 4), [[0, 1, 2, 3], [4, 5, 6, 7]]),
        (np.uint8([[[0, 1, 2], [3, 4, 5]]] * 2), [[[0, 1, 2], [3, 4, 5]]] * 2),
        (np.arange(15, dtype=np.uint8).reshape(3, 1, 5).repeat(2, 1), None),
    ],
)
def test_an_array_is_an_image(array: np.ndarray, pixels: list[object] | None) -> None:
    decoded, facts = decode_image(write(array), ".npy")
    expected = array.transpose(1, 2, 0).tolist() if pixels is None else pixels
    assert decoded.tolist() == expected
    assert facts.format == "NumPy"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (write(np.zeros((20, 28, 28))), "shape 20 × 28 × 28, and is not one image"),
        (write(np.zeros(9)), "shape 9, and is not one image"),
        (write(np.zeros((0, 4))), "no pixels"),
        (write(np.array([["a"]])), "texts"),
        (write(np.zeros((3, 3), object))[:128] + pickle.dumps(1), "pickle"),
        (write(np.zeros((3, 3)))[:-9], "claims 3 × 3 values"),
        (b"\x93NUMPY", "no array of NumPy"),
    ],
)
def test_what_is_no_image_is_said(content: bytes, message: str) -> None:
    with pytest.raises(ImageError, match=message):
        decode_image(content, ".npy")


def test_class_folders_of_arrays_are_a_data_set(tmp_path: Path) -> None:
    for number in range(4):
        path = tmp_path / "set" / "ab"[number % 2] / f"{number}.npy"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(write(np.full((5, 5), number, np.uint8)))
    assert inspect(tmp_path / "set").to_dict()["classes"] == {"a": 2, "b": 2}
