"""The best of several models, judged on the same images: how much of its figure is luck?

Whoever takes the best of k figures takes what chance adds to it too. The figures are drawn again by
a paired bootstrap over patients (Efron 1979): all models are judged on the same drawn patients, so
that the more alike the models answer, the less there is to gain. Each draw moves a figure by the
shifts of the patients drawn, to first order, so that k figures of 1,000 patients cost a product of
matrices. Around one common value that gives what chance alone adds; around values that spread as
much as the figures do beyond chance (the noise between models taken off, as in empirical Bayes:
Efron & Morris 1975, doi:10.1080/01621459.1975.10479864), what chance added here.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from medapp.evaluation.estimates import Estimate
from medapp.evaluation.intervals import Interval
from medapp.evaluation.metrics import Floats

DRAWS = 2000
_AT_ONCE = 4_000_000  # counts of drawn patients in memory


@dataclass(frozen=True)
class BestOf:
    """The best of k figures, and what it is worth.

    Attributes:
        best: its place among the k.
        value: as it stands.
        by_chance: how much the best of k equally good models says too much, on average.
        flattery: how much this best one does, as the figures differ by more than chance or do not.
        corrected: the value less the flattery.
        interval: 95%, of the corrected value.
    """

    k: int
    best: int
    value: float
    by_chance: float
    flattery: float
    corrected: float
    interval: Interval


def correct_best(
    estimates: Sequence[Estimate], span: Interval = (0.0, 1.0), draws: int = DRAWS, seed: int = 0
) -> BestOf:
    """What the highest of several estimates over the same units is worth.

    Args:
        estimates: two or more; a higher one is better.
        span: in which the figure lies.

    Raises:
        ValueError: there are fewer than two.
    """
    if len(estimates) < 2:
        raise ValueError("the best of fewer than two figures flatters nobody")
    values = np.array([estimate.value for estimate in estimates])
    shifts = np.array([estimate.shifts for estimate in estimates])
    noise = _draw_noise(shifts, draws, np.random.default_rng(seed))
    by_chance = max(float(noise.max(axis=1).mean()), 0.0)
    centres = _spread_by_truth(values, shifts)
    chosen = (centres + noise).argmax(axis=1)
    errors = noise[np.arange(draws), chosen]
    flattery = max(float(errors.mean()), 0.0)
    best = int(values.argmax())
    corrected = float(values[best]) - flattery
    # The best one's own interval, wider by how little is known of what part was luck.
    down = math.hypot(values[best] - estimates[best].interval[0], by_chance - flattery)
    up = math.hypot(estimates[best].interval[1] - values[best], flattery)
    low, high = span
    interval = max(corrected - down, low), min(corrected + up, high)
    value = float(values[best])
    return BestOf(len(estimates), best, value, by_chance, flattery, corrected, interval)


def _draw_noise(shifts: Floats, draws: int, random: np.random.Generator) -> Floats:
    """By how much each draw of as many units moves each figure: (draws, k)."""
    units = shifts.shape[1]
    step = max(_AT_ONCE // units, 1)
    parts = []
    for start in range(0, draws, step):
        size = min(step, draws - start)
        counts = random.multinomial(units, np.full(units, 1 / units), size=size)
        parts.append((counts - 1.0) @ shifts.T)
    return np.concatenate(parts)


def _spread_by_truth(values: Floats, shifts: Floats) -> Floats:
    """Values around the same mean that spread as much as the figures do beyond chance."""
    apart = values - values.mean()
    between = shifts - shifts.mean(axis=0)
    noise = float(np.square(between).sum())
    seen = float(np.square(apart).sum())
    real = max(1 - noise / seen, 0.0) if seen else 0.0
    centres: Floats = values.mean() + np.sqrt(real) * apart
    return centres
