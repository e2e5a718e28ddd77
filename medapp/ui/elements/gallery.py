"""A page of thumbnails, clickable, with a stripe in the class's colour.

Images travel inline: sixty requests would cost 450 ms more.
"""

import base64
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import streamlit as st

from medapp.ui.elements import read_element, read_script

PAGE_SIZE = 60

_gallery = st.components.v2.component(
    "medapp_gallery",
    html='<div class="gallery"></div>',
    css=read_element("gallery.css"),
    js=read_script("gallery.js"),
)


@dataclass(frozen=True)
class Tile:
    """One thumbnail.

    Attributes:
        caption: stands below the image.
        label: the class that the image is said to have.
        colour: the class's index in the palette, for the stripe below the image.
        badge: a short text beside the caption.
    """

    id: int
    jpeg: bytes
    caption: str
    label: str
    colour: int | None = None
    badge: str = ""


def draw_gallery(
    tiles: Sequence[Tile], classes: Sequence[str], key: str, note: str = ""
) -> int | None:
    """Draw the tiles under a legend of the classes.

    Args:
        note: stands beside the legend, and holds for all tiles.

    Returns:
        The id of the tile that was just clicked, else None.
    """
    legend = [{"label": label, "colour": index} for index, label in enumerate(classes)]
    plain = [
        {**asdict(tile), "jpeg": None, "source": build_data_uri(tile.jpeg, "jpeg")}
        for tile in tiles
    ]
    result = _gallery(
        key=key,
        data={"tiles": plain, "legend": legend, "note": note},
        on_open_change=lambda: None,
    )
    opened = result.open
    return opened if isinstance(opened, int) else None


def build_data_uri(image: bytes, kind: str) -> str:
    """An image file's bytes as a data URI; `kind` is "jpeg" or "png"."""
    return f"data:image/{kind};base64,{base64.b64encode(image).decode()}"
