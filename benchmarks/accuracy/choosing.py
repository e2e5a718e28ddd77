"""How much does a test figure flatter when models are chosen by it?

    python -m benchmarks.accuracy.choosing

Studies are drawn with a known truth: models whose true accuracies differ a little are each judged
on a validation and a test split of as many images. Whether a model is right on an image depends in
part on the image (`SHARED` of the variance), as hard images are hard for all. One reader chooses
the model with the best test figure, the other the one with the best validation figure; what the
chosen model's test figure says beyond its true accuracy is what it flatters.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from benchmarks.kit.options import build_parser

Floats = NDArray[np.float64]
ACCURACY = 0.85  # the mean of the models' true accuracies
SPREAD = 0.02  # their standard deviation
SHARED = 0.5  # of the variance of what makes a model wrong, the part that belongs to the image
STUDIES = 2000
MODELS = (2, 5, 20, 50)
IMAGES = (75, 150, 600)


@dataclass(frozen=True)
class Row:
    """What two ways of choosing give, means over the studies.

    Attributes:
        flattery_of_test, flattery_of_validation: the chosen model's test figure minus its true
            accuracy.
        gain: the true accuracy of the model chosen by validation minus that of the one chosen by
            test.
    """

    models: int
    images: int
    flattery_of_test: float
    flattery_of_validation: float
    gain: float


def measure(models: int, images: int, studies: int, seed: int = 0) -> Row:
    """Draw studies and choose in each, once by test and once by validation."""
    random = np.random.default_rng([seed, models, images])
    truths = np.clip(random.normal(ACCURACY, SPREAD, (studies, models)), 0.5, 0.99)
    validation = _judge(truths, images, random)
    test = _judge(truths, images, random)
    rows = np.arange(studies)
    by_test = test.argmax(axis=1)
    by_validation = validation.argmax(axis=1)
    return Row(
        models,
        images,
        float((test - truths)[rows, by_test].mean()),
        float((test - truths)[rows, by_validation].mean()),
        float((truths[rows, by_validation] - truths[rows, by_test]).mean()),
    )


def _judge(truths: Floats, images: int, random: np.random.Generator) -> Floats:
    """Accuracies (studies, models) on images drawn anew for each study."""
    find_limit = np.vectorize(NormalDist().inv_cdf)
    limits: Floats = find_limit(truths)
    right = np.zeros(truths.shape)
    for _ in range(images):
        shared = random.normal(size=(len(truths), 1)) * np.sqrt(SHARED)
        own = random.normal(size=truths.shape) * np.sqrt(1 - SHARED)
        right += shared + own < limits
    accuracies: Floats = right / images
    return accuracies


def list_rows(studies: int) -> Iterator[Row]:
    """All combinations of how many models and how many images."""
    for images in IMAGES:
        for models in MODELS:
            yield measure(models, images, studies)


def main() -> None:
    parser = build_parser(__doc__, takes_folder=False)
    parser.add_argument("--studies", type=int, default=STUDIES)
    studies = parser.parse_args().studies
    print("| images in each split | models | chosen by test | chosen by validation | gain |")
    print("|---|---|---|---|---|")
    for row in list_rows(studies):
        print(
            f"| {row.images} | {row.models} | {row.flattery_of_test:+.3f} |"
            f" {row.flattery_of_validation:+.3f} | {row.gain:+.3f} |"
        )


if __name__ == "__main__":
    main()
