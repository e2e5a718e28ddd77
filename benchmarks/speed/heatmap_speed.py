"""How fast are predictions with Grad-CAM beside pytorch-grad-cam, image by image and in batches,
and are the maps the same?

    python -m benchmarks.speed.heatmap_speed DATA_FOLDER

The model is a linear probe on these images, which are ready as tensors; ours computes in batches.
The limit is one forward pass to the target layer and the gradient of the logits by its maps,
nothing drawn.
"""

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

import medapp
from benchmarks.kit.alternate import alternate, ratio, time_way
from benchmarks.kit.claims import Claim
from benchmarks.kit.options import build_parser
from benchmarks.kit.setting import Setting, open_setting
from medapp.explanation.explain import differentiate, explain
from medapp.prediction.model import BATCH, load_model
from medapp.runs.run import Run

Floats = NDArray[np.floating]


def main(arguments: Sequence[str] | None = None) -> list[Claim]:
    parser = build_parser(__doc__, image_size=224, images=256, repeats=5)
    options = parser.parse_args(arguments)
    with open_setting(options.folder, options.images) as setting:
        run = medapp.train(
            setting.data, strategy="linear-probe", image_size=options.image_size, device="cpu"
        )
        return measure(setting, run, options.image_size, options.repeats)


def measure(setting: Setting, run: Run, size_px: int, repeats: int) -> list[Claim]:
    model = replace(load_model(run.require_model()), device="cpu")
    model.network.to("cpu")
    x = model.prepare(setting.load_pixels(size_px).take())
    batches = [x[start : start + BATCH] for start in range(0, len(x), BATCH)]
    maps: dict[str, Floats] = {}

    def draw(name: str) -> None:
        maps[name] = np.stack(
            [h.values for batch in batches for h in explain(model.network, batch)[1]]
        )

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
    measured = alternate({name: time_way(way) for name, way in ways.items()}, repeats)
    print(f"{len(x)} images, {size_px} px, {repeats} rounds, medians; predictions and Grad-CAM")
    for name, seconds in measured.items():
        print(
            f"{name:16} {statistics.median(seconds):.2f} s,"
            f" {ratio(measured['library'], seconds):.2f} times as fast as the library"
        )
    what = f"predictions with Grad-CAM of {len(x)} images, {size_px} px"
    claims = []
    for suffix, aim, most in (("", 2.5, 1e-4), (", bfloat16", 5, 2e-2)):
        name, own = f"{what}{suffix or ', float32'}", measured[f"ours{suffix}"]
        library, limit = ratio(measured["library"], own), ratio(measured[f"limit{suffix}"], own)
        off = compare(maps[f"ours{suffix}"], maps["library"])
        claims += [
            Claim("8", name, "pytorch-grad-cam, image by image", library, aim),
            Claim("8", name, "one forward pass and the gradient", limit, 0.9),
            Claim("8", f"{name}: difference", "its maps", off, most, "", is_ceiling=True),
        ]
    return claims


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
    first, second = (
        (v - v.min(axis=(1, 2), keepdims=True))
        / np.maximum(np.ptp(v, axis=(1, 2))[:, None, None], 1e-9)
        for v in (a, b)
    )
    return float(np.abs(first - second).max())


if __name__ == "__main__":
    for claim in main():
        print(claim)
