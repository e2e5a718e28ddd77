"""Ordinary faults of acquisition and storage, done to the square pixels that a network sees.

Each takes pixels (S, S, C) uint8 and gives as many. A grey image whose channel is repeated stays
grey. What is random comes from the generator alone: the same pattern at each strength.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Bytes = NDArray[np.uint8]
Change = Callable[[Bytes, float, Generator], Bytes]


@dataclass(frozen=True)
class Fault:
    """One way in which images come out worse.

    Attributes:
        title: what people call it.
        help: what is done, and what the strength is, for people.
        says: a strength in words; holds one place for the number.
        strengths: from the mildest to the strongest, in the fault's own unit.
        change: pixels, a strength and a generator to pixels.
    """

    title: str
    help: str
    says: str
    strengths: tuple[float, ...]
    change: Change

    def say(self, strength: float) -> str:
        """A strength in words, such as "1.5 px"."""
        return self.says.format(f"{strength:g}")


def add_noise(pixels: Bytes, strength: float, random: Generator) -> Bytes:
    """Add Gaussian noise of a standard deviation in grey levels of 255, equal in all channels."""
    noise = random.standard_normal(pixels.shape[:2])[..., None]
    return _round(pixels + strength * noise)


def blur(pixels: Bytes, strength: float, random: Generator) -> Bytes:
    """Smooth by a Gaussian of a standard deviation in px of the square."""
    return _read(_write(pixels).filter(ImageFilter.GaussianBlur(strength)), pixels)


def bend_gamma(pixels: Bytes, strength: float, random: Generator) -> Bytes:
    """Raise values in 0 to 1 to a power: above 1 the middle greys are darker, below 1 brighter."""
    return _round(255 * (pixels / 255) ** strength)


def lower_contrast(pixels: Bytes, strength: float, random: Generator) -> Bytes:
    """Draw values towards the image's mean, to a share of their distance from it."""
    mean = pixels.mean()
    return _round(mean + strength * (pixels - mean))


def store_as_jpeg(pixels: Bytes, strength: float, random: Generator) -> Bytes:
    """Store as JPEG of a quality (1 to 95, of libjpeg), and read again."""
    file = io.BytesIO()
    _write(pixels).save(file, "JPEG", quality=round(strength))
    return _read(Image.open(file), pixels)


def rotate(pixels: Bytes, strength: float, random: Generator) -> Bytes:
    """Turn about the middle by degrees, to either side by chance; corners are black."""
    angle = strength if random.random() < 0.5 else -strength
    return _read(_write(pixels).rotate(angle, Image.Resampling.BILINEAR), pixels)


def lower_resolution(pixels: Bytes, strength: float, random: Generator) -> Bytes:
    """Keep so many times fewer pixels a side (means of boxes), and enlarge again (bilinear)."""
    image = _write(pixels)
    side = max(1, round(len(pixels) / strength))
    small = image.resize((side, side), Image.Resampling.BOX)
    return _read(small.resize(image.size, Image.Resampling.BILINEAR), pixels)


FAULTS = {
    "noise": Fault(
        "Noise",
        "Gaussian noise; its standard deviation in grey levels of 255.",
        "{} grey levels",
        (2, 5, 10, 20, 40),
        add_noise,
    ),
    "blur": Fault(
        "Blur",
        "Gaussian blur; its standard deviation in px of the square.",
        "{} px",
        (0.5, 1, 1.5, 2, 3),
        blur,
    ),
    "resolution": Fault(
        "Lower resolution",
        "So many times fewer pixels a side, enlarged again.",
        "÷\N{NO-BREAK SPACE}{}",
        (1.25, 1.5, 2, 3, 4),
        lower_resolution,
    ),
    "darker": Fault(
        "Darker (gamma)",
        "Values raised to a power above 1.",
        "gamma {}",
        (1.2, 1.5, 2, 2.5, 3),
        bend_gamma,
    ),
    "brighter": Fault(
        "Brighter (gamma)",
        "Values raised to a power below 1.",
        "gamma {}",
        (0.8, 0.65, 0.5, 0.4, 0.3),
        bend_gamma,
    ),
    "contrast": Fault(
        "Lower contrast",
        "Distance of values from the image's mean, times a factor.",
        "×\N{NO-BREAK SPACE}{}",
        (0.8, 0.6, 0.4, 0.3, 0.2),
        lower_contrast,
    ),
    "jpeg": Fault(
        "JPEG",
        "Stored as JPEG of a quality from 1 to 95.",
        "quality {}",
        (75, 50, 30, 15, 5),
        store_as_jpeg,
    ),
    "rotation": Fault(
        "Rotation",
        "Degrees about the middle, to either side; corners are black.",
        "{}°",
        (2, 5, 10, 20, 30),
        rotate,
    ),
}


def _round(values: NDArray[np.floating]) -> Bytes:
    rounded: Bytes = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return rounded


def _write(pixels: Bytes) -> Image.Image:
    return Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)


def _read(image: Image.Image, like: Bytes) -> Bytes:
    return np.asarray(image, np.uint8).reshape(like.shape)
