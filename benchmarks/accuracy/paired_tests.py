"""How often do DeLong's and McNemar's tests call two equally good models different?

    python -m benchmarks.accuracy.paired_tests

Two equally good models judge the same images of patients, half of whom have the finding. A part of
what each model gets wrong belongs to the patient (`OF_PATIENT` of the variance), so that its images
go wrong together. Beside the tests over patients stand the same tests with each image counted as a
patient of its own; a test that holds what it says calls in 0.05 of studies at most.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from benchmarks.kit.options import build_parser
from medapp.evaluation.comparison import LEVEL
from medapp.evaluation.delong import compare_aurocs
from medapp.evaluation.estimates import Units, estimate_auroc
from medapp.evaluation.mcnemar import compare_shares

Floats = NDArray[np.float64]
STUDIES = 1000
PATIENTS = (20, 50, 150)
IMAGES = (1, 4)
DISTANCE = 2.0  # between the means of both classes, in standard deviations
SHARED = 0.4  # of the variance, what is hard for both models
OF_PATIENT = 0.4  # of the variance, a model's own way with a patient


def measure(patients: int, images: int, studies: int) -> tuple[float, ...]:
    """How often each test calls: DeLong over patients and images, then McNemar over both."""
    random = np.random.default_rng([patients, images])
    owners = np.repeat(np.arange(patients), images)
    true = owners % 2 == 1
    alone = np.arange(len(owners))
    called = []
    for _ in range(studies):
        shared = random.normal(size=len(owners)) * np.sqrt(SHARED)
        first, second = (_draw_scores(shared, owners, true, random) for _ in range(2))
        ranks = [_test_ranks(first, second, true, units) < LEVEL for units in (owners, alone)]
        rights = [(scores > DISTANCE / 2) == true for scores in (first, second)]
        shares = [compare_shares(*rights, units).p < LEVEL for units in (owners, alone)]
        called.append((*ranks, *shares))
    return tuple(np.mean(called, axis=0).tolist())


def _draw_scores(
    shared: Floats, owners: Units, true: NDArray[np.bool_], random: np.random.Generator
) -> Floats:
    of_patient = random.normal(size=owners.max() + 1)[owners] * np.sqrt(OF_PATIENT)
    own = random.normal(size=len(owners)) * np.sqrt(1 - SHARED - OF_PATIENT)
    scores: Floats = DISTANCE * true + shared + of_patient + own
    return scores


def _test_ranks(first: Floats, second: Floats, true: NDArray[np.bool_], units: Units) -> float:
    count = int(units.max()) + 1
    estimates = [estimate_auroc(scores, true, ~true, units, count) for scores in (first, second)]
    assert estimates[0] is not None
    assert estimates[1] is not None
    found = compare_aurocs(estimates[0], estimates[1])
    return 1.0 if found is None else found.p


def list_rows(studies: int) -> Iterator[str]:
    """A row of the table for each number of patients and images."""
    for images in IMAGES:
        for patients in PATIENTS:
            cells = " | ".join(f"{share:.3f}" for share in measure(patients, images, studies))
            yield f"| {patients} × {images} | {cells} |"


def main() -> None:
    parser = build_parser(__doc__, takes_folder=False)
    parser.add_argument("--studies", type=int, default=STUDIES)
    studies = parser.parse_args().studies
    print("| patients × images | DeLong | each image a patient | McNemar | each image a patient |")
    print("|---|---|---|---|---|")
    for row in list_rows(studies):
        print(row, flush=True)


if __name__ == "__main__":
    main()
