"""How often do 95% intervals hold the truth, and on which side do they miss?

    python -m benchmarks.accuracy.coverage

Studies are drawn from a population whose figures are known. A patient has 1 to 8 images of one
class; logits are normal, and patients differ: `alike` is the share of the logits' variance that
lies between patients (0: images are independent). Each study is judged twice: by the percentile
bootstrap over patients of MedApp before November 2026 (a copy of its rule stands here, 500
resamples), and by `medapp.evaluation.evaluate`. An interval that lies above the truth flatters.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.kit.options import build_parser
from medapp.evaluation.evaluate import evaluate

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
FIGURES = ("accuracy", "balanced_accuracy", "macro_f1", "macro_auroc")
RESAMPLES = 500


@dataclass(frozen=True)
class Population:
    """Where studies come from.

    Attributes:
        patients: of each class.
        images: the most of a patient; 1 to so many are drawn with the same chance.
        distance: by how much the logit of an image's own class is higher, in the noise's units.
        alike: the share of the noise's variance that patients' images have in common.
        knows_patients: the judge is told which images are of one patient.
    """

    patients: tuple[int, ...]
    images: int
    distance: float
    alike: float
    knows_patients: bool = True

    def __str__(self) -> str:
        sizes = "1 image" if self.images == 1 else f"1 to {self.images} images"
        alike = f", alike {self.alike:g}" if self.images > 1 else ""
        told = "" if self.knows_patients else ", not told to the judge"
        return f"{' + '.join(map(str, self.patients))} patients, {sizes}{alike}{told}"


@dataclass(frozen=True)
class Study:
    """One study: logits (N, K), truths (N,) and the patient of each image (N,)."""

    logits: Floats
    truths: Ints
    owners: Ints


@dataclass
class Tally:
    """Intervals of one figure by one method."""

    studies: int = 0
    flattering: int = 0
    modest: int = 0
    width: float = 0.0

    def add(self, interval: tuple[float, float] | None, truth: float) -> None:
        if interval is None:
            return
        low, high = interval
        self.studies += 1
        self.flattering += low > truth
        self.modest += high < truth
        self.width += high - low

    def __str__(self) -> str:
        n = max(self.studies, 1)
        held = 1 - (self.flattering + self.modest) / n
        return f"{held:.3f} | {self.flattering / n:.3f} | {self.width / n:.3f}"


def list_populations() -> Iterator[Population]:
    """Few to many patients, fair to nearly perfect models, rare classes."""
    for patients in ((10, 10), (25, 25), (100, 100)):
        for images, alike in ((1, 0.0), (8, 0.5)):
            # An accuracy of 0.80, 0.95 and 0.98; an AUROC of 0.883, 0.990 and 0.998.
            for distance in (1.683, 3.290, 4.107):
                yield Population(patients, images, distance, alike)
    yield Population((100, 100), 1, 3.643, 0.0)  # AUROC 0.995
    yield Population((40, 5), 1, 2.563, 0.0)
    yield Population((190, 10), 8, 2.563, 0.5)
    yield Population((40, 30, 4), 1, 2.5, 0.0)
    yield Population((80, 40, 10, 10), 8, 2.5, 0.5)
    yield Population((25, 25), 8, 2.563, 0.5, knows_patients=False)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = build_parser(__doc__, takes_folder=False)
    parser.add_argument("--studies", type=int, default=1000)
    options = parser.parse_args(arguments)
    print("| population | figure | truth | before: held | flattering | width | now: held |", end="")
    print(" flattering | width |\n|---|---|---|---|---|---|---|---|---|")
    for population in list_populations():
        for line in measure(population, options.studies):
            print(line, flush=True)


def measure(population: Population, studies: int) -> Iterator[str]:
    """A row of the table a figure."""
    generator = np.random.default_rng(0)
    truth = measure_truth(population, generator)
    before = {name: Tally() for name in FIGURES}
    now = {name: Tally() for name in FIGURES}
    for _ in range(studies):
        study = draw_study(population, generator)
        found = judge(study, population.knows_patients)
        for name in FIGURES:
            now[name].add(found[name], truth[name])
        owners = study.owners if population.knows_patients else np.arange(len(study.truths))
        replicates = resample(study, owners, generator)
        for name in FIGURES:
            before[name].add(find_percentiles(replicates[name]), truth[name])
    for name in FIGURES:
        title = name.replace("_", " ").replace("auroc", "AUROC").replace("f1", "F1")
        yield f"| {population} | {title} | {truth[name]:.3f} | {before[name]} | {now[name]} |"


def draw_study(population: Population, generator: np.random.Generator, times: int = 1) -> Study:
    """A study; of so many times as many patients."""
    k = len(population.patients)
    of_patients = np.repeat(np.arange(k), np.multiply(population.patients, times))
    sizes = generator.integers(1, population.images + 1, len(of_patients))
    owners = np.repeat(np.arange(len(of_patients)), sizes)
    truths = of_patients[owners]
    own = np.sqrt(1 - population.alike) * generator.normal(size=(len(truths), k))
    common = np.sqrt(population.alike) * generator.normal(size=(len(of_patients), k))
    noise = own + common[owners]
    # Only differences of logits count; with these units two classes have the textbook's distance.
    return Study(population.distance / np.sqrt(2) * np.eye(k)[truths] + noise, truths, owners)


def measure_truth(population: Population, generator: np.random.Generator) -> dict[str, float]:
    """The population's figures: those of a study a thousand times as large."""
    times = max(1, 400_000 // sum(population.patients) // population.images)
    study = draw_study(population, generator, times)
    found = evaluate(_activate(study.logits), study.truths, _name(study))
    return {name: getattr(found, name) for name in FIGURES}


def judge(study: Study, knows_patients: bool) -> dict[str, tuple[float, float] | None]:
    """The product's intervals."""
    groups = [str(owner) for owner in study.owners] if knows_patients else None
    return evaluate(_activate(study.logits), study.truths, _name(study), groups).intervals


def resample(study: Study, owners: Ints, generator: np.random.Generator) -> dict[str, Floats]:
    """Figures (R,) of bootstrap resamples of patients: the rule before."""
    count = int(owners.max()) + 1
    k = study.logits.shape[1]
    drawn = generator.integers(0, count, (RESAMPLES, count)) + count * np.arange(RESAMPLES)[:, None]
    weights = np.bincount(drawn.ravel(), minlength=RESAMPLES * count).reshape(-1, count)
    weights = weights.astype(float)
    cells = np.zeros((count, k * k))
    np.add.at(cells, (owners, study.truths * k + study.logits.argmax(axis=1)), 1)
    confusion = (weights @ cells).reshape(-1, k, k)
    right = np.einsum("rkk->rk", confusion)
    true = confusion.sum(axis=2)
    taken = confusion.sum(axis=1)
    with np.errstate(invalid="ignore"):
        f1 = np.where(true > 0, 2 * right / (true + taken), np.nan)
        return {
            "accuracy": right.sum(axis=1) / true.sum(axis=1),
            "balanced_accuracy": np.nanmean(right / true, axis=1),
            "macro_f1": np.nanmean(f1, axis=1),
            "macro_auroc": resample_auroc(study, owners, weights),
        }


def resample_auroc(study: Study, owners: Ints, weights: Floats) -> Floats:
    """The mean AUROC (R,) of the classes for weights of patients (R, U)."""
    scores = _activate(study.logits)
    rows = []
    for c in range(scores.shape[1]):
        positives = np.flatnonzero(study.truths == c)
        negatives = np.flatnonzero(study.truths != c)
        order = negatives[np.argsort(scores[negatives, c])]
        below = np.zeros((len(weights), len(order) + 1))
        np.cumsum(weights[:, owners[order]], axis=1, out=below[:, 1:])
        ranks = np.searchsorted(scores[order, c], scores[positives, c])
        heavy = weights[:, owners[positives]]
        wins = (heavy * below[:, ranks]).sum(axis=1)
        pairs = heavy.sum(axis=1) * below[:, -1]
        rows.append(np.divide(wins, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0))
    table = np.stack(rows)
    known = np.isfinite(table)
    count = known.sum(axis=0)
    total = np.where(known, table, 0).sum(axis=0)
    return np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)


def find_percentiles(replicates: Floats) -> tuple[float, float]:
    """The middle 95% of what is defined."""
    low, high = np.nanpercentile(replicates, (2.5, 97.5))
    return float(low), float(high)


def _activate(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _name(study: Study) -> list[str]:
    return [f"class {c}" for c in range(study.logits.shape[1])]


if __name__ == "__main__":
    main()
