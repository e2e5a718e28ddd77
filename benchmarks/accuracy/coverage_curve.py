"""How often does a learning curve's interval hold the truth, beyond what was measured?

    python -m benchmarks.accuracy.coverage_curve

Figures are drawn around known curves: five sizes from 30 to 300 patients, judged on the same test
patients (correlated by 0.6 between any two models), with another spread over what was learned from.
A row says how often the interval holds the true figure at 600, and the true size, 500, at which the
curve reaches its value there. 95% are promised.
"""

from dataclasses import dataclass
from itertools import product
from statistics import NormalDist

import numpy as np

from medapp.evaluation.estimates import Estimate
from medapp.evaluation.power_law import Point, fit_power_law

SIZES = (30, 60, 120, 210, 300)
LAWS = ((0.05, 1.2, 0.4), (0.1, 3.0, 0.8), (0.0, 0.8, 0.2))
DRAWS = 200
CORRELATION = 0.6


@dataclass(frozen=True)
class World:
    """A truth: floor, slope and exponent, test patients, seeds a point, and their spread."""

    law: tuple[float, float, float]
    units: int
    seeds: int
    spread: float

    def follow(self, size: float) -> float:
        floor, slope, exponent = self.law
        return 1 - floor - slope * size**-exponent


def main() -> None:
    rng = np.random.default_rng(0)
    print("| test patients | seeds | spread | figure held | size held | width | not foretold |")
    print("|---|---|---|---|---|---|---|")
    for units, seeds, spread in product((100, 400), (1, 3), (0.0, 0.02)):
        rows = [measure(World(law, units, seeds, spread), rng) for law in LAWS]
        held, sizes, width, silent = np.mean(rows, axis=0)
        print(
            f"| {units} | {seeds} | {spread} | {held:.3f} | {sizes:.3f} | {width:.3f} |"
            f" {silent:.3f} |",
            flush=True,
        )


def measure(world: World, rng: np.random.Generator) -> tuple[float, float, float, float]:
    """How often figure and size are held, the interval's mean width, how often there is none."""
    held, sizes, widths = [], [], []
    for _ in range(DRAWS):
        law = fit_power_law(draw_points(world, rng))
        if law is None:
            continue
        low, high = law.foretell(600)[1]
        held.append(low <= world.follow(600) <= high)
        widths.append(high - low)
        first, last = law.reach(world.follow(500)).interval
        sizes.append(first <= 500 <= last)
    return (
        float(np.mean(held)),
        float(np.mean(sizes)),
        float(np.mean(widths)),
        1 - len(held) / DRAWS,
    )


def draw_points(world: World, rng: np.random.Generator) -> list[Point]:
    """The accuracy of a model a size and seed, each judged on the same patients."""
    shared = rng.normal(size=world.units)
    points = []
    for size in SIZES:
        estimates = []
        for _ in range(world.seeds):
            true = float(np.clip(world.follow(size) + rng.normal() * world.spread, 0.02, 0.98))
            own = rng.normal(size=world.units)
            ease = np.sqrt(CORRELATION) * shared + np.sqrt(1 - CORRELATION) * own
            hits = ease < NormalDist().inv_cdf(true)
            share = float(hits.mean())
            estimates.append(Estimate(share, (0.0, 1.0), (hits - share) / world.units))
        points.append(Point(size, tuple(estimates)))
    return points


if __name__ == "__main__":
    main()
