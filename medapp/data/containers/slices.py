"""Which slices of a volume become images."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.errors import DataError

PLANES = ("axial", "coronal", "sagittal")
EMPTY_SHARE = 0.01  # of a slice's pixels; with fewer that show something it is nearly empty
SHOWN_FROM = 0.1  # of the way from black to white, from which a pixel shows something


@dataclass(frozen=True)
class SliceChoice:
    """Which slices of a volume, or frames of a file, are taken; across which plane slices lie.

    Attributes:
        plane: one of `PLANES`.
        slices: "" or "all", "middle", "every:K", or from 1 "N" or "A-B". Of a volume all are those
            that are not nearly empty; of a file with frames "" asks for none of them alone.
    """

    plane: str = "axial"
    slices: str = ""

    def __post_init__(self) -> None:
        if self.plane not in PLANES:
            raise DataError(
                f"There is no plane {self.plane!r}.", remedy=f"Choose of {', '.join(PLANES)}."
            )
        self._read()

    @property
    def takes_all(self) -> bool:
        """Whether slices are taken by what they show, and not by their number."""
        return self._read()[0] == "all"

    def list_slices(self, count: int) -> Sequence[int]:
        """The numbers, from 0, of the slices that are taken of so many.

        Raises:
            DataError: no slice of a volume with so many is asked for.
        """
        kind, first, second = self._read()
        if kind == "middle":
            return [count // 2] if count else []
        if kind == "every":
            return range(first // 2 if count > first // 2 else 0, count, first)
        if kind == "range":
            chosen = range(first - 1, min(second, count))
            if not chosen:
                raise DataError(
                    f"There are no slices {self.slices}: the volume has {count}.",
                    remedy="Choose others.",
                )
            return chosen
        return range(count)

    def describe(self, whole: str = "volume", part: str = "slice") -> str:
        """The choice in words."""
        kind, first, second = self._read()
        every = f"every {part} of each {whole}"
        return {
            "middle": f"the middle {part} of each {whole}",
            "every": f"one of {first} {part}s of each {whole}",
            "range": f"{part}s {first} to {second} of each {whole}",
        }.get(kind, f"{every} that is not nearly empty" if whole == "volume" else every)

    def _read(self) -> tuple[str, int, int]:
        text = self.slices.strip().casefold()
        if text in ("", "all"):
            return "all", 0, 0
        if text == "middle":
            return "middle", 0, 0
        every = re.fullmatch(r"every:(\d{1,6})", text)
        if every and int(every[1]):
            return "every", int(every[1]), 0
        both = re.fullmatch(r"(\d{1,6})-(\d{1,6})", text)
        if both and 1 <= int(both[1]) <= int(both[2]):
            return "range", int(both[1]), int(both[2])
        if re.fullmatch(r"\d{1,6}", text) and int(text):
            return "range", int(text), int(text)
        raise DataError(
            f"The slices {self.slices!r} cannot be told.",
            remedy="Write 'all', 'middle', 'every:5', '7' or '40-60'.",
        )


def is_nearly_empty(values: NDArray[Any], low: float, high: float) -> bool:
    """Whether a slice shows next to nothing between black (`low`) and white (`high`)."""
    shown = np.asarray(values > low + SHOWN_FROM * (high - low))
    return bool(shown.mean() < EMPTY_SHARE)
