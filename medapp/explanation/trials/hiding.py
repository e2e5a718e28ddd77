"""What if a region were not there? Corners, borders or a box are hidden, and the model asked again.

A region is a mask (S, S). Its control is as large and of the same shape, moved elsewhere within the
image at random: hiding anything changes some answers.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from medapp.explanation.trials.imputation import impute
from medapp.imaging.geometry import Box

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]

CORNER = 1 / 8  # of the image's side
BORDER = 1 / 16  # of the image's shorter side
BLUR = 1 / 10  # of the image's side, the standard deviation
TRIES = 40  # places for a control; that which overlaps its region least is taken


def fit_rectangle(box: Box, size_px: int) -> tuple[int, int, int, int]:
    """A box on the square as whole pixels within it: x0, y0, x1, y1."""
    ends = np.clip(np.rint((box.x0, box.y0, box.x1, box.y1)).astype(int), 0, size_px)
    x0, y0, x1, y1 = (int(end) for end in ends)
    return x0, y0, x1, y1


def mark_each_corner(content: Box, size_px: int) -> dict[str, Mask]:
    """The corners of the image, which may fill less than the square, by name."""
    x0, y0, x1, y1 = fit_rectangle(content, size_px)
    wide = max(1, round(CORNER * (x1 - x0)))
    tall = max(1, round(CORNER * (y1 - y0)))
    rows = {"top": slice(y0, y0 + tall), "bottom": slice(y1 - tall, y1)}
    columns = {"left": slice(x0, x0 + wide), "right": slice(x1 - wide, x1)}
    found = {}
    for height, across in rows.items():
        for side, down in columns.items():
            mask = np.zeros((size_px, size_px), bool)
            mask[across, down] = True
            found[f"{height} {side}"] = mask
    return found


def mark_corners(content: Box, size_px: int) -> Mask:
    """The four corners of the image together."""
    return np.asarray(np.any(list(mark_each_corner(content, size_px).values()), axis=0))


def mark_borders(content: Box, size_px: int) -> Mask:
    """A frame along the image's edges."""
    x0, y0, x1, y1 = fit_rectangle(content, size_px)
    width = max(1, round(BORDER * min(x1 - x0, y1 - y0)))
    mask = np.zeros((size_px, size_px), bool)
    mask[y0:y1, x0:x1] = True
    mask[y0 + width : y1 - width, x0 + width : x1 - width] = False
    return mask


def mark_boxes(boxes: Sequence[Box], size_px: int) -> Mask:
    """The boxes together; all False where there are none on the square."""
    mask = np.zeros((size_px, size_px), bool)
    for box in boxes:
        x0, y0, x1, y1 = fit_rectangle(box, size_px)
        mask[y0:y1, x0:x1] = True
    return mask


def move_elsewhere(mask: Mask, content: Box, seed: int) -> Mask:
    """A region moved within the image, around its edges, to where it overlaps itself least.

    Of `TRIES` places by the seed.
    """
    x0, y0, x1, y1 = fit_rectangle(content, len(mask))
    inner = mask[y0:y1, x0:x1]
    generator = np.random.default_rng(seed)
    best, least = inner, inner.size + 1
    for _ in range(TRIES):
        down = int(generator.integers(inner.shape[0]))
        right = int(generator.integers(inner.shape[1]))
        moved = np.roll(inner, (down, right), (0, 1))
        overlap = int((moved & inner).sum())
        if overlap < least:
            best, least = moved, overlap
        if not least:
            break
    control = np.zeros_like(mask)
    control[y0:y1, x0:x1] = best
    return control


def fill_mean(image: Pixels, mask: Mask, content: Box) -> Pixels:
    """An image (S, S, C) whose region has the mean of what is left of the image."""
    x0, y0, x1, y1 = fit_rectangle(content, len(mask))
    left = ~mask[y0:y1, x0:x1]
    seen = image[y0:y1, x0:x1]
    chosen = seen[left] if left.any() else seen.reshape(-1, image.shape[2])
    filled = image.copy()
    filled[mask] = np.rint(chosen.mean(axis=0)).astype(np.uint8)
    return filled


def fill_blurred(image: Pixels, mask: Mask, content: Box) -> Pixels:
    """An image (S, S, C) whose region is so blurred that no small thing can be made out there."""
    filter_ = ImageFilter.GaussianBlur(BLUR * len(mask))
    blurred = np.stack(
        [
            np.asarray(Image.fromarray(image[..., channel]).filter(filter_))
            for channel in range(image.shape[2])
        ],
        axis=2,
    )
    filled: Pixels = np.where(mask[..., None], blurred, image).astype(np.uint8)
    return filled


def fill_around(image: Pixels, mask: Mask, content: Box) -> Pixels:
    """An image (S, S, C) whose region goes on smoothly from what is around it."""
    planes = torch.from_numpy(image.astype(np.float32)).permute(2, 0, 1)[None]
    filled = impute(planes, torch.from_numpy(mask)[None])[0].permute(1, 2, 0).numpy()
    rounded: Pixels = np.rint(np.clip(filled, 0, 255)).astype(np.uint8)
    return rounded


Fill = Callable[[Pixels, Mask, Box], Pixels]
FILLINGS: dict[str, Fill] = {"around": fill_around, "mean": fill_mean, "blurred": fill_blurred}
