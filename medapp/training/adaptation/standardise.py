"""Per-site standardisation: each hospital's features by their own mean and spread.

What shifts or scales a feature for all images of a hospital alike, such as another exposure, is
taken away. So is a true difference in how common the classes are, where there is one.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from medapp.training.features import measure_scale

Features = NDArray[np.float32]


def standardise(source: Features, target: Features) -> tuple[Features, Features]:
    """z = (x - mean of the hospital) / spread of the hospital, feature by feature.

    Args:
        source, target: (N, F) and (M, F), at least one row each.

    Returns:
        Both in the same shapes, each with mean 0; a feature's spread is 1, or less where it hardly
        varies (see `measure_scale`).
    """
    return _standardise(source), _standardise(target)


def _standardise(features: Features) -> Features:
    mean, spread = measure_scale(features)
    scaled: NDArray[Any] = (features - mean.numpy()) / spread.numpy()
    return scaled.astype(np.float32)
