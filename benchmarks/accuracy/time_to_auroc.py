"""How much sooner does a fine-tune reach the test AUROC that the tutorials' loop reaches in its ten
epochs?

    python -m benchmarks.accuracy.time_to_auroc DATA_FOLDER

For each seed: the tutorials' loop for ten epochs, its steps alone counted; then whole runs of ours
of 2, 3, 4, … epochs, each with its own schedule, until one reaches that AUROC on the same test
images. What counts of ours is that run, from its first file to its figures, without the start of
its process. How many epochs suffice is read off the test images: that flatters ours by a little.
The loop augments, as the tutorials do; ours does not unless told so, since in so few epochs that
only slows it.
"""

import statistics
from collections.abc import Sequence
from typing import Any

import torch

import medapp
from benchmarks.kit import tutorial
from benchmarks.kit.claims import Claim
from benchmarks.kit.options import build_parser
from benchmarks.kit.setting import Setting, open_setting
from medapp.models.backbones import BUNDLED_PATH
from medapp.models.reading import read_weights
from medapp.runs.run import Run
from medapp.store.cache import open_cache

BATCH, EPOCHS = 32, 10


def main(arguments: Sequence[str] | None = None) -> list[Claim]:
    parser = build_parser(__doc__, image_size=128, images=0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument(
        "--epochs",
        type=int,
        nargs="+",
        default=[2, 3, 4, 5, 6, 8, 10],
        help="of ours, tried in this order",
    )
    parser.add_argument("--augmentation", default="none", help="of ours")
    parser.add_argument(
        "--patient-pattern", help="in the files' names, so that each patient stays in one split"
    )
    options = parser.parse_args(arguments)
    with open_setting(
        options.folder, options.images, patient_pattern=options.patient_pattern
    ) as setting:
        ours = {
            "image_size": options.image_size,
            "batch_size": BATCH,
            "augmentation": options.augmentation,
            "device": "cpu",
        }
        factors = [measure(setting, ours, options.epochs, seed) for seed in range(options.seeds)]
    split = "patients kept whole" if options.patient_pattern else "split by images"
    changes = "without" if options.augmentation == "none" else f"with {options.augmentation}"
    what = (
        f"fine-tune {changes} augmentation, {options.image_size} px, {split}: seconds to the loop's"
        " test AUROC"
    )
    return [
        Claim(
            "5",
            f"{what}, {which} of {options.seeds} seeds",
            "the tutorials' loop, ten epochs",
            figure,
            4,
        )
        for which, figure in (("median", statistics.median(factors)), ("least", min(factors)))
    ]


def measure(setting: Setting, ours: dict[str, Any], ladder: Sequence[int], seed: int) -> float:
    """How many times sooner a run with our settings is, with this seed; 0 where no run of the
    ladder reaches it.
    """
    first = train(setting, ours, ladder[0], seed)
    torch.manual_seed(seed)
    weights = read_weights(BUNDLED_PATH)[0]
    loop = tutorial.build_reference(setting, first, weights, ours["image_size"], BATCH)
    with loop.feeding:
        seconds = sum(s for _, s in loop.take_steps(EPOCHS))
    goal = loop.evaluate().macro_auroc
    print(
        f"seed {seed}: the tutorials' loop reaches {goal:.4f} in {seconds:.0f} s ({loop.feeding})",
        flush=True,
    )
    for epochs in ladder:
        run = first if epochs == ladder[0] else train(setting, ours, epochs, seed)
        reached = medapp.evaluate(run).macro_auroc
        print(
            f"seed {seed}: ours, {epochs} epochs: {reached:.4f} in {run.count_seconds():.0f} s",
            flush=True,
        )
        if reached >= goal:
            return seconds / run.count_seconds()
    return 0.0


def train(setting: Setting, ours: dict[str, Any], epochs: int, seed: int) -> Run:
    """A whole run; it finds nothing kept."""
    open_cache(setting.workspace).clear()
    return medapp.train(setting.data, epochs=epochs, seed=seed, **ours)


if __name__ == "__main__":
    for claim in main():
        print(claim)
