"""The options that most benchmarks take, said once."""

import argparse
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
