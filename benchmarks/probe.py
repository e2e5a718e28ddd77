"""What does a linear probe cost beside one bare forward pass over the same images?

    python -m benchmarks.probe DATA_FOLDER

The bare pass: torchvision's ResNet-18 without its head, channels last, in inference mode at the precision that the run chooses, over
normalised tensors that lie in memory. The run: ten epochs, from decoded images (the time from the files is given beside it) to the
figures of the test part. Every round clears what is kept twice; its third run finds the features. All of it in a workspace of its own.
"""

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

import medapp
from benchmarks import tutorial
from benchmarks.alternate import alternate, ratio
from medapp.data.cache import open_cache
from medapp.data.catalog import Catalog
from medapp.data.pixels import load_pixels
from medapp.data.samples import Sample
from medapp.models.backbones import BUNDLED_PATH
from medapp.models.network import normalise, to_unit
from medapp.models.weights import read_weights
from medapp.training.precision import choose_precision
from medapp.training.recipe import Recipe
from medapp.workspace import find_workspace

BATCH = 64


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--image-size", type=int, default=128)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as home:
        os.environ["MEDAPP_HOME"] = home
        measure(options)


def measure(options: argparse.Namespace) -> None:
    """All ways, and what they took."""
    data, size_px, workspace = medapp.add_data(options.folder), options.image_size, find_workspace()
    samples = Catalog(workspace).load_samples(data)
    cache = open_cache(workspace)
    images = load_images(samples, size_px)
    network, startup = build_bare_network(), []

    def bare() -> float:
        return forward(network, images)

    def probe() -> float:
        run = medapp.train(data, strategy="linear-probe", epochs=10, image_size=size_px, device="cpu", threads=options.threads)
        seconds = run.seconds
        startup.append(next(e["startup_seconds"] for e in run.events if e["kind"] == "ready"))
        run.delete()
        return seconds

    def from_files() -> float:
        cache.clear()
        return probe()

    def from_pixels() -> float:
        cache.clear()
        load_pixels_of_sides(samples, size_px)
        return probe()

    measured = alternate({"bare": bare, "from files": from_files, "from pixels": from_pixels, "again": probe}, options.repeats)
    base = measured["bare"]
    print(f"{len(images)} images, {size_px} px, {options.repeats} rounds, medians")
    print(f"one bare forward pass:                  {statistics.median(base):.2f} s")
    print(f"linear probe, 10 epochs, from pixels:   {describe(measured['from pixels'], base)}")
    print(f"linear probe, 10 epochs, from files:    {describe(measured['from files'], base)}")
    print(f"the same again, with kept features:     {describe(measured['again'], base)}")
    print(f"start-up of the child, not counted:     {statistics.median(startup):.2f} s")


def load_pixels_of_sides(samples: list[Sample], size_px: int) -> None:
    """As a run asks for them, so that it finds them in the cache."""
    for side in ("train", "validation", "test"):
        load_pixels([s for s in samples if s.split == side], Recipe("any").preprocess, size_px, open_cache(find_workspace()))


def load_images(samples: list[Sample], size_px: int) -> Tensor:
    """Normalised float32 (N, 3, S, S), channels last."""
    pixels = load_pixels(samples, Recipe("any").preprocess, size_px)
    parts = [normalise(to_unit(torch.from_numpy(np.array(pixels[i : i + BATCH])))) for i in range(0, len(pixels), BATCH)]
    return torch.cat(parts).contiguous(memory_format=torch.channels_last)


def build_bare_network() -> nn.Module:
    """The bundled ResNet-18 as torchvision has it, features out."""
    network = tutorial.build_model(read_weights(BUNDLED_PATH)[0], 2, is_frozen=True)
    network.fc = nn.Identity()  # type: ignore[assignment]
    return network.eval().to(memory_format=torch.channels_last)


def forward(network: nn.Module, images: Tensor) -> float:
    """Seconds of one pass at the precision that a run would choose."""
    is_bfloat16 = choose_precision("auto", "cpu", find_workspace()) == "bfloat16"
    before = time.perf_counter()
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=is_bfloat16):
        for start in range(0, len(images), BATCH):
            network(images[start : start + BATCH])
    return time.perf_counter() - before


def describe(seconds: list[float], base: list[float]) -> str:
    return f"{statistics.median(seconds):.2f} s, {ratio(seconds, base):.2f} times the bare pass"


if __name__ == "__main__":
    main()
