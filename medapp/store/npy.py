"""NumPy's arrays in a file or a zip, judged by their headers and read some rows at a time.

A header of a few bytes can claim petabytes, and an array of Python objects is a program: neither is
believed, and nothing is ever unpickled.
"""

import io
import math
import struct
import tokenize
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from medapp.errors import ArchiveError

MAX_HEADER = 2**16  # bytes; that of a plain array has 128
MAX_WHOLE = 2**30  # bytes of an array that is read at once, such as labels
BATCH_BYTES = 2**24  # of the rows that are read at a time
# What NumPy raises on headers that are no dictionary of shape and kind.
_BROKEN_HEADER = (
    ValueError,
    TypeError,
    SyntaxError,
    RecursionError,
    MemoryError,
    KeyError,
    tokenize.TokenError,
)
Opener = Callable[[], AbstractContextManager[IO[bytes]]]
_SAVE_AGAIN = "Save the array again with numpy.save or numpy.savez, with numbers or texts in it."


@dataclass(frozen=True)
class StoredArray:
    """An array that is not read yet.

    Attributes:
        name: of the array, without ".npy".
        header: bytes before its values.
        open: gives its bytes from the beginning, header included.
    """

    name: str
    shape: tuple[int, ...]
    dtype: "np.dtype[Any]"
    is_fortran: bool
    header: int
    open: Opener

    @property
    def size(self) -> int:
        """Bytes of the values."""
        return math.prod(self.shape) * self.dtype.itemsize

    def load(self) -> NDArray[Any]:
        """The whole array.

        Raises:
            ArchiveError: it is larger than `MAX_WHOLE`, or cut short.
        """
        if self.size > MAX_WHOLE:
            raise ArchiveError(
                f"The array {self.name} has {self.size >> 20:,} MiB, more than {MAX_WHOLE >> 20:,}"
                " that are read at once.",
                remedy="Save it in C order, or in several files.",
            )
        with self.open() as file:
            file.read(self.header)
            flat = np.frombuffer(self._read(file, self.size), self.dtype)
        return flat.reshape(self.shape, order="F" if self.is_fortran else "C")

    def iterate(self, step: int = 1) -> Iterator[NDArray[Any]]:
        """The rows along the first axis, each (…), in order.

        Args:
            step: every how many rows one is given.

        Raises:
            ArchiveError: the array is cut short, or see `load`.
        """
        if self.is_fortran:
            yield from self.load()[::step]
            return
        row_bytes = self.size // self.shape[0] if self.shape[0] else 0
        at_once = max(1, BATCH_BYTES // max(1, row_bytes))
        with self.open() as file:
            file.read(self.header)
            for start in range(0, self.shape[0], at_once):
                rows = min(at_once, self.shape[0] - start)
                flat = np.frombuffer(self._read(file, rows * row_bytes), self.dtype)
                batch = flat.reshape((rows, *self.shape[1:]))
                yield from batch[-start % step :: step]

    def _read(self, file: IO[bytes], size: int) -> bytes:
        content = file.read(size)
        if len(content) < size:
            raise ArchiveError(f"The array {self.name} is cut short.", remedy=_SAVE_AGAIN)
        return content


def read_header(name: str, size: int, open_array: Opener) -> StoredArray:
    """An array's header, checked against the bytes that are there (NEP 1).

    Args:
        size: of the file in bytes, header included.
        open_array: gives the file's bytes from the beginning.

    Raises:
        ArchiveError: no array of NumPy, one of Python objects, or one that claims other sizes than
            the file's.
    """
    with open_array() as file:
        start = file.read(12)
        if start[:6] != b"\x93NUMPY" or len(start) < 12:
            raise ArchiveError(f"{name} is no array of NumPy.", remedy=_SAVE_AGAIN)
        is_short = start[6] == 1
        length = struct.unpack("<H" if is_short else "<I", start[8 : 10 if is_short else 12])[0]
        if length > MAX_HEADER or start[6] not in (1, 2, 3):
            raise ArchiveError(f"The header of the array {name} is damaged.", remedy=_SAVE_AGAIN)
        header = (10 if is_short else 12) + length
        rest = start[8:] + file.read(header - 12)
    shape, is_fortran, dtype = _parse(name, rest, is_short)
    _check(name, shape, dtype, size - header)
    return StoredArray(name, shape, dtype, is_fortran, header, open_array)


def _parse(
    name: str, content: bytes, is_short: bool
) -> tuple[tuple[int, ...], bool, "np.dtype[Any]"]:
    read = np.lib.format.read_array_header_1_0 if is_short else np.lib.format.read_array_header_2_0
    try:
        shape, is_fortran, dtype = read(io.BytesIO(content))
    except _BROKEN_HEADER as error:
        raise ArchiveError(
            f"The header of the array {name} is damaged.", remedy=_SAVE_AGAIN
        ) from error
    return shape, is_fortran, dtype


def _check(name: str, shape: tuple[int, ...], dtype: "np.dtype[Any]", size: int) -> None:
    if dtype.hasobject:
        raise ArchiveError(
            f"The array {name} holds Python objects (a pickle), which can run programs as they are"
            " opened, so MedApp never opens them.",
            remedy=(
                "Save it again as plain numbers or texts: labels as labels.astype(str), images of"
                " one size as numpy.stack(images)."
            ),
        )
    if dtype.kind not in "biufUS":
        raise ArchiveError(
            f"The array {name} holds values of the kind {str(dtype)[:60]}, which are neither plain"
            " numbers nor texts.",
            remedy=_SAVE_AGAIN,
        )
    claimed = math.prod(shape) * dtype.itemsize
    if any(length < 0 for length in shape) or claimed != size or not dtype.itemsize:
        dimensions = " × ".join(map(str, shape))[:80]
        raise ArchiveError(
            f"The array {name} claims {dimensions} values of {dtype.itemsize} bytes, and its file"
            f" holds {size:,} bytes.",
            remedy=_SAVE_AGAIN,
        )
