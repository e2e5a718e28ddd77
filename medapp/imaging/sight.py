"""An image in words: how its file was read, and what a model sees of it."""

from collections.abc import Sequence

from medapp.imaging.image import IMAGE, ImageFacts
from medapp.imaging.preprocess import Preprocess
from medapp.imaging.windows import Window, parse_windows


def describe_reading(facts: ImageFacts) -> str:
    """How large an image is, how it was read, and how large a pixel is."""
    size = f"{facts.width} × {facts.height} px"
    scale = facts.spacing.describe() if facts.spacing else "no physical scale known"
    return f"{size} · {facts.mode} · {scale}"


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
