"""How fast do images come in, and how fast does an epoch get them?

    python -m benchmarks.speed.feed DATA_FOLDER

Coming in: registering the folder (each file hashed and decoded, the split made) and rendering its
pixels, each beside Pillow decoding the same files in as many processes as there are cores. An
epoch: every image once in batches from the pixel cache, without augmentation, as the bytes that a
graphics card is sent and as normalised float tensors, beside `ImageFolder` with the tutorials'
transforms and its loader.
"""

import os
import statistics
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from PIL import Image
from torch import Tensor
from torchvision import datasets

from benchmarks.kit import tutorial
from benchmarks.kit.alternate import alternate, ratio, time_way
from benchmarks.kit.claims import Claim
from benchmarks.kit.options import build_parser
from benchmarks.kit.setting import Setting, open_setting
from medapp.data.importing.adding import add_folder
from medapp.models.network import to_input
from medapp.models.normalisation import IMAGENET
from medapp.store.cache import Cache, open_cache
from medapp.store.workspace import Workspace
from medapp.training.features import to_tensor

BATCH = 32


def main(arguments: Sequence[str] | None = None) -> list[Claim]:
    parser = build_parser(__doc__, image_size=128, images=5000, repeats=5)
    options = parser.parse_args(arguments)
    cores = os.cpu_count() or 1
    with (
        open_setting(options.folder, options.images) as setting,
        ProcessPoolExecutor(cores, get_context("spawn")) as pool,
    ):
        return measure(setting, pool, options.image_size, options.repeats, cores)


def measure(
    setting: Setting, pool: Executor, size_px: int, repeats: int, cores: int
) -> list[Claim]:
    files = [Path(path) for path, _ in datasets.ImageFolder(str(setting.folder)).samples]
    cache = open_cache(setting.workspace)
    setting.load_pixels(size_px, cache)
    rows = list(range(len(files)))
    loader, _ = tutorial.build_loaders(setting.folder, size_px, BATCH, cores, rows, rows)

    def register() -> None:
        with tempfile.TemporaryDirectory() as fresh:
            add_folder(Workspace(Path(fresh)), setting.folder)

    def render() -> None:
        with tempfile.TemporaryDirectory() as fresh:
            setting.load_pixels(size_px, Cache(Path(fresh)))

    def decode() -> None:
        for _ in pool.map(decode_file, files, chunksize=50):
            pass

    def feed() -> Iterator[Tensor]:
        table = setting.load_pixels(size_px, cache)
        order = np.random.default_rng(0).permutation(table.numbers)
        for batch in np.array_split(order, -(-len(order) // BATCH)):
            yield to_tensor(table.rows[np.sort(batch)])

    def feed_normalised() -> None:
        for batch in feed():
            to_input(batch, IMAGENET)

    ways: dict[str, Callable[[], object]] = {
        "register": register,
        "render": render,
        "Pillow": decode,
        "cache": lambda: walk(feed()),
        "normalised": feed_normalised,
        "ImageFolder": partial(walk, loader),
    }
    # From now on the loader's workers and the processes are there, and the system holds the files.
    walk(loader)
    decode()
    measured = alternate({name: time_way(way) for name, way in ways.items()}, repeats)
    print(f"{len(files)} files, {repeats} rounds, medians")
    for name, seconds in measured.items():
        print(f"{name:12} {statistics.median(seconds):6.2f} s")
    pillow, loop = f"Pillow's decoding in {cores} processes", "ImageFolder, best loader"
    claims = (
        (f"registering {len(files):,} files: hash, decode, split", pillow, "Pillow", "register"),
        (f"rendering them to {size_px} px", pillow, "Pillow", "render"),
        ("an epoch from the pixel cache, as bytes", loop, "ImageFolder", "cache"),
        ("the same, as normalised tensors", loop, "ImageFolder", "normalised"),
    )
    aims = {"Pillow": 0.9, "ImageFolder": 50.0}
    return [
        Claim("7", what, against, ratio(measured[other], measured[way]), aims[other])
        for what, against, other, way in claims
    ]


def decode_file(path: Path) -> None:
    with Image.open(path) as image:
        image.load()


def walk(loader: Iterable[object]) -> None:
    for _ in loader:
        pass


if __name__ == "__main__":
    for claim in main():
        print(claim)
