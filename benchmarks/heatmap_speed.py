"""How fast are predictions with Grad-CAM beside pytorch-grad-cam, image by image and in batches, and are the maps the same?

    python -m benchmarks.heatmap_speed RUN

The images are those of the run's data set, as many as asked for, ready as tensors; ours computes in batches. The limit is one forward
pass to the target layer and the gradient of the logits by its maps, nothing drawn.
"""

import argparse
import os
import statistics
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytorch_grad_cam
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.alternate import alternate, ratio, time_way
from medapp.data.catalog import Catalog
from medapp.data.pixels import load_pixels
from medapp.explanation import differentiate, explain
from medapp.prediction import BATCH, load_model
from medapp.runs.folder import find_run
from medapp.workspace import find_workspace

Floats = NDArray[np.floating]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run")
    parser.add_argument("--images", type=int, default=256)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    workspace = find_workspace()
    catalog = Catalog(workspace)
    run = find_run(workspace, options.run)
    model = replace(load_model(run), device="cpu")
    model.network.to("cpu")
    samples = catalog.load_samples(catalog.find_data_set(run.recipe.dataset))[: options.images]
    x = model.to_input(load_pixels(samples, run.recipe.preprocess, run.recipe.image_size))
    batches = [x[start : start + BATCH] for start in range(0, len(x), BATCH)]
    maps: dict[str, Floats] = {}

    def draw(name: str) -> None:
        maps[name] = np.stack([h.values for batch in batches for h in explain(model.network, batch)[1]])

    def draw_with(name: str, given: Sequence[Tensor]) -> None:
        maps[name] = draw_with_library(model.network, given)

    def differentiate_all() -> None:
        for batch in batches:
            differentiate(model.network, batch, None)

    ways = {
        "library": partial(draw_with, "library", x.split(1)),
        "library, batched": partial(draw_with, "library, batched", batches),
        "ours": partial(draw, "ours"),
        "ours, bfloat16": in_bfloat16(partial(draw, "ours, bfloat16")),
        "limit": differentiate_all,
        "limit, bfloat16": in_bfloat16(differentiate_all),
    }
    measured = alternate({name: time_way(way) for name, way in ways.items()}, options.repeats)
    print(f"{len(x)} images, {run.recipe.image_size} px, {options.repeats} rounds, medians; predictions and Grad-CAM")
    for name, seconds in measured.items():
        print(f"{name:16} {statistics.median(seconds):.2f} s, {ratio(measured['library'], seconds):.2f} times as fast as the library")
    print(f"ours reaches {ratio(measured['limit'], measured['ours']):.2f} of the limit, ", end="")
    print(f"in bfloat16 {ratio(measured['limit, bfloat16'], measured['ours, bfloat16']):.2f}")
    for name in ("ours", "ours, bfloat16"):
        print(f"largest difference of a stretched map from the library's: {name} {compare(maps[name], maps['library']):.1e}")


def in_bfloat16(way: Callable[[], None]) -> Callable[[], None]:
    """The same under autocast."""
    return torch.autocast("cpu", torch.bfloat16)(way)  # type: ignore[no-any-return]


def draw_with_library(network: Any, batches: Sequence[Tensor]) -> Floats:
    """As its README does it, for the predicted class."""
    cam = pytorch_grad_cam.GradCAM(network, [network.stages[-1][1]])
    drawn = [cam(batch, None) for batch in batches]
    network.zero_grad(set_to_none=True)
    return np.concatenate(drawn)


def compare(a: Floats, b: Floats) -> float:
    """The library moves a map's least value to 0; ours keeps it. Both agree once stretched."""
    first, second = ((v - v.min(axis=(1, 2), keepdims=True)) / np.maximum(np.ptp(v, axis=(1, 2))[:, None, None], 1e-9) for v in (a, b))
    return float(np.abs(first - second).max())


if __name__ == "__main__":
    main()
