"""Is the best of several models worth what is left of its figure once luck is taken off?

    python -m benchmarks.accuracy.best_of

Studies are drawn with a known truth, as in `benchmarks.accuracy.choosing`: whether a model is right
on an image depends in part on the image, and here in part on the patient too. The model with the
best test accuracy is chosen. "Too much" is its figure less its true accuracy, a mean over the
studies; "held" how often its 95% interval holds the true accuracy.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from benchmarks.accuracy.choosing import ACCURACY, SHARED
from benchmarks.kit.options import build_parser
from medapp.evaluation.best_of import correct_best
from medapp.evaluation.estimates import Estimate, estimate_share
from medapp.evaluation.metrics import Mask

STUDIES = 300
MODELS = (3, 6, 20)
SPREADS = (0.0, 0.02, 0.06)  # of the true accuracies, as a standard deviation
PATIENTS = ((75, 1), (150, 1), (600, 1), (75, 4))  # and images of each
OF_PATIENT = 0.25  # of the variance, in place of as much of the image's, where these have several


@dataclass(frozen=True)
class Row:
    """Means over studies."""

    by_chance: float
    too_much: float
    left: float
    held: float
    held_corrected: float


def measure(models: int, patients: int, images: int, spread: float, studies: int) -> Row:
    """Draw studies, choose the best model in each, and correct its figure."""
    random = np.random.default_rng([models, patients, images, round(1000 * spread)])
    units = np.repeat(np.arange(patients), images)
    rows = []
    for _ in range(studies):
        truths = np.clip(random.normal(ACCURACY, spread, models), 0.5, 0.99)
        rights = draw_rights(truths, units, random)
        estimates = [_estimate(right, units) for right in rights]
        found = correct_best(estimates, draws=500)
        truth = truths[found.best]
        low, high = estimates[found.best].interval
        rows.append(
            (
                found.by_chance,
                found.value - truth,
                found.corrected - truth,
                low <= truth <= high,
                found.interval[0] <= truth <= found.interval[1],
            )
        )
    return Row(*np.mean(rows, axis=0).tolist())


def draw_rights(truths: np.ndarray, units: np.ndarray, random: np.random.Generator) -> Mask:
    """Which model is right on which image: (models, images)."""
    limits = np.array([NormalDist().inv_cdf(truth) for truth in truths])
    of_patient = OF_PATIENT if len(np.unique(units)) < len(units) else 0.0
    patient = random.normal(size=units.max() + 1)[units] * np.sqrt(of_patient)
    image = random.normal(size=len(units)) * np.sqrt(SHARED - of_patient)
    own = random.normal(size=(len(truths), len(units))) * np.sqrt(1 - SHARED)
    is_right: Mask = patient + image + own < limits[:, None]
    return is_right


def _estimate(right: Mask, units: np.ndarray) -> Estimate:
    estimate = estimate_share(right, np.ones(len(right), bool), units, int(units.max()) + 1)
    assert estimate is not None
    return estimate


def list_rows(studies: int) -> Iterator[tuple[str, Row]]:
    """All populations, with their rows."""
    for patients, images in PATIENTS:
        for models in MODELS:
            for spread in SPREADS:
                name = f"{patients} × {images} | {models} | {spread:.2f}"
                yield name, measure(models, patients, images, spread, studies)


def main() -> None:
    parser = build_parser(__doc__, takes_folder=False)
    parser.add_argument("--studies", type=int, default=STUDIES)
    studies = parser.parse_args().studies
    print("| patients × images | models | spread of the truth | by chance alone |", end="")
    print(" best: too much | corrected: too much | best: held | corrected: held |")
    print("|---|---|---|---|---|---|---|---|")
    for name, row in list_rows(studies):
        print(
            f"| {name} | {row.by_chance:.3f} | {row.too_much:+.3f} | {row.left:+.3f} |"
            f" {row.held:.3f} | {row.held_corrected:.3f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
