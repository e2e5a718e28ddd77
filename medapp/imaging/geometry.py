"""Rectangles on images: where a finding is, and which region of an image a network sees."""

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
        """A box on the image to one on the square of `size_px`, not cut at the square's edges."""
        scale_x = size_px / (self.x1 - self.x0)
        scale_y = size_px / (self.y1 - self.y0)
        return Box(
            box.label,
            (box.x0 - self.x0) * scale_x,
            (box.y0 - self.y0) * scale_y,
            (box.x1 - self.x0) * scale_x,
            (box.y1 - self.y0) * scale_y,
        )

    def from_square(self, box: Box, size_px: int) -> Box:
        """A box on the square of `size_px` to one on the image."""
        scale_x = (self.x1 - self.x0) / size_px
        scale_y = (self.y1 - self.y0) / size_px
        return Box(
            box.label,
            box.x0 * scale_x + self.x0,
            box.y0 * scale_y + self.y0,
            box.x1 * scale_x + self.x0,
            box.y1 * scale_y + self.y0,
        )
