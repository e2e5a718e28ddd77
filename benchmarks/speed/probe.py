"""What does a linear probe cost beside the tutorials' loop, and beside one bare forward pass over
the same images?

    python -m benchmarks.speed.probe DATA_FOLDER

The tutorials' loop computes the frozen backbone in every epoch; a round takes one epoch of it,
which counts ten times, and one whole probe of ours: ten epochs, from the files to the figures of
the test split, with nothing kept; then another one that finds the features kept. The bare pass:
torchvision's network without its head, channels last, at the precision that a run chooses, over
normalised tensors that lie in memory. ResNet-50's weights are random here (`--architecture
resnet50`): how long a network takes does not depend on what it knows.
"""

import argparse
import statistics
from collections.abc import Sequence
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from lightning_fabric import Fabric
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

import medapp
from benchmarks.kit import tutorial
from benchmarks.kit.alternate import ratio, time_way
from benchmarks.kit.bare import forward
from benchmarks.kit.claims import Claim
from benchmarks.kit.options import build_parser
from benchmarks.kit.setting import Setting, open_setting
from medapp.models.backbones import BUNDLED_PATH
from medapp.models.network import to_input
from medapp.models.normalisation import IMAGENET
from medapp.models.reading import read_weights
from medapp.runs.events import WorkerReady
from medapp.runs.run import Run
from medapp.store.cache import open_cache
from medapp.training.features import FrozenPart
from medapp.training.machine.precision import choose_precision

BATCH, EPOCHS = 32, 10


def main(arguments: Sequence[str] | None = None) -> list[Claim]:
    parser = build_parser(__doc__, image_size=224, images=2000)
    parser.add_argument("--architecture", choices=("resnet18", "resnet50"), default="resnet18")
    parser.add_argument(
        "--rounds",
        type=int,
        default=EPOCHS,
        help="fewer than ten leave the tutorials' loop untrained: no AUROC",
    )
    options = parser.parse_args(arguments)
    with open_setting(options.folder, options.images) as setting:
        return measure(setting, options)


def measure(setting: Setting, options: argparse.Namespace) -> list[Claim]:
    size_px, name = options.image_size, f"{options.architecture}, {options.image_size} px"
    source = choose_weights(options.architecture, setting.folder.parent)
    settings = {
        "strategy": "head-by-steps",
        "epochs": EPOCHS,
        "image_size": size_px,
        "device": "cpu",
        "threads": torch.get_num_threads(),
    }
    probe = partial(
        medapp.train, setting.data, source=source, architecture=options.architecture, **settings
    )
    first = probe()
    weights = read_weights(Path(source) if source != "bundled" else BUNDLED_PATH)[0]
    loop = tutorial.build_reference(
        setting, first, weights, size_px, BATCH, is_frozen=True, architecture=options.architecture
    )
    steps = loop.take_steps(EPOCHS)
    images = load_images(setting, size_px)
    bare = build_bare_network(weights, options.architecture)
    is_bfloat16 = choose_precision("auto", "cpu", setting.workspace) == "bfloat16"
    seconds: dict[str, list[float]] = {"tutorial": [], "ours": [], "again": [], "bare": []}
    for _ in range(options.rounds):
        with loop.feeding:
            taken = sum(s for _, s in islice(steps, len(loop.loader)))
        seconds["tutorial"].append(EPOCHS * taken)
        open_cache(setting.workspace).clear()
        for way in ("ours", "again"):
            run = probe()
            seconds[way].append(run.count_seconds())
        seconds["bare"].append(time_way(partial(forward, bare, images, is_bfloat16))())
        print(
            f"{name}: {', '.join(f'{way} {values[-1]:.1f} s' for way, values in seconds.items())}",
            flush=True,
        )
    reached = measure_rate(bare, images, is_bfloat16, setting, size_px)
    startup = statistics.median(
        next(e.startup_seconds for e in r.list_events() if isinstance(e, WorkerReady))
        for r in (first, run)
    )
    print(f"{name}: {len(images)} images, {loop.feeding}")
    print(f"the start of our process, {startup:.1f} s, is not counted")
    plain = "the tutorials' loop, ten epochs"
    sooner, again = (ratio(seconds["tutorial"], seconds[way]) for way in ("ours", "again"))
    over_bare = ratio(seconds["ours"], seconds["bare"])
    first_probe, limit = f"linear probe, {name}, from files to figures", "one bare forward pass"
    rate = f"arithmetic rate of feature extraction, {name}"
    claims = [
        Claim("1a", first_probe, plain, sooner, 15 if is_bfloat16 else 8),
        Claim("1b", f"linear probe, {name}", limit, over_bare, 1.2, is_ceiling=True),
        Claim("2", f"second linear probe, {name}", plain, again, 200),
        Claim("3", rate, "a 3×3 convolution's", reached, 0.7),
    ]
    if options.rounds >= EPOCHS:
        what, gained = f"test AUROC of that probe, {name}: gain", compare_auroc(run, loop)
        claims.append(Claim("1a", what, "the tutorials' loop", gained, -0.002, ""))
    return claims


