"""A page of thumbnails, clickable and selectable, with a stripe in the class's colour.

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
        said: what a model says of the image, in a line below the label.
        loss: the model's, beside that; empty where no model has judged the image.
        is_wrong: the label says otherwise, so that the loss is marked.
    """

    id: int
    jpeg: bytes
    caption: str
    label: str
    colour: int | None = None
    badge: str = ""
    said: str = ""
    loss: str = ""
    is_wrong: bool = False


@dataclass(frozen=True)
class Picked:
    """What a person did in a gallery.

    Attributes:
        opened: the id of the tile that was just clicked.
        selected: the ids of the tiles that are selected.
    """

    opened: int | None
    selected: tuple[int, ...]


def draw_gallery(
    tiles: Sequence[Tile], classes: Sequence[str], key: str, note: str = ""
) -> int | None:
    """Draw tiles of which one can be opened, and none selected; see `draw_tiles`.

    Returns:
        The id of the tile that was just clicked, else None.
    """
    return draw_tiles(tiles, classes, key, note, is_selectable=False).opened


def draw_tiles(
    tiles: Sequence[Tile], classes: Sequence[str], key: str, note: str, is_selectable: bool
) -> Picked:
    """Draw the tiles under a legend of the classes.

    Args:
        key: another one lets go of what is selected.
        note: stands beside the legend, and holds for all tiles.
    """
    legend = [{"label": label, "colour": index} for index, label in enumerate(classes)]
    plain = [
        {**asdict(tile), "jpeg": None, "source": build_data_uri(tile.jpeg, "jpeg")}
        for tile in tiles
    ]
    result = _gallery(
        key=key,
        data={"tiles": plain, "legend": legend, "note": note, "is_selectable": is_selectable},
        default={"selected": []},
        on_open_change=lambda: None,
        on_selected_change=lambda: None,
    )
    shown = {tile.id for tile in tiles}
    opened = result.open if isinstance(result.open, int) else None
    return Picked(opened, tuple(id for id in result.selected or () if id in shown))


def build_data_uri(image: bytes, kind: str) -> str:
    """An image file's bytes as a data URI; `kind` is "jpeg" or "png"."""
    return f"data:image/{kind};base64,{base64.b64encode(image).decode()}"
