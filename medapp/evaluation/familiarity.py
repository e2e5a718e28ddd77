"""Whether an image is of the kind that a model learned from: how far its features lie from theirs.

Each stage of a network gives a feature vector an image. The distance of an image at a stage is that
of Mahalanobis, with the covariance of the training images shrunken after Ledoit & Wolf (2004,
doi:10.1016/S0047-259X(03)00096-4); distances at several stages find strange images that those at
one let through (Lee et al. 2018, arXiv 1807.03888). Held-out images of the same data set say which
distances are usual.

What this module does not know: networks, files, pixels.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]

MOST_TRAINING = 300  # images that a covariance is estimated from; 700 refuse no better
FEWEST_TRAINING = 20  # images that a covariance is estimated from
FEWEST_HELD_OUT = 10  # images that say which distances are usual
AXES = 32  # principal axes of a stage that are kept; 64 and 128 refuse no better (docs/results.md)
LEAST_SPREAD = 0.05  # of the root mean square of a stage's spreads: what a dead channel counts as
UNLIKE = 0.99  # of the model's own kind, this share is less strange
ALIEN = 0.9999

FAMILIAR_VERDICT = "familiar"
UNLIKE_VERDICT = "unlike"
ALIEN_VERDICT = "alien"


@dataclass(frozen=True)
class Familiar:
    """How one image lies to those that a model learned from.

    Attributes:
        percentile: 0 to 100: of images of the model's own kind, so many in a hundred are expected
            to be less unlike.
        verdict: "familiar"; "unlike" above the 99th percentile; "alien" above the 99.99th.
    """

    percentile: float
    verdict: str

    @property
    def is_alien(self) -> bool:
        """Whether the image is so unlike that a probability would mislead."""
        return self.verdict == ALIEN_VERDICT

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"percentile": self.percentile, "verdict": self.verdict}


@dataclass(frozen=True)
class Space:
    """Where the training images lie at one stage.

    Attributes:
        mean, spread: (C,) of each feature.
        axes: (C, k) principal axes of the standardised features.
        variances: (k,) along them, shrunken.
        rest: the shrunken variance along every other direction.
    """

    mean: Floats
    spread: Floats
    axes: Floats
    variances: Floats
    rest: float

    def measure(self, features: Floats) -> Floats:
        """The logarithms (N,) of squared Mahalanobis distances of features (N, C)."""
        standard = (np.asarray(features, np.float64) - self.mean) / self.spread
        along = standard @ self.axes
        within = (along**2 / self.variances).sum(axis=1)
        beside = np.maximum((standard**2).sum(axis=1) - (along**2).sum(axis=1), 0.0)
        squared = within + beside / self.rest
        logarithms: Floats = np.log(np.maximum(squared, np.finfo(np.float64).tiny))
        return logarithms


@dataclass(frozen=True)
class Familiarity:
    """What a model remembers of its images: no pixel, no feature of any single one.

    Attributes:
        spaces: one a stage.
        usual: (S, 2) mean and deviation of held-out images' logarithmic distances, a row a stage.
        middle, deviation: of their mean over the stages, each in deviations of its stage.
        held_out: how many images say so.
        learned: how many training images the spaces are of.
    """

    spaces: tuple[Space, ...]
    usual: Floats
    middle: float
    deviation: float
    held_out: int
    learned: int

    def score(self, features: Sequence[Floats]) -> Floats:
        """How unlike images (N,) are, in deviations of held-out ones; 0 is usual.

        Args:
            features: of each stage (N, C).
        """
        return (_combine(self.spaces, self.usual, features) - self.middle) / self.deviation

    def judge(self, features: Sequence[Floats]) -> list[Familiar]:
        """How each image lies to those that the model learned from.

        Args:
            features: of each stage (N, C).
        """
        return self.grade(self.score(features))

    def grade(self, scores: Floats) -> list[Familiar]:
        """What scores (N,) say of their images.

        The share of less unlike images is the predictive distribution of a normal sample: Student's
        t with one degree of freedom less than held-out images, so that few of them say less.
        """
        # Whoever only shows what was judged needs no SciPy.
        from scipy.special import stdtr

        scaled = scores / np.sqrt(1 + 1 / self.held_out)
        shares = stdtr(self.held_out - 1, scaled)
        return [Familiar(100 * float(share), _name(float(share))) for share in shares]

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Arrays by name, as a model's file carries them; axes in half precision."""
        facts = np.array([self.middle, self.deviation, self.held_out, self.learned], np.float64)
        arrays: dict[str, NDArray[Any]] = {"facts": facts, "usual": np.asarray(self.usual)}
        for number, space in enumerate(self.spaces):
            arrays[f"{number}.mean"] = space.mean.astype(np.float32)
            arrays[f"{number}.spread"] = space.spread.astype(np.float32)
            arrays[f"{number}.axes"] = space.axes.astype(np.float16)
            arrays[f"{number}.variances"] = np.append(space.variances, space.rest)
        return arrays


