"""Whether probabilities come true: what was said beside what was seen, and how much is noise.

A perfectly calibrated model has an expected calibration error too, as each bin holds few images.
So the error stands beside the one that such a model would show. What this module does not know:
classes, tasks, files.
"""

from dataclasses import dataclass

import numpy as np

from medapp.evaluation.estimates import Units, estimate_share
from medapp.evaluation.intervals import Interval
from medapp.evaluation.metrics import Floats, Mask
from medapp.evaluation.words import write_figure

MOST_BINS = 10
LEAST_IN_BIN = 10  # images; fewer bins are made where there would be less
DRAWS = 1000
DRAWS_OF_MANY = 200  # of more than `MANY` images, whose noise is small and costs more
MANY = 10_000  # images
AT_ONCE = 2_000_000  # images of all draws that are held at once


@dataclass(frozen=True)
class Bin:
    """Images with about the same probability.

    Attributes:
        n: images.
        said: their mean probability.
        seen: the share of them for which it came true.
        interval: 95%, of `seen`.
    """

    n: int
    said: float
    seen: float
    interval: Interval


@dataclass(frozen=True)
class Reliability:
    """How far probabilities lie from what was seen.

    Attributes:
        of: what the probabilities are of, in words.
        n: images.
        bins: of about as many images each, from low to high probabilities.
        ece: expected calibration error (Naeini 2015): the mean over images of the distance between
            `said` and `seen` of their bin.
        noise: the mean ECE of a perfectly calibrated model with these probabilities.
        noise_limit: what 95% of such models stay at or below.
        p: the share of such models with an ECE as large as this one, or larger.
        draws, seed: of the simulation that `noise` comes from.
    """

    of: str
    n: int
    bins: tuple[Bin, ...]
    ece: float
    noise: float
    noise_limit: float
    p: float
    draws: int
    seed: int

    @property
    def is_off(self) -> bool:
        """Whether chance alone hardly explains the error."""
        return self.ece > self.noise_limit


def measure_reliability(
    scores: Floats, came_true: Mask, units: Units, of: str = "", seed: int = 0
) -> Reliability | None:
    """The calibration curve of probabilities, its error, and the error that is noise.

    Outcomes of a perfectly calibrated model are drawn many times. A patient's images share one
    draw, so that they come true together as far as their probabilities allow: the noise of patients
    with several images is larger than that of as many single ones.

    Args:
        scores: (N,) probabilities.
        came_true: (N,) whether what they speak of is so.
        units: (N,) the number of each image's unit.
        of: what the probabilities are of.

    Returns:
        None without images.
    """
    n = len(scores)
    if not n:
        return None
    count = int(units.max()) + 1
    owners = assign_bins(scores)
    k = int(owners.max()) + 1
    sizes = np.bincount(owners, minlength=k)
    said = np.bincount(owners, scores, k).astype(float)
    seen = np.bincount(owners, came_true, k).astype(float)
    ece = float(_find_error(seen[None], said, n)[0])
    noise = _draw_errors(scores, units, owners, said, seed)
    bins = []
    for b in range(k):
        found = estimate_share(came_true, owners == b, units, count)
        if found is not None:
            mean = float(said[b] / sizes[b])
            bins.append(Bin(int(sizes[b]), mean, found.value, found.interval))
    return Reliability(
        of,
        n,
        tuple(bins),
        ece,
        float(noise.mean()),
        float(np.quantile(noise, 0.95)),
        float((noise >= ece - 1e-12).mean()),
        len(noise),
        seed,
    )


def state_reliability(found: Reliability) -> str:
    """The error beside its noise, in words."""
    k = len(found.bins)
    bins = f"{k} bin{'s' if k > 1 else ''} of about {round(found.n / k):,} images"
    of = f" for {found.of}" if found.of else ""
    verdict = "more than noise" if found.is_off else "no more than noise"
    return f"ECE {write_figure(found.ece)}{of} ({bins}), {verdict}: {state_noise(found)}"


def state_noise(found: Reliability) -> str:
    """The error of a perfectly calibrated model, in words.

    The mean may lie above what 95 in 100 stay at: of very sure probabilities, errors are rare.
    """
    mean, limit = write_figure(found.noise), write_figure(found.noise_limit)
    return f"chance alone gives {mean} on average, and at most {limit} in 95 of 100 models"


def assign_bins(scores: Floats) -> Units:
    """The bin (N,) of each probability, from 0: bins hold about as many images each.

    Equal probabilities share a bin, whatever their order, so that there may be fewer bins than
    `MOST_BINS`.
    """
    wanted = max(1, min(MOST_BINS, len(scores) // LEAST_IN_BIN))
    edges = np.quantile(scores, np.arange(1, wanted) / wanted, method="lower")
    raw = np.searchsorted(np.unique(edges), scores, side="left")
    _, owners = np.unique(raw, return_inverse=True)
    return owners.astype(np.intp)


def _draw_errors(scores: Floats, units: Units, owners: Units, said: Floats, seed: int) -> Floats:
    """The ECE (D,) of perfectly calibrated models with these probabilities."""
    n = len(scores)
    draws = DRAWS if n <= MANY else DRAWS_OF_MANY
    at_once = max(1, AT_ONCE // n)
    generator = np.random.default_rng(seed)
    order = np.argsort(owners, kind="stable")
    starts = np.searchsorted(owners[order], np.arange(len(said)))
    errors = []
    for start in range(0, draws, at_once):
        luck = generator.random((min(at_once, draws - start), int(units.max()) + 1))
        came_true = (luck[:, units[order]] < scores[order]).astype(float)
        errors.append(_find_error(np.add.reduceat(came_true, starts, axis=1), said, n))
    return np.concatenate(errors)


def _find_error(seen: Floats, said: Floats, n: int) -> Floats:
    """The ECE (D,) of sums over bins (D, B) of what was seen, beside those of what was said."""
    errors: Floats = np.abs(seen - said).sum(axis=1) / n
    return errors
