"""An image to 256 bits that stay nearly the same in another format, size or quality.

The signs of the 16 × 16 lowest frequencies of the grey image (discrete cosine transform), as in the
perceptual hash pHash (Zauner 2010, "Implementation and Benchmarking of Perceptual Image Hash
Functions", 3.2.1) with more bits. Signs do not depend on brightness or contrast as long as both
change evenly, and frequencies are counted over the whole image, whatever its size.
"""

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

FREQUENCIES = 16
# Bits of 255 in which copies may differ. Measured (benchmarks.accuracy.near_copies): saving as JPEG
# of quality 20, or at a quarter of the size, changes 10 and 6 bits at most in 95 of 100 images; no
# two chest radiographs of 999 differ in fewer than 50, neighbouring slices seldom in fewer than 13.
NEAR_BITS = 12
# Frequencies below this share of the whole have a sign by accident.
SIGNIFICANT = 1e-4
# Rows and columns of a larger image are left out: low frequencies need few.
ENOUGH_PX = 512
LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as JPEG has it


def compute_fingerprint(image: NDArray[Any]) -> str:
    """The fingerprint of an image (H, W) or (H, W, 3): 64 hexadecimal digits.

    Empty where the image is too plain to have one: most of its frequencies are absent.
    """
    steps = [max(1, side // ENOUGH_PX) for side in image.shape[:2]]
    grey = image[steps[0] // 2 :: steps[0], steps[1] // 2 :: steps[1]].astype(np.float32)
    if image.ndim == 3:
        grey = grey @ LUMA
    strengths = _find_waves(grey.shape[0]) @ grey @ _find_waves(grey.shape[1]).T
    whole = float(np.abs(strengths[0, 0]))  # the mean, which says nothing
    strengths[0, 0] = 0.0
    least = SIGNIFICANT * max(float(np.linalg.norm(strengths)), 1e-3 * whole)
    if (np.abs(strengths) > least).mean() < 0.5:
        return ""
    return np.packbits(strengths > 0, axis=1).tobytes().hex()


@functools.lru_cache(64)
def _find_waves(length: int) -> NDArray[np.float32]:
    """The cosines (FREQUENCIES, length) of the DCT of type II, not scaled."""
    positions = 2 * np.arange(length) + 1
    angles = np.pi * np.arange(FREQUENCIES)[:, None] * positions / (2 * length)
    return np.cos(angles).astype(np.float32)
