"""How often does a stress test's interval of a drop hold the truth, and are patterns false?

    python -m benchmarks.accuracy.coverage_stress

Drops: a model judges images of patients of two classes; a change flips some of its answers. "Held"
is how often the interval of `medapp.evaluation.stress.judging` holds the true drop of balanced
accuracy; beside it stands the subtraction of both figures as wholes (`comparison.subtract`).
Patterns: errors and groups know nothing of each other, twelve groups of four columns; "told" is how
often any group is called a pattern (`medapp.evaluation.patterns`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.kit.options import build_parser
from medapp.evaluation.comparison import subtract
from medapp.evaluation.evaluate import estimate_figures
from medapp.evaluation.patterns import find_patterns
from medapp.evaluation.stress.judging import Answered, Judge
from medapp.task import find_task

CLASSES = ("class 0", "class 1")
TASK = find_task("single-label")
FIGURE = "balanced_accuracy"
ORDER = ("a", "b", "c")
SHARES = (0.08, 0.22, 0.7)  # of images, by group
SIZES = ((25, 1), (75, 1), (250, 1), (50, 3))  # patients of each class, images of each
# Right without a change, lost, won: see `Population`.
CHANGES = ((0.9, 0.0, 0.0), (0.9, 0.02, 0.05), (0.9, 0.2, 0.1), (0.8, 0.4, 0.3))
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Population:
    """Where studies come from.

    Attributes:
        patients: of each class; `images` of each patient.
        right: the share of images that are judged rightly without a change, in expectation.
        lost, won: of right answers that a change makes wrong, and of wrong ones that it puts right.
    """

    patients: int
    images: int
    right: float
    lost: float
    won: float

    @property
    def drop(self) -> float:
        """By how much the change lowers the balanced accuracy."""
        return self.right * self.lost - (1 - self.right) * self.won

    def draw(self, share: float, random: np.random.Generator) -> Mask:
        """Images (N,) of which something holds, in this share; those of a patient go together."""
        n = 2 * self.patients
        if self.images == 1:
            return random.random(n) < share
        rates = random.beta(4 * share, 4 * (1 - share), n) if 0 < share < 1 else np.full(n, share)
        return random.random(n * self.images) < np.repeat(rates, self.images)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = build_parser(__doc__, takes_folder=False)
    parser.add_argument("--studies", type=int, default=1000)
    options = parser.parse_args(arguments)
    print(
        "| patients × images | right | lost | won | drop | held | width | as wholes: held | width |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for patients, images in ((25, 1), (75, 1), (250, 1), (50, 3)):
        for right, lost, won in (
            (0.9, 0.0, 0.0),
            (0.9, 0.02, 0.05),
            (0.9, 0.2, 0.1),
            (0.8, 0.4, 0.3),
        ):
            population = Population(patients, images, right, lost, won)
            print(measure_drops(population, options.studies), flush=True)
    print("\n| patients × images | wrong | told |\n|---|---|---|")
    for patients, images in SIZES:
        for wrong in (0.05, 0.2):
            print(measure_patterns(Population(patients, images, 1 - wrong, 0, 0), options.studies))


def measure_drops(population: Population, studies: int) -> str:
    """A row of the table of drops."""
    random = np.random.default_rng(0)
    truth = np.repeat([0, 1], population.patients * population.images)
    patients = _name_patients(population)
    rows: list[tuple[bool, float, bool, float]] = []
    for _ in range(studies):
        right = population.draw(population.right, random)
        lost, won = (population.draw(share, random) for share in (population.lost, population.won))
        pair = [_answer(truth, right), _answer(truth, right ^ np.where(right, lost, won))]
        judge = Judge(pair[0], truth, CLASSES, patients, TASK, (), FIGURE)
        ours = judge.judge(pair[1], 1.0).drop
        first, second = (
            estimate_figures(each.probabilities, truth, CLASSES, patients)[FIGURE] for each in pair
        )
        if ours is not None:
            ends = (ours.interval, subtract(first, second).interval)
            rows.append(tuple(part for each in ends for part in _judge(each, population.drop)))  # type: ignore[arg-type]
    cells = " | ".join(f"{np.mean([row[i] for row in rows]):.3f}" for i in range(4))
    p = population
    head = f"{2 * p.patients} × {p.images} | {p.right:g} | {p.lost:g} | {p.won:g} | {p.drop:.3f}"
    return f"| {head} | {cells} |"


def measure_patterns(population: Population, studies: int) -> str:
    """A row of the table of patterns."""
    random = np.random.default_rng(0)
    patients = _name_patients(population)
    n = len(patients)
    told = 0
    for _ in range(studies):
        wrong = ~population.draw(population.right, random)
        columns = {}
        for name in ("one", "two", "three", "four"):
            drawn = random.choice(ORDER, 2 * population.patients, p=SHARES)
            columns[name] = (np.repeat(drawn, population.images).tolist(), ORDER)
        told += bool(find_patterns(wrong, np.ones(n, bool), patients, columns).told)
    p = population
    return f"| {2 * p.patients} × {p.images} | {1 - p.right:.2f} | {told / studies:.3f} |"


def _name_patients(population: Population) -> list[str | None]:
    n = 2 * population.patients * population.images
    return [f"patient {row // population.images}" for row in range(n)]


def _answer(truth: NDArray[np.intp], right: Mask) -> Answered:
    of_one = np.where(right == (truth == 1), 0.9, 0.1)
    return Answered(np.stack([1 - of_one, of_one], axis=1), (None,) * len(truth))


def _judge(interval: tuple[float, float], truth: float) -> Iterator[float]:
    low, high = interval
    yield float(low <= truth <= high)
    yield high - low


if __name__ == "__main__":
    main()