def choose_weights(architecture: str, folder: Path) -> str:
    """What a recipe starts from: the bundled ResNet-18, or a file of random weights."""
    if architecture == "resnet18":
        return "bundled"
    torch.manual_seed(0)
    path = folder / f"{architecture}.safetensors"
    save_file(dict(tutorial.build_model({}, 2, True, architecture).state_dict()), path)
    return str(path)


def load_images(setting: Setting, size_px: int) -> Tensor:
    """Normalised float32 (N, 3, S, S), channels last."""
    batches = setting.load_pixels(size_px).iterate(64)
    parts = [to_input(torch.from_numpy(pixels), IMAGENET) for pixels in batches]
    return torch.cat(parts).contiguous(memory_format=torch.channels_last)


def build_bare_network(weights: dict[str, Tensor], architecture: str) -> nn.Module:
    """As torchvision has it, features out."""
    network = tutorial.build_model(weights, 2, True, architecture)
    network.fc = nn.Identity()  # type: ignore[assignment]
    return network.eval().to(memory_format=torch.channels_last)


def measure_rate(
    network: nn.Module, images: Tensor, is_bfloat16: bool, setting: Setting, size_px: int
) -> float:
    """Our extraction's operations a second as a share of a large 3×3 convolution's, in turn; the
    median of five.
    """
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        network(images[:1])
    fabric = Fabric(
        accelerator="cpu", devices=1, precision="bf16-mixed" if is_bfloat16 else "32-true"
    )
    pixels = setting.load_pixels(size_px).take()[:256]

    frozen = FrozenPart(network, IMAGENET, size_px, fabric)

    def compute() -> None:
        list(frozen.compute(iter(np.array_split(pixels, -(-len(pixels) // 64)))))

    extract = time_way(compute)
    layer = nn.Conv2d(256, 256, 3, padding=1, bias=False).to(memory_format=torch.channels_last)
    maps = torch.randn(32, 256, 28, 28).contiguous(memory_format=torch.channels_last)
    convolve = time_way(partial(forward, layer, maps, is_bfloat16))
    convolve()
    pairs = [
        (
            counter.get_total_flops() * len(pixels) / extract(),
            2 * 9 * 256 * 256 * 28 * 28 * 32 / convolve(),
        )
        for _ in range(5)
    ]
    print(
        f"billions of operations a second: features {pairs[2][0] / 1e9:.0f}, a convolution alone"
        f" {pairs[2][1] / 1e9:.0f}"
    )
    return statistics.median(own / peak for own, peak in pairs)


def compare_auroc(run: Run, loop: tutorial.Reference) -> float:
    """Ours less theirs, on the same test images."""
    ours, theirs = (found.macro_auroc for found in (medapp.evaluate(run), loop.evaluate()))
    print(f"macro AUROC on the test images: ours {ours:.3f}, the tutorials' loop {theirs:.3f}")
    return float(ours - theirs)


if __name__ == "__main__":
    for claim in main():
        print(claim)
