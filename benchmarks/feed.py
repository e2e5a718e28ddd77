"""How fast do images come in, and how fast does an epoch get them?

    python -m benchmarks.feed DATA_FOLDER

Coming in: registering the folder (each file hashed and decoded, the split made) and rendering its pixels, each beside Pillow decoding the
same files in as many processes as there are cores. An epoch: every image once in batches from the pixel cache, as float tensors, beside
`ImageFolder` with the tutorials' transforms and its loader.
"""

import argparse
import os
import statistics
import tempfile
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torchvision import datasets

from benchmarks import tutorial
from benchmarks.alternate import alternate, ratio, time_way
from medapp.data.cache import open_cache
from medapp.data.catalog import Catalog
from medapp.data.importing import add_folder
from medapp.data.pixels import load_pixels
from medapp.models.network import normalise, to_unit
from medapp.training.recipe import Recipe
from medapp.workspace import Workspace

BATCH = 32


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--image-size", type=int, default=128)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    folder, size_px, cores = options.folder, options.image_size, os.cpu_count() or 1
    files = [Path(path) for path, _ in datasets.ImageFolder(str(folder)).samples]
    with tempfile.TemporaryDirectory() as home, ProcessPoolExecutor(cores) as pool:
        workspace = Workspace(Path(home))
        data_set = add_folder(workspace, folder, name="known").data_set
        samples, preprocess = Catalog(workspace).load_samples(data_set), Recipe("any").preprocess
        cache = open_cache(workspace)
        load_pixels(samples, preprocess, size_px, cache)

        places = list(range(len(files)))
        loader, _ = tutorial.build_loaders(folder, size_px, BATCH, cores, places, places)

        def register() -> None:
            with tempfile.TemporaryDirectory() as fresh:
                add_folder(Workspace(Path(fresh)), folder)

        def render() -> None:
            load_pixels(samples, preprocess, size_px)

        def decode() -> None:
            for _ in pool.map(decode_file, files, chunksize=50):
                pass

        def feed() -> None:
            pixels = load_pixels(samples, preprocess, size_px, cache)
            for rows in np.array_split(np.random.default_rng(0).permutation(len(pixels)), -(-len(pixels) // BATCH)):
                normalise(to_unit(torch.from_numpy(np.array(pixels[np.sort(rows)]))))

        ways = {
            "register": register,
            "render": render,
            "Pillow": decode,
            "cache": feed,
            "ImageFolder": partial(walk, loader),
        }
        walk(loader)  # its workers are there from now on
        decode()  # the processes are there, the files are in the system's memory
        measured = alternate({name: time_way(way) for name, way in ways.items()}, options.repeats)
    print(f"{len(files)} files, {options.repeats} rounds, medians")
    for name, seconds in measured.items():
        print(f"{name:12} {statistics.median(seconds):6.2f} s")
    for name in ("register", "render"):
        print(f"{name}: {ratio(measured['Pillow'], measured[name]):.2f} times as fast as Pillow's decoding in {cores} processes")
    print(f"an epoch from the cache: {ratio(measured['ImageFolder'], measured['cache']):.2f} times as fast as ImageFolder")


def decode_file(path: Path) -> None:
    with Image.open(path) as image:
        image.load()


def walk(loader: Iterable[object]) -> None:
    for _ in loader:
        pass


if __name__ == "__main__":
    main()
