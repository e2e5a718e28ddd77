"""What is shown of an image that a model judges: as the model sees it, or as its file says."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from medapp.imaging.image import ImageFacts, draw_picture, open_picture
from medapp.imaging.preprocess import Preprocess, render_full
from medapp.imaging.sight import describe_sight
from medapp.imaging.windows import parse_windows
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
