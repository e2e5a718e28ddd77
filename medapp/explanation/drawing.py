"""A heatmap drawn on its image, in one of two ways: under its colours, or within its contours."""

from medapp.explanation.contours import draw_contours
from medapp.explanation.placing import Bytes, Floats, overlay, place_on_image
from medapp.imaging.geometry import View

OPACITY = 0.6  # of the hottest place under the colours of a map of full strength


def draw_map(
    image: Bytes,
    values: Floats,
    view: View,
    strength: float | None,
    as_contours: bool = False,
    opacity: float = OPACITY,
) -> Bytes:
    """The image (H, W) or (H, W, 3) with its map (S, S) in 0 to 1, as RGB (H, W, 3).

    Args:
        view: the rectangle of the image that fills the map's square.
        strength: 0 to 1, what colours or contours are dimmed by; None for not at all.
        as_contours: as lines at fixed levels, see `contours.LEVELS`; else as colours.
        opacity: of the hottest place under the colours, 0 to 1; lines hide too little to need it.
    """
    dimmed = 1.0 if strength is None else strength
    if as_contours:
        return draw_contours(image, values, view, dimmed)
    placed = place_on_image(values, view, *image.shape[:2])
    return overlay(image, placed, opacity * dimmed)
