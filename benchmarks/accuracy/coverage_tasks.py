"""Findings and grades: do the intervals hold the truth, and what is a threshold worth?

    python -m benchmarks.accuracy.coverage_tasks

Studies are drawn from populations whose figures are known, as in `benchmarks.accuracy.coverage`.
Findings: log-odds of an image with the finding lie `distance` above those of one without, in units
of their spread, of which half lies between patients where these have several images; thresholds are
chosen on as many patients again. Grades: of 0 to 3, read with an error.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.accuracy.coverage import Tally
from benchmarks.kit.options import build_parser
from medapp.evaluation.evaluate import evaluate
from medapp.evaluation.evaluation import Evaluation
from medapp.task import find_task
from medapp.task.thresholds import THRESHOLD, choose_thresholds

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True)
class Population:
    """Where studies come from: patients, images of each at most, and what is seen in them."""

    patients: int
    images: int
    share: float = 0.0
    distance: float = 0.0
    error: float = 0.0

    def __str__(self) -> str:
        sizes = "1 image" if self.images == 1 else f"1 to {self.images} images"
        what = f"a finding in {self.share:.0%}, distance {self.distance:g}"
        if self.error:
            what = f"grades read with an error of {self.error:g}"
        return f"{self.patients} patients, {sizes}, {what}"


FINDINGS = tuple(
    Population(patients, images, share, distance)
    for patients, images in ((100, 1), (400, 1), (100, 8))
    for share, distance in ((0.3, 1.0), (0.1, 2.0), (0.1, 3.0))
)
GRADES = tuple(
    Population(patients, images, error=error)
    for patients, images in ((30, 1), (100, 1), (50, 8))
    for error in (0.5, 1.0)
)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = build_parser(__doc__, takes_folder=False)
    parser.add_argument("--studies", type=int, default=1000)
    options = parser.parse_args(arguments)
    print("| population | figure | truth | held | flattering | width |\n|---|---|---|---|---|---|")
    for population in FINDINGS:
        print(measure_finding(population, options.studies), flush=True)
    for population in GRADES:
        for line in measure_grades(population, options.studies):
            print(line, flush=True)
    print("\n| population | threshold | sensitivity | specificity | their mean |")
    print("|---|---|---|---|---|")
    for population in FINDINGS:
        for line in measure_thresholds(population, options.studies // 5):
            print(line, flush=True)


def measure_finding(population: Population, studies: int) -> str:
    """A row for the average precision."""
    generator = np.random.default_rng(0)
    truth = _judge_finding(
        population, generator, 400_000 // population.images
    ).macro_average_precision
    tally = Tally()
    for _ in range(studies):
        found = _judge_finding(population, generator, population.patients)
        tally.add(found.intervals["macro_average_precision"], truth or 0.0)
    return f"| {population} | average precision | {truth:.3f} | {tally} |"


def measure_grades(population: Population, studies: int) -> Iterator[str]:
    """A row for kappa and one for the mean error, where a low one flatters."""
    generator = np.random.default_rng(0)
    names = ("quadratic_kappa", "mean_absolute_error")
    whole = _judge_grades(population, generator, 400_000 // population.images)
    tallies = {name: Tally() for name in names}
    for _ in range(studies):
        found = _judge_grades(population, generator, population.patients)
        for name in names:
            tallies[name].add(found.intervals[name], getattr(whole, name))
    error = tallies["mean_absolute_error"]
    error.flattering, error.modest = error.modest, error.flattering
    for name in names:
        title = name.replace("_", " ")
        yield f"| {population} | {title} | {getattr(whole, name):.3f} | {tallies[name]} |"


def measure_thresholds(population: Population, studies: int) -> Iterator[str]:
    """A row for one half, and one for the threshold chosen on as many other patients."""
    generator = np.random.default_rng(0)
    rows: dict[str, list[tuple[float, float]]] = {"one half": [], "chosen": []}
    for _ in range(studies):
        probabilities, targets, _ = _draw_finding(population, generator, population.patients)
        chosen = choose_thresholds(probabilities, targets)[0]
        probabilities, targets, _ = _draw_finding(population, generator, 4000)
        is_there = targets[:, 0] == 1
        for name, limit in (("one half", THRESHOLD), ("chosen", chosen)):
            found = probabilities[:, 0] >= limit
            rows[name].append((float(found[is_there].mean()), float((~found[~is_there]).mean())))
    for name, pairs in rows.items():
        sensitivity, specificity = np.mean(pairs, axis=0)
        mean = (sensitivity + specificity) / 2
        yield f"| {population} | {name} | {sensitivity:.3f} | {specificity:.3f} | {mean:.3f} |"


def _draw_finding(
    population: Population, generator: np.random.Generator, patients: int
) -> tuple[Floats, Floats, Ints]:
    """Calibrated probabilities (N, 1), targets (N, 1), and the patient of each image (N,)."""
    owners = np.repeat(np.arange(patients), generator.integers(1, population.images + 1, patients))
    targets = (generator.random((len(owners), 1)) < population.share).astype(float)
    own = generator.normal(size=targets.shape)
    common = generator.normal(size=(patients, 1))[owners]
    noise = own if population.images == 1 else (own + common) / np.sqrt(2)
    d = population.distance
    # By Bayes of two normal distributions that lie `distance` apart.
    odds = d * (d * targets + noise) - d * d / 2 + np.log(population.share / (1 - population.share))
    return 1 / (1 + np.exp(-odds)), targets, owners


def _judge_finding(
    population: Population, generator: np.random.Generator, patients: int
) -> Evaluation:
    probabilities, targets, owners = _draw_finding(population, generator, patients)
    groups = [str(owner) for owner in owners]
    return evaluate(probabilities, targets, ("finding",), groups, find_task("multi-label"))


def _judge_grades(
    population: Population, generator: np.random.Generator, patients: int
) -> Evaluation:
    owners = np.repeat(np.arange(patients), generator.integers(1, population.images + 1, patients))
    truths = generator.integers(0, 4, patients)[owners]
    own = generator.normal(size=len(owners))
    noise = (
        own if population.images == 1 else (own + generator.normal(size=patients)[owners]) / 2**0.5
    )
    read = np.clip(np.rint(truths + population.error * noise), 0, 3).astype(int)
    groups = [str(owner) for owner in owners]
    return evaluate(np.eye(4)[read], truths, "0123", groups, find_task("ordinal"))


if __name__ == "__main__":
    main()
