"""What do the ways to make torch faster give on this machine: layout, inference mode, folded
BatchNorm, fused optimiser, compilation?

    python -m benchmarks.speed.choices

ResNet-18 on random images, at the precision that a run would choose; each way beside the one
without it, in turn. For those that are used a claim is made; of folding and compiling, which are
not, the script says what they would give. Compiling needs a C++ compiler on the machine that
trains, and its first calls take so long that the seconds gained later are counted against them.
"""

import argparse
import copy
import shutil
import statistics
from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch.fx.experimental.optimization import fuse
from torchvision import models

from benchmarks.kit.alternate import alternate, ratio, time_way
from benchmarks.kit.bare import Step, forward
from benchmarks.kit.claims import Claim
from benchmarks.kit.options import build_parser
from benchmarks.kit.setting import open_setting
from medapp.training.machine.precision import choose_precision


def main(arguments: Sequence[str] | None = None) -> list[Claim]:
    parser = build_parser(__doc__, image_size=128, batch=32, repeats=9)
    parser.add_argument("--without-compiling", action="store_true")
    options = parser.parse_args(arguments)
    with open_setting(options.folder, 8) as setting:
        is_bfloat16 = choose_precision("auto", "cpu", setting.workspace) == "bfloat16"
        return measure(options, is_bfloat16)


def measure(options: argparse.Namespace, is_bfloat16: bool) -> list[Claim]:
    images = torch.randn(options.batch, 3, options.image_size, options.image_size)
    size = f"ResNet-18, {options.image_size} px"
    last = images.contiguous(memory_format=torch.channels_last)
    plain = models.resnet18()
    network = copy.deepcopy(plain).to(memory_format=torch.channels_last)
    ways: dict[str, Callable[[], object]] = {
        "step": Step(network, last, 3, is_bfloat16, fused=True),
        "step, contiguous": Step(plain, images, 3, is_bfloat16, fused=True),
        "step, optimiser not fused": Step(
            copy.deepcopy(network), last, 3, is_bfloat16, fused=False
        ),
        "forward": partial(
            forward, copy.deepcopy(network).eval(), last, is_bfloat16, torch.inference_mode
        ),
        "forward, no_grad": partial(
            forward, copy.deepcopy(network).eval(), last, is_bfloat16, torch.no_grad
        ),
        "forward, BatchNorm folded": partial(
            forward, fuse(copy.deepcopy(network).eval()), last, is_bfloat16, torch.inference_mode
        ),
    }
    if not options.without_compiling and shutil.which("c++"):
        ways["step, compiled"] = Step(
            copy.deepcopy(network), last, 3, is_bfloat16, is_compiled=True, fused=True
        )
    warm_up = {name: time_way(way)() for name, way in ways.items()}
    seconds = alternate({name: time_way(way) for name, way in ways.items()}, options.repeats)
    for name, values in seconds.items():
        beside = ratio(seconds[name.split(",")[0]], values)
        print(
            f"{size}: {name}: {1000 * statistics.median(values):.0f} ms, {beside:.2f} times as"
            f" fast; first {warm_up[name]:.1f} s"
        )
    step = f"{size}: training step"
    inference = f"{size}: forward pass in inference mode"

    def compare(way: str, other: str) -> float:
        return ratio(seconds[other], seconds[way])

    contiguous = compare("step", "step, contiguous")
    not_fused = compare("step", "step, optimiser not fused")
    no_grad = compare("forward", "forward, no_grad")
    return [
        Claim("17", f"{step}, channels last", "contiguous", contiguous, 1),
        Claim("17", f"{step}, fused AdamW", "AdamW as it comes", not_fused, 0.98),
        Claim("17", inference, "no_grad", no_grad, 0.98),
    ]


if __name__ == "__main__":
    for claim in main():
        print(claim)
