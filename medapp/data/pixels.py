"""One image to the square of 8-bit pixels that a network sees, and the way back."""

from dataclasses import dataclass, field
from typing import Any

RESIZE_MODES = ("squash", "pad", "crop")


def _setting(default: Any, label: str, help: str, **facts: Any) -> Any:
    return field(default=default, metadata={"label": label, "help": help, **facts})


@dataclass(frozen=True)
class Preprocess:
    """From file to square; part of the recipe, travels with the model."""

    resize: str = _setting(
        "squash", "Resize", "squash fits the whole image and changes its proportions, pad keeps them and fills with black, crop keeps the middle.",
        choices=RESIZE_MODES,
    )
    percentile_clip: float = _setting(
        0.0, "Percentile clip", "Share of the darkest and of the brightest pixels that become black and white.", unit="%", low=0.0, high=20.0
    )
    clahe: float = _setting(
        0.0, "Local contrast (CLAHE)", "Clip limit of the adaptive histogram equalisation. 0 is off, 2 is usual.", low=0.0, high=10.0
    )
    crop_borders: bool = _setting(False, "Crop black borders", "Cut the dark frame around the image before it is resized.")