def read_familiarity(arrays: Mapping[str, NDArray[Any]]) -> Familiarity:
    """The inverse of `Familiarity.to_arrays`.

    Raises:
        KeyError, ValueError: an array is missing or of another shape.
    """
    middle, deviation, held_out, learned = (float(fact) for fact in arrays["facts"])
    usual = arrays["usual"].reshape(-1, 2)
    spaces = tuple(
        Space(
            arrays[f"{number}.mean"].astype(np.float64),
            arrays[f"{number}.spread"].astype(np.float64),
            arrays[f"{number}.axes"].astype(np.float64),
            arrays[f"{number}.variances"][:-1],
            float(arrays[f"{number}.variances"][-1]),
        )
        for number in range(len(usual))
    )
    return Familiarity(spaces, usual, middle, deviation, int(held_out), int(learned))


def fit_familiarity(
    training: Sequence[Floats], held_out: Sequence[Floats], axes: int = AXES
) -> Familiarity | None:
    """Learn what is usual; None where there are too few images to say.

    Args:
        training: of each stage (N, C): features of images that the model learned from.
        held_out: of each stage (M, C): of images of the same kind that no weight learned from.
        axes: how many principal axes of a stage are kept.
    """
    if len(training[0]) < FEWEST_TRAINING or len(held_out[0]) < FEWEST_HELD_OUT:
        return None
    # Axes are kept in half precision; distances are usual by the axes that are kept.
    spaces = tuple(_round_axes(_fit_space(features, axes)) for features in training)
    distances = [space.measure(rows) for space, rows in zip(spaces, held_out, strict=True)]
    usual = np.array([[row.mean(), max(float(row.std(ddof=1)), 1e-6)] for row in distances])
    combined = _combine(spaces, usual, held_out)
    deviation = max(float(combined.std(ddof=1)), 1e-6)
    counts = len(held_out[0]), len(training[0])
    return Familiarity(spaces, usual, float(combined.mean()), deviation, *counts)


def _fit_space(features: Floats, axes: int) -> Space:
    rows = np.asarray(features, np.float64)
    spread = rows.std(axis=0)
    spread = np.maximum(spread, LEAST_SPREAD * np.sqrt((spread**2).mean()))
    spread = np.where(spread > 0, spread, 1.0)
    mean = rows.mean(axis=0)
    standard = (rows - mean) / spread
    covariance = standard.T @ standard / len(standard)
    share = find_shrinkage(standard, covariance)
    variances, directions = np.linalg.eigh(covariance)
    average = float(variances.mean()) or 1.0
    shrunken = np.maximum((1 - share) * variances[::-1] + share * average, 1e-6 * average)
    kept = min(axes, len(shrunken))
    rest = float(shrunken[kept:].mean()) if kept < len(shrunken) else average
    return Space(mean, spread, directions[:, ::-1][:, :kept], shrunken[:kept], rest)


def find_shrinkage(standard: Floats, covariance: Floats) -> float:
    """How much a covariance is drawn to a multiple of the identity, 0 to 1 (Ledoit & Wolf 2004).

    Args:
        standard: centred features (N, C).
        covariance: their second moments (C, C).
    """
    n, width = standard.shape
    average = np.trace(covariance) / width
    squares = float((covariance**2).sum())
    # Squared Frobenius distances over the width: to the target, and of each image's product to
    # the mean of them.
    distance = (squares - width * average**2) / width
    fourth = float(((standard**2).sum(axis=1) ** 2).sum())
    error = (fourth / n - squares) / n / width
    return float(np.clip(error / distance, 0.0, 1.0)) if distance > 0 else 1.0


def _round_axes(space: Space) -> Space:
    axes = space.axes.astype(np.float16).astype(np.float64)
    return Space(space.mean, space.spread, axes, space.variances, space.rest)


def _combine(spaces: Sequence[Space], usual: Floats, features: Sequence[Floats]) -> Floats:
    distances = [space.measure(rows) for space, rows in zip(spaces, features, strict=True)]
    combined: Floats = np.mean(
        [(row - mean) / deviation for row, (mean, deviation) in zip(distances, usual, strict=True)],
        axis=0,
    )
    return combined


def _name(share: float) -> str:
    if share > ALIEN:
        return ALIEN_VERDICT
    return UNLIKE_VERDICT if share > UNLIKE else FAMILIAR_VERDICT
