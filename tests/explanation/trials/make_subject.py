"""A subject whose model is known: it reads a block in the middle, or a mark in a corner."""

from collections.abc import Callable

import numpy as np

from medapp.explanation.trials.trying import Subject
from medapp.imaging.geometry import Box

SIZE = 32
MIDDLE = (slice(12, 20), slice(12, 20))
CORNER = (slice(29, 31), slice(29, 31))
BOX = Box("ill", 12, 12, 20, 20)

Read = Callable[[np.ndarray], np.ndarray]


def draw_pixels(n: int = 24) -> np.ndarray:
    """Dark noise; every other image has a bright block in the middle and a mark in a corner."""
    pixels = np.random.default_rng(0).integers(20, 60, (n, SIZE, SIZE, 1)).astype(np.uint8)
    pixels[::2, *MIDDLE] = 200
    pixels[::2, *CORNER] = 250
    return pixels


def read_middle(pixels: np.ndarray) -> np.ndarray:
    """How probable it is that an image is ill, by its block."""
    return 1 / (1 + np.exp(-(pixels[:, *MIDDLE, 0].mean(axis=(1, 2)) - 100) / 10))


def read_corner(pixels: np.ndarray) -> np.ndarray:
    """The same by its mark."""
    return 1 / (1 + np.exp(-(pixels[:, *CORNER, 0].mean(axis=(1, 2)) - 120) / 10))


def look_at(place: tuple[slice, slice]) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Maps that are hot in one place; elsewhere they are faint, and the fainter the brighter."""

    def explain(pixels: np.ndarray, _: np.ndarray) -> np.ndarray:
        maps = (255 - pixels[..., 0].astype(np.float32)) / 2550
        maps[:, *place] += 1
        return maps

    return explain


def build_subject(
    read: Read, explain: Callable[[np.ndarray, np.ndarray], np.ndarray], n: int = 24
) -> Subject:
    """A model that reads an image in one way and shows a place of it."""
    pixels = draw_pixels(n)

    def answer(asked: np.ndarray) -> np.ndarray:
        ill = read(asked)
        return np.stack([ill, 1 - ill], axis=1).astype(np.float32)

    probabilities = answer(pixels)
    picks = probabilities.argmax(axis=1)
    return Subject(
        pixels=pixels,
        contents=[Box("", 0, 0, SIZE, SIZE)] * n,
        boxes=[[BOX] if pick == 0 else [] for pick in picks],
        classes=("ill", "well"),
        picks=picks,
        units=np.arange(n),
        seeds=list(range(n)),
        cells=(4, 4),
        maps=explain(pixels, picks),
        probabilities=probabilities,
        answer=answer,
        decide=lambda rows: rows.argmax(axis=1),
        explain=explain,
    )
