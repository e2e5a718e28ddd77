"""How much sooner does a fine-tune reach the test AUROC that the tutorials' loop reaches in its ten epochs?

    python -m benchmarks.time_to_auroc DATA_FOLDER

For each seed: the tutorials' loop for ten epochs, its steps alone counted; then whole runs of ours of 2, 3, 4, … epochs, each with its own
schedule, until one reaches that AUROC on the same test images. What counts of ours is that run, from its first file to its figures, without
the start of its process. How many epochs suffice is read off the test images: that flatters by a little, for both.
"""

import argparse
import statistics
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import torch

import medapp
from benchmarks import tutorial
from benchmarks.claims import Claim
from benchmarks.setting import Setting, open_setting
from medapp.data.cache import open_cache
from medapp.evaluation import evaluate
from medapp.models.backbones import BUNDLED_PATH
from medapp.models.weights import read_weights
from medapp.runs.folder import Run

BATCH, EPOCHS = 32, 10


def main(arguments: Sequence[str] | None = None) -> list[Claim]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--image-size", type=int, default=128)
    parser.add_argument("--images", type=int, default=0, help="0 takes all")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, nargs="+", default=[2, 3, 4, 5, 6, 8, 10], help="of ours, tried in this order")
    options = parser.parse_args(arguments)
    with open_setting(options.folder, options.images) as setting:
        factors = [measure(setting, options.image_size, options.epochs, seed) for seed in range(options.seeds)]
    what = f"fine-tune, {options.image_size} px: seconds to the loop's test AUROC, least of {options.seeds} seeds"
    median = f"{what.rsplit(',', 1)[0]}, median of {options.seeds} seeds"
    against = "the tutorials' loop, ten epochs"
    return [Claim("5", median, against, statistics.median(factors), 4), Claim("5", what, against, min(factors), 4)]


def measure(setting: Setting, size_px: int, ladder: Sequence[int], seed: int) -> float:
    """How many times sooner, with this seed; 0 where no run of the ladder reaches it."""
    first = train(setting, size_px, ladder[0], seed)
    places = [setting.find_places(first, side) for side in ("train", "test")]
    torch.manual_seed(seed)
    model = tutorial.build_model(read_weights(BUNDLED_PATH)[0], len(setting.data.classes), is_frozen=False)
    feeding = tutorial.find_best_feeding(model, setting.folder, size_px, BATCH, places[0])
    loader, test_loader = tutorial.build_loaders(setting.folder, size_px, BATCH, feeding.workers, *places)
    with feeding:
        seconds = sum(s for _, s in islice(tutorial.train(model, loader, EPOCHS, 1e-3), EPOCHS * len(loader)))
    probabilities, labels = tutorial.predict(model, test_loader)
    goal = evaluate(probabilities.numpy(), labels.numpy(), setting.data.classes).to_dict()["macro_auroc"]
    print(f"seed {seed}: the tutorials' loop reaches {goal:.4f} in {seconds:.0f} s ({feeding})", flush=True)
    for epochs in ladder:
        run = first if epochs == ladder[0] else train(setting, size_px, epochs, seed)
        reached = medapp.evaluate(run)["macro_auroc"]
        print(f"seed {seed}: ours, {epochs} epochs: {reached:.4f} in {run.seconds:.0f} s", flush=True)
        if reached >= goal:
            return seconds / run.seconds
    return 0.0


def train(setting: Setting, size_px: int, epochs: int, seed: int) -> Run:
    """A whole run; it finds nothing kept."""
    open_cache(setting.workspace).clear()
    return medapp.train(setting.data, epochs=epochs, image_size=size_px, batch_size=BATCH, seed=seed, device="cpu")


if __name__ == "__main__":
    for claim in main():
        print(claim)
