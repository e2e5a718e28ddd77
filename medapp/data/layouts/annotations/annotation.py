"""What a file of annotations says of one image, whatever its format."""

from collections.abc import Callable
from dataclasses import dataclass

Parts = tuple[str, ...]
Read = Callable[..., bytes]
Size = tuple[int, int]
FindSize = Callable[[Parts], Size | None]
"""An image's width and height in pixels; None where it cannot be read."""


@dataclass(frozen=True)
class Thing:
    """An object on an image.

    Attributes:
        label: what it is.
        place: x0, y0, x1, y1 in pixels; None where the file does not say.
    """

    label: str
    place: tuple[float, float, float, float] | None


@dataclass(frozen=True)
class Annotation:
    """What a file says of one image.

    Attributes:
        source: the file's name, as a path below the folder.
        image: the image's path below the folder; where none is there, as the file names it.
        things: its objects; empty where somebody looked and found none.
        size: the image's width and height in pixels as the file says; None where it does not.
    """

    source: str
    image: Parts
    things: tuple[Thing, ...]
    size: Size | None = None


@dataclass(frozen=True)
class Found:
    """All that the files of one format say.

    Attributes:
        format: such as "Pascal VOC".
        files: names of those that were read.
        faults: (file, reason) for what is not used.
    """

    format: str
    annotations: tuple[Annotation, ...]
    files: tuple[str, ...]
    faults: tuple[tuple[str, str], ...] = ()
