"""How much time and memory do the audit's learned checks take, by the number of images?

    python -m benchmarks.speed.learned_checks [--images 100000]

The features are drawn, as a backbone's look (512 of them, none below zero), of four classes that
overlap and of patients with four images each; reading the images is measured by `audit_time`. Each
check runs in a process of its own; "beside the features" is the most that it held in excess of what
it held with the features alone.
"""

import resource
import subprocess
import sys
import time

import numpy as np
from numpy.typing import NDArray

from benchmarks.kit.options import build_parser
from medapp.audit.outliers import measure_distances
from medapp.audit.probing import predict_out_of_fold

WIDTH = 512
CLASSES = 4
IMAGES_A_PATIENT = 4
CHECKS = ("probe", "distances")


def draw_features(images: int) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int64]]:
    """Features (N, F), labels (N,) and patients (N,)."""
    random = np.random.default_rng(0)
    patients = np.arange(images) // IMAGES_A_PATIENT
    labels = random.integers(0, CLASSES, patients[-1] + 1)[patients]
    means = random.normal(0, 0.12, (CLASSES, WIDTH)).astype(np.float32)
    features = random.standard_normal((images, WIDTH), np.float32)
    # An image at a time, as the memory that this takes would hide what a check takes.
    for row, label in enumerate(labels.tolist()):
        features[row] += means[label]
    return np.maximum(features, 0, out=features), labels, patients


def measure_mib() -> float:
    """The most that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run_check(check: str, images: int) -> None:
    features, labels, patients = draw_features(images)
    before = measure_mib()
    started = time.monotonic()
    if check == "probe":
        found = predict_out_of_fold(features, labels, patients)
        assert found is not None
        says = f"agrees with {np.mean(found.argmax(axis=1) == labels):.1%} of the labels"
    else:
        says = f"median distance {np.median(measure_distances(features, patients)):.4f}"
    seconds = time.monotonic() - started
    print(
        f"{check}: {seconds:.0f} s, {measure_mib():,.0f} MiB at most,"
        f" {measure_mib() - before:,.0f} MiB beside the features; {says}",
        flush=True,
    )


def main(arguments: list[str] | None = None) -> None:
    parser = build_parser(__doc__, takes_folder=False, images=100_000)
    parser.add_argument("--check", choices=CHECKS, help="this one, in this process")
    options = parser.parse_args(arguments)
    if options.check:
        run_check(options.check, options.images)
        return
    for check in CHECKS:
        words = ["--images", str(options.images), "--check", check]
        subprocess.run(
            [sys.executable, "-m", "benchmarks.speed.learned_checks", *words], check=True
        )


if __name__ == "__main__":
    main()
