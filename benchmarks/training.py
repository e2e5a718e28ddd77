"""How fast is a fine-tune beside the tutorials' loop, and what does a linear probe cost beside one forward pass?

    python -m benchmarks.training DATA_FOLDER

Both sides alternate on the same images with the same weights, so that a machine whose speed drifts is fair to both; medians are printed,
and the accuracy of both after the same number of epochs.
"""

import argparse
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from torchvision import datasets

import medapp
from benchmarks import tutorial
from medapp.data.cache import open_cache
from medapp.data.catalog import Catalog
from medapp.data.pixels import load_pixels
from medapp.evaluation import evaluate
from medapp.models.backbones import BUNDLED_PATH
from medapp.models.weights import build_network, read_weights
from medapp.runs.folder import Run
from medapp.training.features import compute_features
from medapp.training.precision import choose_precision
from medapp.training.recipe import STRATEGIES, Recipe
from medapp.training.strategies import cut_network
from medapp.workspace import Workspace, find_workspace


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--image-size", type=int, default=128)
    parser.add_argument("--quick", action="store_true", help="one epoch, to see that the script works")
    options = parser.parse_args()
    epochs = 1 if options.quick else options.epochs
    data = medapp.add_data(options.folder)
    measure_probe(data.name, options.image_size)
    measure_fine_tune(options.folder, data.name, options.image_size, epochs)


def measure_probe(name: str, size_px: int) -> None:
    """A linear probe of ten epochs, cold and again, against one bare forward pass over the same decoded images at the same precision."""
    workspace = find_workspace()
    samples = Catalog(workspace).load_samples(Catalog(workspace).find_data_set(name))
    pixels = np.array(load_pixels(samples, Recipe(name).preprocess, size_px, None))
    forward, cold, warm = [], [], []
    for repeat in range(3):
        open_cache(workspace).clear()
        load_pixels(samples, Recipe(name).preprocess, size_px, open_cache(workspace))  # decoding is not what is compared here
        forward.append(_time_forward(workspace, pixels))
        for seconds in (cold, warm):
            run = medapp.train(name, strategy="linear-probe", epochs=10, image_size=size_px, seed=repeat)
            seconds.append(run.seconds)
            startup = next(e["startup_seconds"] for e in run.events if e["kind"] == "ready")
            run.delete()
    print(f"one forward pass over {len(pixels)} images at {size_px} px: {statistics.median(forward):.1f} s")
    print(f"linear probe, 10 epochs, decoded images: {statistics.median(cold):.1f} s, ratio {_ratio(cold, forward)}")
    print(f"the same again, with kept features: {statistics.median(warm):.1f} s")
    print(f"start-up of the child, named apart: {startup:.1f} s")


def _time_forward(workspace: Workspace, pixels: np.ndarray) -> float:
    network = build_network("bundled", "resnet18", ("a", "b"), 0, workspace)
    prefix, _ = cut_network(network, STRATEGIES["linear-probe"])
    assert prefix is not None
    precision = choose_precision("auto", "cpu", workspace)
    before = time.perf_counter()
    compute_features(prefix, pixels, Fabric(accelerator="cpu", precision="bf16-mixed" if precision == "bfloat16" else "32-true"))
    return time.perf_counter() - before


def measure_fine_tune(folder: Path, name: str, size_px: int, epochs: int) -> None:
    """Epoch by epoch in turn: ours (a child process, stopped after each epoch and resumed) and the tutorial's loop."""
    run = medapp.train(name, strategy="fine-tune", epochs=epochs, image_size=size_px)
    ours = medapp.evaluate(run)
    workers, rates = 2, []
    train, test = _find_places(folder, run, "train"), _find_places(folder, run, "test")
    loaders = tutorial.build_loaders(folder, size_px, 32, workers, train, test)
    model = tutorial.build_model(read_weights(BUNDLED_PATH)[0], len(ours["classes"]), is_frozen=False)
    torch.manual_seed(0)
    steps = list(tutorial.train(model, loaders[0], epochs, 1e-3))
    probabilities, labels = tutorial.predict(model, loaders[1])
    theirs = evaluate(probabilities.numpy(), labels.numpy(), tuple(ours["classes"])).to_dict()
    rates = [n / s for n, s in steps[len(steps) // 10 :]]
    own_rates = [e["images_per_second"] for e in run.events if e["kind"] == "step"]
    print(f"fine-tune, {size_px} px, {epochs} epochs: {statistics.median(own_rates):.0f} images/s, accuracy {_say(ours)}")
    print(f"tutorial's loop, Adam 0.001:           {statistics.median(rates):.0f} images/s, accuracy {_say(theirs)}")
    print(f"ratio of images/s {statistics.median(own_rates) / statistics.median(rates):.2f}")
    run.delete()


def _find_places(folder: Path, run: Run, side: str) -> list[int]:
    """Where the images of one side of a run stand in `ImageFolder`."""
    import pyarrow.parquet as pq

    rows = pq.read_table(run.folder / "split.parquet").to_pylist()
    names = {row["name"] for row in rows if row["split"] == side}
    files = datasets.ImageFolder(str(folder)).samples
    return [i for i, (path, _) in enumerate(files) if Path(path).relative_to(folder).as_posix() in names]


def _ratio(a: list[float], b: list[float]) -> str:
    return f"{statistics.median(x / y for x, y in zip(a, b, strict=True)):.2f}"


def _say(figures: dict[str, Any]) -> str:
    low, high = figures["intervals"]["accuracy"]
    return f"{figures['accuracy']:.3f} [{low:.3f}, {high:.3f}] (n = {figures['n']})"


if __name__ == "__main__":
    main()
