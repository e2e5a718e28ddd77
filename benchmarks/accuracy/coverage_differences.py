"""How often do intervals of a difference of two models hold the truth, and how often is one called?

    python -m benchmarks.accuracy.coverage_differences

Both models judge the same images of patients of two classes. Their logits share a part of their
noise, as two models err on the same images. Beside `medapp.evaluation.comparison.subtract` stand a
paired percentile bootstrap over patients (500 resamples) and, of one image a patient, McNemar's
exact test of the accuracies. Of two equal models "called" is the share of false claims; of others
it is the power.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.kit.options import build_parser
from medapp.evaluation.comparison import LEVEL, subtract
from medapp.evaluation.estimates import Estimate
from medapp.evaluation.evaluate import estimate_figures
from medapp.evaluation.mcnemar import compare_shares

Floats = NDArray[np.float64]
FIGURES = ("accuracy", "balanced_accuracy", "macro_auroc")
CLASSES = ("class 0", "class 1")
RESAMPLES = 500


@dataclass(frozen=True)
class Population:
    """Where studies come from.

    Attributes:
        patients: of each class.
        images: of each patient.
        distances: of the two models: by how much the logit of an image's class is higher.
        shared: the share of the noise's variance that both models have in common.
    """

    patients: tuple[int, int]
    images: int
    distances: tuple[float, float]
    shared: float

    def __str__(self) -> str:
        a, b = self.distances
        kind = "equal models" if a == b else "the first is better"
        return (
            f"{self.patients[0]} + {self.patients[1]} patients × {self.images}, {kind}"
            f" ({a:g}, {b:g}), {self.shared:.0%} shared"
        )


def list_populations() -> Iterator[Population]:
    """Few to many patients, equal models and others, fair to good ones, a rare class."""
    for patients, images in (((15, 15), 1), ((50, 50), 1), ((150, 150), 1), ((25, 25), 4)):
        for distances in ((1.3, 1.3), (1.5, 1.2), (2.2, 2.2)):
            yield Population(patients, images, distances, 0.8)
    yield Population((150, 150), 1, (1.3, 1.3), 0.0)
    yield Population((150, 150), 1, (1.3, 1.3), 0.98)
    yield Population((180, 20), 1, (1.3, 1.3), 0.8)
    yield Population((180, 20), 1, (1.6, 1.2), 0.8)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = build_parser(__doc__, takes_folder=False)
    parser.add_argument("--studies", type=int, default=1000)
    options = parser.parse_args(arguments)
    print(
        "| population | figure | true difference | held | called | width | bootstrap: held |",
        end="",
    )
    print(" called | width | McNemar: called |\n|---|---|---|---|---|---|---|---|---|---|")
    for population in list_populations():
        for line in measure(population, options.studies):
            print(line, flush=True)


def measure(population: Population, studies: int) -> Iterator[str]:
    """A row of the table a figure."""
    generator = np.random.default_rng(0)
    large = Population((100_000, 100_000), 1, population.distances, population.shared)
    share = population.patients[1] / sum(population.patients)
    found = [_estimate(scores, truths) for scores, truths, _ in [*_draw_pair(large, generator)]]
    truth = {name: found[0][name].value - found[1][name].value for name in FIGURES}
    if share != 0.5:
        truth["accuracy"] = truth["balanced_accuracy"]  # both classes are told apart as well
    ours: dict[str, list[tuple[bool, bool, float]]] = {name: [] for name in FIGURES}
    theirs: dict[str, list[tuple[bool, bool, float]]] = {name: [] for name in FIGURES}
    mcnemar: list[bool] = []
    for _ in range(studies):
        pair = [*_draw_pair(population, generator)]
        owners = pair[0][2]
        groups = [str(owner) for owner in owners]
        first, second = (_estimate(scores, truths, groups) for scores, truths, _ in pair)
        resampled = _resample(pair, generator)
        for name in FIGURES:
            difference = subtract(first[name], second[name])
            ours[name].append(_judge(difference.interval, truth[name], difference.p < LEVEL))
            low, high = np.nanpercentile(resampled[name], (2.5, 97.5))
            theirs[name].append(_judge((low, high), truth[name], low > 0 or high < 0))
        if population.images == 1:
            mcnemar.append(_test_mcnemar(pair) < LEVEL)
    for name in FIGURES:
        exact = f"{np.mean(mcnemar):.3f}" if mcnemar and name == "accuracy" else ""
        cells = [
            f"{np.mean([row[i] for row in rows]):.3f}"
            for rows in (ours[name], theirs[name])
            for i in range(3)
        ]
        title = name.replace("_", " ").replace("auroc", "AUROC")
        yield f"| {population} | {title} | {truth[name]:.3f} | {' | '.join(cells)} | {exact} |"


def _judge(
    interval: tuple[float, float], truth: float, is_called: bool
) -> tuple[bool, bool, float]:
    low, high = interval
    return bool(low <= truth <= high), is_called, high - low


def _draw_pair(
    population: Population, generator: np.random.Generator
) -> Iterator[tuple[Floats, NDArray[np.intp], NDArray[np.intp]]]:
    """Probabilities (N, 2), truths (N,) and owners (N,) of both models."""
    truths = np.repeat([0, 1], np.multiply(population.patients, population.images))
    owners = np.arange(len(truths)) // population.images
    common = _draw_noise(owners, population.images, generator)
    for distance in population.distances:
        own = _draw_noise(owners, population.images, generator)
        noise = np.sqrt(population.shared) * common + np.sqrt(1 - population.shared) * own
        positive = 1 / (1 + np.exp(-2 * ((2 * truths - 1) * distance + noise)))
        yield np.column_stack([1 - positive, positive]), truths, owners


def _draw_noise(owners: NDArray[np.intp], images: int, generator: np.random.Generator) -> Floats:
    """Standard normal; half its variance lies between patients who have several images."""
    alike = 0.5 if images > 1 else 0.0
    of_patients = generator.standard_normal(int(owners.max()) + 1)
    own = generator.standard_normal(len(owners))
    noise: Floats = np.sqrt(alike) * of_patients[owners] + np.sqrt(1 - alike) * own
    return noise


def _estimate(
    scores: Floats, truths: NDArray[np.intp], groups: Sequence[str] | None = None
) -> dict[str, Estimate]:
    return estimate_figures(scores, truths, CLASSES, groups)


def _resample(
    pair: Sequence[tuple[Floats, NDArray[np.intp], NDArray[np.intp]]],
    generator: np.random.Generator,
) -> dict[str, Floats]:
    """Differences (R,) over resamples of patients within classes."""
    _, truths, owners = pair[0]
    classes = truths[np.unique(owners, return_index=True)[1]]
    images = np.bincount(owners)[0]
    found: dict[str, list[float]] = {name: [] for name in FIGURES}
    for _ in range(RESAMPLES):
        drawn = np.concatenate(
            [generator.choice(np.flatnonzero(classes == c), (classes == c).sum()) for c in (0, 1)]
        )
        rows = (drawn[:, None] * images + np.arange(images)).ravel()
        both = [_find_values(scores[rows, 1], truths[rows]) for scores, _, _ in pair]
        for name in FIGURES:
            found[name].append(both[0][name] - both[1][name])
    return {name: np.array(values) for name, values in found.items()}


def _find_values(scores: Floats, truths: NDArray[np.intp]) -> dict[str, float]:
    right = (scores > 0.5) == truths
    ranks = np.argsort(np.argsort(scores)) + 1
    positives = int(truths.sum())
    pairs = positives * (len(truths) - positives)
    wins = ranks[truths == 1].sum() - positives * (positives + 1) / 2
    return {
        "accuracy": float(right.mean()),
        "balanced_accuracy": float((right[truths == 1].mean() + right[truths == 0].mean()) / 2),
        "macro_auroc": float(wins / pairs),
    }


def _test_mcnemar(pair: Sequence[tuple[Floats, NDArray[np.intp], NDArray[np.intp]]]) -> float:
    """The exact two-sided p of McNemar's test of two accuracies."""
    (first, truths, owners), (second, _, _) = pair
    rights = [(scores[:, 1] > 0.5) == truths for scores in (first, second)]
    return compare_shares(*rights, owners).p


if __name__ == "__main__":
    main()
