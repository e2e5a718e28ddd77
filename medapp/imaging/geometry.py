"""Rectangles on images: where a finding is, and which part of an image a network sees."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """Where a finding is, in pixels of the image as stored.

    The origin is at the top left; `x1` and `y1` are exclusive.
    """

    label: str
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True)
class View:
    """The rectangle of the original image, in its pixels, that fills the square.

    Where the square is padded, the rectangle reaches outside the image.
    """

    x0: float
    y0: float
    x1: float
    y1: float

    def to_square(self, box: Box, size_px: int) -> Box:
        """A box on the image to one on the square of `size_px`; not cut at its edges."""
        x = size_px / (self.x1 - self.x0)
        y = size_px / (self.y1 - self.y0)
        x0 = self.x0
        y0 = self.y0
        return Box(
            box.label, (box.x0 - x0) * x, (box.y0 - y0) * y, (box.x1 - x0) * x, (box.y1 - y0) * y
        )

    def from_square(self, box: Box, size_px: int) -> Box:
        """A box on the square of `size_px` to one on the image."""
        x = (self.x1 - self.x0) / size_px
        y = (self.y1 - self.y0) / size_px
        x0 = self.x0
        y0 = self.y0
        return Box(box.label, box.x0 * x + x0, box.y0 * y + y0, box.x1 * x + x0, box.y1 * y + y0)
