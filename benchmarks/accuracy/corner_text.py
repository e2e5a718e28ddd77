"""How often is burnt-in text seen in an image that has some, and in one that has none?

    python -m benchmarks.accuracy.corner_text DATA_FOLDER [--images 400]

A name and a date are written into the upper left corner of each image, at a 22nd of its height and
in white on a dark corner, in black on a bright one. The images as they are give the alarms; whoever
reads the figure must look at those, as public images hold text too.
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.kit.options import build_parser
from medapp.data.layouts.listing import list_images
from medapp.imaging.corner_text import find_corner_text
from medapp.imaging.image import load_image
from medapp.imaging.preprocess import render_full

TEXT = "DOE JANE 1957-03-02"
SMALLEST_PX = 9


def write_name(image: Image.Image) -> Image.Image:
    written = image.convert("L")
    size = max(SMALLEST_PX, written.height // 22)
    is_dark = np.asarray(written)[:size, : 8 * size].mean() < 128
    ink = 255 if is_dark else 0
    font = ImageFont.load_default(size)
    ImageDraw.Draw(written).text((5, 5), TEXT, fill=ink, font=font)
    return written


def main(arguments: list[str] | None = None) -> None:
    options = build_parser(__doc__, images=400).parse_args(arguments)
    paths = list_images(options.folder)
    chosen = np.random.default_rng(0).permutation(len(paths))[: options.images or None]
    images = [render_full(load_image(Path(paths[i]))) for i in chosen]
    found = sum(find_corner_text(np.asarray(write_name(Image.fromarray(i)))) for i in images)
    alarms = [paths[i] for i, image in zip(chosen, images, strict=True) if find_corner_text(image)]
    print(f"{options.folder.name}: with a name written {found} of {len(images)} are found")
    print(f"as they are {len(alarms)} seem to hold text: {', '.join(str(a) for a in alarms[:20])}")


if __name__ == "__main__":
    main()
