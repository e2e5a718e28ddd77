"""The options that most benchmarks take, said once."""

import argparse
from collections.abc import Iterable
from pathlib import Path


def build_parser(
    description: str | None,
    *,
    takes_folder: bool = True,
    image_size: int | None = None,
    images: int | None = None,
    batch: int | None = None,
    repeats: int | None = None,
) -> argparse.ArgumentParser:
    """A parser with a folder of images, and with each option for which a default is given."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    if takes_folder:
        parser.add_argument(
            "folder", type=Path, nargs="?", help="a subfolder a class; without it the phantom"
        )
    if image_size is not None:
        parser.add_argument("--image-size", type=int, default=image_size)
    if images is not None:
        parser.add_argument("--images", type=int, default=images, help="0 takes all")
    if batch is not None:
        parser.add_argument("--batch", type=int, default=batch)
    if repeats is not None:
        parser.add_argument("--repeats", type=int, default=repeats)
    return parser


def build_arms_parser(
    description: str | None, arms: Iterable[str], out: str, images: int | None = None
) -> argparse.ArgumentParser:
    """A parser for ways of learning side by side, over seeds, on one data set.

    Args:
        arms: the ways, by name.
        out: where the rows go, unless another file is named.
        images: as for `build_parser`.
    """
    parser = build_parser(description, takes_folder=False, image_size=64, images=images)
    parser.add_argument("path", type=Path)
    parser.add_argument("--patients", help="pattern that finds the patient in a file's name")
    parser.add_argument("--out", type=Path, default=Path(out))
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--arms", nargs="*", default=list(arms))
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--threads", type=int, default=0, help="threads of each run; 0 is all")
    return parser
