"""NumPy's arrays, judged by their headers."""

import contextlib
import io
import pickle
import struct
from collections.abc import Iterator
from typing import IO

import numpy as np
import pytest

from medapp.errors import ArchiveError
from medapp.store.npy import StoredArray, read_header


def store(content: bytes, size: int | None = None) -> StoredArray:
    @contextlib.contextmanager
    def open_array() -> Iterator[IO[bytes]]:
        yield io.BytesIO(content)

    return read_header("x", len(content) if size is None else size, open_array)


def write(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def write_header(shape: str, dtype: str = "<f8", version: int = 1) -> bytes:
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}}}\n".encode()
    packed = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + packed + text


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["u1", ">u2", "<f4", "?"])
def test_rows_come_as_they_were_saved(order: str, dtype: str) -> None:
    values = np.random.default_rng(0).integers(0, 2, (9, 3, 4)).astype(dtype)
    array = store(write(np.asarray(values, order=order)))
    np.testing.assert_array_equal(np.stack(list(array.iterate())), values)
    np.testing.assert_array_equal(np.stack(list(array.iterate(4))), values[::4])
    np.testing.assert_array_equal(array.load(), values)


def test_rows_are_read_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medapp.store.npy.BATCH_BYTES", 30)
    values = np.arange(70, dtype=np.uint8).reshape(7, 10)
    np.testing.assert_array_equal(np.stack(list(store(write(values)).iterate())), values)
    np.testing.assert_array_equal(np.stack(list(store(write(values)).iterate(2))), values[::2])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (write_header("(1125899906842624,)"), "claims 1125899906842624 values"),
        (write_header("(" + "9" * 60 + ", 9)"), "claims"),
        (write_header("(-1, 4)"), "claims"),
        (write_header("(3,)", "<U0"), "claims"),
        (write_header("(1,)", "|O", 2), "pickle"),
        (write_header("(1,)", "<c16"), "neither plain numbers nor texts"),
        (write_header("(1,)", "<M8[s]"), "neither plain numbers nor texts"),
        (write_header("(" * 5000), "damaged"),
        (write_header("__import__('os').abort()"), "damaged"),
        (b"\x93NUMPY\x02\0\xff\xff\xff\xff" + b"{" * 100, "damaged"),
        (b"\x93NUMPY\x09\0\x10\0" + b"{" * 100, "damaged"),
        (b"", "no array"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "no array"),
        (write(np.zeros(4))[:-1], "claims 4 values"),
    ],
)
def test_a_header_is_not_believed(content: bytes, message: str) -> None:
    with pytest.raises(ArchiveError, match=message):
        store(content)


def test_a_pickle_is_never_opened(tmp_path: object) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return (pytest.fail, ("the pickle ran",))

    file = io.BytesIO()
    np.save(file, np.array([0], object))
    content = file.getvalue()
    content = content[: content.index(b"\n") + 1] + pickle.dumps(Trap())
    with pytest.raises(ArchiveError, match="which can run programs"):
        store(content)


def test_a_file_that_ends_early_is_said() -> None:
    content = write(np.zeros((4, 4)))
    array = store(content[:-8], size=len(content))
    with pytest.raises(ArchiveError, match="cut short"):
        list(array.iterate())
