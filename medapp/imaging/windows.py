"""Windows on CT numbers, chosen by a person: up to three, each a channel of the picture."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medapp.imaging.readers.picture import Measured, Span, fill
from medapp.notes import Note

MOST = 3  # windows, as a network has three channels
# Level and width in HU, as radiologists set them.
NAMED = {
    "lung": (-600.0, 1500.0),
    "soft tissue": (40.0, 400.0),
    "bone": (400.0, 1800.0),
    "brain": (40.0, 80.0),
}
_OWN = re.compile(r"(-?\d+(?:\.\d+)?)\s*/\s*(\d+(?:\.\d+)?)")
_BEYOND = 100_000  # HU


@dataclass(frozen=True)
class Window:
    """A window; `name` is empty for one of a person's own. Level and width in HU."""

    name: str
    level: float
    width: float

    def __str__(self) -> str:
        return self.name or f"{self.level:g}/{self.width:g}"

    def describe(self) -> str:
        """Such as "lung -600/1500"."""
        return f"{self.name} {self.level:g}/{self.width:g}".strip()


def parse_windows(text: str) -> tuple[Window, ...]:
    """The windows that a text names, such as "lung, 40/400"; none for an empty text.

    Raises:
        ValueError: a name that is not in `NAMED`, no level and width, or more than three; the text
            says what the value must be.
    """
    windows = tuple(_parse_window(part) for part in text.split(",") if part.strip())
    if len(windows) > MOST or len(set(windows)) < len(windows):
        raise ValueError(f"at most {MOST} windows, each once")
    return windows


def _parse_window(text: str) -> Window:
    name = " ".join(text.replace("-", " ").replace("_", " ").split()).casefold()
    if name in NAMED:
        return Window(name, *NAMED[name])
    own = _OWN.fullmatch(text.strip())
    if own and abs(float(own[1])) <= _BEYOND and 2 <= float(own[2]) <= _BEYOND:
        return Window("", float(own[1]), float(own[2]))
    raise ValueError(
        f"up to {MOST} windows with commas between: {', '.join(NAMED)}, or a level and a width in"
        " HU such as 40/400"
    )


def write_windows(text: str) -> str:
    """A text that `parse_windows` reads, in one spelling for all that mean the same.

    Raises:
        ValueError: see `parse_windows`.
    """
    return ", ".join(map(str, parse_windows(text)))


def apply_windows(measured: Measured, windows: Sequence[Window]) -> tuple[NDArray[np.uint16], str]:
    """CT numbers to what is shown, 0 to 65535, and the rule in words.

    Each window is linear (PS3.3 C.11.2.1.2.1). One gives a grey picture (H, W), three give the
    channels of (H, W, 3); of two the third channel is 0.
    """
    shown = [fill(measured.values, _find_span(measured, window)) for window in windows]
    rule = f"{' | '.join(window.describe() for window in windows)} HU"
    if len(shown) == 1:
        return shown[0], f"window {rule}"
    blank = [np.zeros_like(shown[0])] * (MOST - len(shown))
    return np.stack([*shown, *blank], axis=2), f"windows {rule}"


def _find_span(measured: Measured, window: Window) -> Span:
    """The stored values that a window makes black and white."""
    ends = (window.level - window.width / 2, window.level + window.width / 2 - 1)
    low, high = ((end - measured.intercept) / measured.slope for end in ends)
    return Span(low, high, padding=measured.padding)


def note_share(windows: str, ct: int, images: int) -> tuple[Note, ...]:
    """A note where windows are asked for and not all images are CT, as their headers say.

    Args:
        ct: how many of the images are CT.
    """
    if not windows or ct == images:
        return ()
    some = "None" if not ct else f"{ct:,}"
    text = (
        f"{some} of {images:,} images {'is' if ct < 2 else 'are'} CT, as far as their headers say;"
        f" the others are learned from as their files say, without the windows {windows}."
    )
    return (Note("windows-idle", text, remedy="Leave the CT windows out, or take CT alone."),)


def explain_no_windows(windows: Sequence[Window]) -> Note:
    """What is said of an image to which windows cannot be applied."""
    named = ", ".join(map(str, windows))
    return Note(
        "no-hounsfield",
        f"The settings ask for windows on CT numbers ({named}), and this file has none in"
        " Hounsfield units: it is shown as the file says, unlike a CT under these settings.",
        "caution",
        "Take the CT as DICOM, or settings without windows.",
    )
