"""Does a training that two processes share end with the weights of one process, and at which speed?

    python -m benchmarks.sturdiness.two_processes DATA_FOLDER

Both train for an epoch in float32 with the same recipe; the two talk over gloo and take half of
this machine's cores each. What differs is the order of sums, so the weights agree to rounding,
which every step enlarges, the less the lower the rate. How much that is shows one process with
another number of threads, which orders sums differently, too.
"""

import argparse
import statistics
from collections.abc import Sequence

import numpy as np
from safetensors.numpy import load_file

import medapp
from benchmarks.kit.bare import find_rate
from benchmarks.kit.claims import Claim
from benchmarks.kit.options import build_parser
from benchmarks.kit.setting import Setting, open_setting
from medapp.models.backbones import BUNDLED_PATH
from medapp.runs.run import Run


def main(arguments: Sequence[str] | None = None) -> list[Claim]:
    parser = build_parser(__doc__, image_size=128, images=600, batch=32)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args(arguments)
    with open_setting(options.folder, options.images) as setting:
        return measure(setting, options)


def measure(setting: Setting, options: argparse.Namespace) -> list[Claim]:
    settings = {
        "epochs": 1,
        "image_size": options.image_size,
        "batch_size": options.batch,
        "precision": "float32",
        "device": "cpu",
        "optimiser": "sgd",
        "learning_rate": 0.002,
    }
    speeds, differences = [], []
    for seed in range(options.seeds):
        one, two, other = (
            medapp.train(setting.data, **settings, **how, seed=seed)
            for how in ({}, {"devices": 2}, {"threads": 1})
        )
        speeds.append(find_rate(two, 1) / find_rate(one, 1))
        apart, by_order = compare_weights(one, two), compare_weights(one, other)
        differences.append(apart / by_order)
        print(
            f"seed {seed}: images/s {find_rate(one, 1):.1f}, two processes"
            f" {find_rate(two, 1):.1f}; weights differ by {apart:.4f} of what was learned, those"
            f" of one process with one thread by {by_order:.4f}",
            flush=True,
        )
    what = f"two processes, {options.image_size} px, float32"
    differ, faster = statistics.median(differences), statistics.median(speeds)
    weights, plain = f"{what}: difference of the weights", "one process with one thread"
    return [
        Claim("14", weights, plain, differ, 2, is_ceiling=True),
        Claim("14", f"{what}: images/s, as it is", "one process", faster, 0),
    ]


def compare_weights(a: Run, b: Run) -> float:
    """The length of the difference between two runs' weights, as a share of how far the first one
    moved from where it began.
    """
    begun = load_file(BUNDLED_PATH)
    one, two = load_file(a.model_path), load_file(b.model_path)
    names = [
        name
        for name in one
        if name in begun
        and "running" not in name
        and not name.startswith("fc.")
        and one[name].dtype.kind == "f"
    ]

    def measure_distance(x: dict[str, np.ndarray], y: dict[str, np.ndarray]) -> float:
        return float(
            np.sqrt(sum(np.square(x[name].astype(np.float64) - y[name]).sum() for name in names))
        )

    return measure_distance(one, two) / measure_distance(one, begun)


if __name__ == "__main__":
    for claim in main():
        print(claim)
