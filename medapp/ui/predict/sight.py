"""What is shown of an image that a model judges: as the model sees it, or as its file says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from medapp.imaging.image import IMAGE, ImageFacts, draw_picture, open_picture
from medapp.imaging.preprocess import Preprocess, render_full
from medapp.imaging.windows import Window, parse_windows
from medapp.ui.elements.depth import Depth, build_depth
from medapp.ui.shell import url
from medapp.ui.shell.frame import escape

if TYPE_CHECKING:
    from medapp.prediction.files import Prediction

MODEL = "as the model sees it"
FILE = "as the file says"
SIGHTS = {"model": MODEL, "file": FILE}


@dataclass(frozen=True)
class Sight:
    """An image before a model.

    Attributes:
        image: (H, W) or (H, W, 3) uint8, as it is shown.
        facts: how it was read.
        depth: what a reader can set a window on.
        differs: whether the model sees another picture than the file says.
        is_models: the one that is shown is the model's.
        is_windowed: windows on CT numbers can be applied.
    """

    image: NDArray[np.uint8]
    facts: ImageFacts
    depth: Depth | None
    differs: bool
    is_models: bool
    is_windowed: bool


def load_sight(prediction: "Prediction", preprocess: Preprocess) -> Sight:
    """The image of a prediction, as the address asks for it; the model's where it does not.

    Raises:
        ImageError: the file cannot be read any more.
    """
    picture = open_picture(prediction.file, prediction.frame)
    filed, facts = draw_picture(picture)
    seen, read = draw_picture(picture, preprocess.value_range, preprocess.windows)
    as_filed = render_full(filed)
    as_seen = render_full(seen, preprocess)
    differs = not np.array_equal(as_filed, as_seen)
    is_models = url.read_choice("shown", SIGHTS) != "file"
    image, told = (as_seen, read) if is_models else (as_filed, facts)
    is_windowed = picture.measured is not None and picture.measured.is_hounsfield
    windows = parse_windows(preprocess.windows) if is_windowed and is_models else ()
    # A reader's drag goes on from the window that is shown, where that is one.
    begins_with = (windows[0].level, windows[0].width) if len(windows) == 1 else None
    depth = build_depth(picture.measured, begins_with)
    return Sight(image, told, depth, differs, is_models, is_windowed)


def draw_sight(sight: Sight, preprocess: Preprocess) -> None:
    """Draw in words what the model sees, and the choice of what is shown where both differ."""
    words = escape(f"The model sees: {describe_sight(preprocess, sight.is_windowed)}.")
    with st.container(horizontal=True, vertical_alignment="center", key="sight"):
        if sight.differs:
            st.segmented_control(
                "The picture",
                SIGHTS,
                default="model" if sight.is_models else "file",
                format_func=SIGHTS.__getitem__,
                required=True,
                label_visibility="collapsed",
                **url.bind("shown", "model"),
            )
        st.caption(words)


def describe_sight(preprocess: Preprocess, is_windowed: bool) -> str:
    """What a model sees of an image, in words.

    Args:
        is_windowed: the image has CT numbers, so that windows on them were applied.
    """
    words = ["the picture as its file says"]
    if preprocess.windows and is_windowed:
        words = [_write_windows(parse_windows(preprocess.windows))]
    elif preprocess.value_range == IMAGE:
        words = ["from the darkest to the brightest pixel"]
    if preprocess.windows and not is_windowed:
        words.append(f"without its windows ({preprocess.windows}), as there are no CT numbers")
    if preprocess.percentile_clip:
        words.append(f"{preprocess.percentile_clip:g}% cut at both ends")
    if preprocess.clahe:
        words.append(f"local contrast (CLAHE) {preprocess.clahe:g}")
    side = preprocess.image_size
    return f"{', '.join(words)}; at {side} × {side} px"


def _write_windows(windows: Sequence[Window]) -> str:
    """Such as "lung window −600/1500 HU"."""
    written = [
        f"{window.name} window {window.level:g}/{window.width:g} HU".strip() for window in windows
    ]
    channels = " in red, green and blue" if len(windows) > 1 else ""
    return f"{', '.join(written)}{channels}".replace("-", "−")
