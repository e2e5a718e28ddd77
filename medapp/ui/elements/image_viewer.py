"""One image, alone or beside itself under a heatmap.

All that a reader changes (zoom, window, ruler, opacity, invert, boxes) happens in the browser.
"""

import base64
import io
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from medapp.imaging.geometry import Box
from medapp.imaging.readers.picture import Spacing
from medapp.ui.elements import read_element, read_script
from medapp.ui.elements.depth import Depth
from medapp.ui.elements.gallery import build_data_uri

LONGEST_PX = 1600  # of the image that is sent: a larger one is scaled for the screen
SCALE_END = "this map's own maximum"

_viewer = st.components.v2.component(
    "medapp_image_viewer",
    html='<div class="viewer"></div>',
    css=read_element("image_viewer.css"),
    js=read_script("image_viewer.js"),
)


@dataclass(frozen=True)
class Contour:
    """Closed lines around what reaches a share of a heatmap's maximum.

    Attributes:
        name: of the level, such as "50%".
        colour: as CSS writes it.
        lines: (P, 2) of x, y in pixels of the original image.
    """

    name: str
    colour: str
    lines: Sequence[NDArray[np.float64]]

    def to_dict(self) -> dict[str, str]:
        """Plain values for the browser, see `contours.js`."""
        path = "".join(
            "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in line.tolist()) + "Z"
            for line in self.lines
        )
        return {"name": self.name, "colour": self.colour, "path": path}


@dataclass(frozen=True)
class MapLayer:
    """A heatmap to lay over an image.

    Attributes:
        values: (S, S), 0 to 1.
        view: the rectangle (x0, y0, x1, y1) of the original image, in its pixels, that the map
            covers.
        note: what the map is, such as "Grad-CAM for effusion".
        colours: (256, 3) uint8, from low to high.
        strength: 0 to 1, what the map's opacity is multiplied by.
        contours: what is drawn in the place of colours, the outermost first; None for colours.
    """

    values: NDArray[np.float32]
    view: tuple[float, float, float, float]
    note: str
    colours: NDArray[np.uint8]
    strength: float = 1.0
    contours: Sequence[Contour] | None = None


@dataclass(frozen=True)
class Shown:
    """What a viewer shows.

    Attributes:
        image: (H, W) or (H, W, 3); None where it cannot be read: the way to its neighbours stays.
        name: of the image, by which what a reader has set is kept.
        note: stands below the image.
        position: which image this is, from 1, and of how many.
        save_note: stands below the image in the picture that a reader saves.
        problem: why there is no image.
        depth: values that are read under the pointer, and that a reader can set a window on.
        spacing: how large a pixel of the image is: there are a ruler and a scale bar then.
        frames: which frame of the file this is, from 0, and of how many; the wheel goes through
            them.
    """

    image: NDArray[np.uint8] | None
    name: str
    note: str = ""
    boxes: Sequence[Box] = ()
    heatmap: MapLayer | None = None
    position: tuple[int, int] | None = None
    save_note: str = "Research use only"
    problem: str = ""
    depth: Depth | None = None
    spacing: Spacing | None = None
    frames: tuple[int, int] | None = None

    def to_dict(self) -> dict[str, object]:
        """Plain values for the browser, see `image_viewer.js`."""
        height, width = (1, 1) if self.image is None else self.image.shape[:2]
        position = self.position
        return {
            "key": self.name,
            "name": self.name,
            "note": self.note,
            "saveNote": self.save_note,
            "problem": self.problem,
            "source": "" if self.image is None else _encode(self.image),
            "width": width,
            "height": height,
            "boxes": [asdict(box) for box in self.boxes],
            "depth": self.depth.to_dict() if self.depth else None,
            "frames": {"at": self.frames[0], "count": self.frames[1]} if self.frames else None,
            "spacing": asdict(self.spacing) if self.spacing else None,
            "heatmap": _plain(self.heatmap) if self.heatmap else None,
            "position": f"{position[0]:,} of {position[1]:,}" if position else "",
            "hasNeighbours": bool(position and position[1] > 1),
        }


def draw_viewer(shown: Shown, key: str, on_frame: Callable[[int], None] | None = None) -> int:
    """Draw an image with what is laid over it.

    Args:
        on_frame: called with the frame that a reader asks for.

    Returns:
        -1 or 1 when the reader just asked for the previous or next image, else 0.
    """
    data = shown.to_dict()
    asked = _viewer(key=key, data=data, on_step_change=lambda: None, on_frame_change=lambda: None)
    if on_frame is not None and shown.frames and isinstance(asked.frame, int):
        on_frame(min(max(asked.frame, 0), shown.frames[1] - 1))
    step = asked.step
    return step if step in (-1, 1) else 0


def _plain(heatmap: MapLayer) -> dict[str, object]:
    contours = heatmap.contours
    values = np.round(np.clip(heatmap.values, 0, 1) * 255).astype(np.uint8)
    return {
        "values": base64.b64encode(values.tobytes()).decode(),
        "size": values.shape[0],
        "view": list(heatmap.view),
        "note": heatmap.note,
        "strength": heatmap.strength,
        "scaleEnd": SCALE_END,
        "contours": None if contours is None else [each.to_dict() for each in contours],
        "colours": base64.b64encode(heatmap.colours.tobytes()).decode(),
    }


def _encode(image: NDArray[np.uint8]) -> str:
    picture = Image.fromarray(image)
    picture.thumbnail((LONGEST_PX, LONGEST_PX))
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return build_data_uri(file.getvalue(), "png")
