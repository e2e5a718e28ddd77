"""Do sets of classes hold the true one as often as promised, for each class by itself?

    python -m benchmarks.accuracy.coverage_sets

Studies are drawn from a population whose probabilities are known: logits are normal, patients have
1 to so many images, and `alike` is the share of the logits' variance that lies between patients. In
each study sets are fitted on so many patients and asked for images of 200 new ones. A row says how
often they held the true class, class by class, over all studies, and how many classes they held;
beside it the same of one limit for all classes, which a rare class can be left out of.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.kit.options import build_parser
from medapp.evaluation.conformal import find_limit, fit_conformal
from medapp.task import find_task

Floats = NDArray[np.float64]
NEW = 200  # patients that the sets are asked for


@dataclass(frozen=True)
class Population:
    """Where studies come from: patients of each class, their most images, and how alike they are.

    `distance` is by how much the logit of an image's own class is higher, in the noise's units; the
    model is `shy` of every class but the first by so much, as one that learned few of them.
    """

    patients: tuple[int, ...]
    images: int = 1
    alike: float = 0.0
    distance: float = 1.5
    shy: float = 0.0

    def __str__(self) -> str:
        sizes = "1 image" if self.images == 1 else f"1 to {self.images} images, alike {self.alike}"
        shy = f", shy by {self.shy:g}" if self.shy else ""
        return f"{' + '.join(map(str, self.patients))} patients, {sizes}{shy}"

    def draw(
        self, patients: tuple[int, ...], rng: np.random.Generator
    ) -> tuple[Floats, NDArray[np.intp], list[str]]:
        """Probabilities (N, K), truth (N,) and the patient of each image."""
        classes = np.repeat(np.arange(len(patients)), patients)
        counts = rng.integers(1, self.images + 1, len(classes))
        whose = np.repeat(np.arange(len(classes)), counts)
        truth = classes[whose]
        between = rng.normal(0, np.sqrt(self.alike), (len(classes), len(patients)))[whose]
        within = rng.normal(0, np.sqrt(1 - self.alike), (len(truth), len(patients)))
        own = self.distance * np.eye(len(patients))[truth]
        logits = 2 * (between + within + own - self.shy * (np.arange(len(patients)) > 0))
        odds = np.exp(logits)
        return odds / odds.sum(1, keepdims=True), truth, [f"p{i}" for i in whose]


POPULATIONS = (
    Population((10, 10)),
    Population((20, 20)),
    Population((100, 20)),
    Population((100, 20), shy=1.5),
    Population((250, 20, 20), shy=1.5),
    Population((30, 30), 10, 0.5),
    Population((100, 20), 10, 0.8),
    Population((50, 50), 1, 0.0, 3.5),
)


def measure(population: Population, level: float, studies: int, seed: int) -> str | None:
    """A row of the table; None where the level is not promised."""
    rng = np.random.default_rng(seed)
    task = find_task("single-label")
    count = len(population.patients)
    held = np.zeros((studies, count))
    common = np.zeros((studies, count))
    sizes = np.zeros(studies)
    new = tuple(NEW for _ in population.patients)
    for study in range(studies):
        probabilities, truth, groups = population.draw(population.patients, rng)
        found = fit_conformal(probabilities, truth, "abcdef"[:count], groups, task, (level,))
        if not found.levels:
            return None
        asked, true, _ = population.draw(new, rng)
        sets = found.find_sets(asked, level)
        _, units = np.unique(groups, return_inverse=True)
        own = probabilities[np.arange(len(truth)), truth]
        one = find_limit(own, units, level) or 0.0
        for c in range(count):
            held[study, c] = sets[true == c, c].mean()
            common[study, c] = (asked[true == c, c] >= one).mean()
        sizes[study] = sets.sum(1).mean()
    classes = " / ".join(f"{share:.1%}" for share in held.mean(0))
    at_once = " / ".join(f"{share:.1%}" for share in common.mean(0))
    return f"| {population} | {level:.0%} | {classes} | {sizes.mean():.2f} | {at_once} |"


def main() -> None:
    parser = build_parser(__doc__)
    parser.add_argument("--studies", type=int, default=1000)
    options = parser.parse_args()
    print("| calibrated on | promised | held, class by class | classes left | one limit for all |")
    print("|---|---|---|---|---|")
    for population in POPULATIONS:
        for level in (0.9, 0.95):
            row = measure(population, level, options.studies, 0)
            refused = f"| {population} | {level:.0%} | not promised | | |"
            print(row or refused, flush=True)


if __name__ == "__main__":
    main()
