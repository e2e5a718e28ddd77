"""How often is a burnt-in marker seen in an image that has one, and in one that has none?

    python -m benchmarks.accuracy.burnt_in DATA_FOLDER [--images 400] [--sheet FILE]

An L is drawn near a corner of each image, in white on a dark place and in black on a bright one, at
three sizes: a 40th, a 25th and a 15th of its height. The images as they are give the alarms;
whoever reads the figure must look at those (`--sheet` draws them), as public images hold markers.
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.kit.options import build_parser
from medapp.data.layouts.listing import list_images
from medapp.imaging.burnt_in import find_marks
from medapp.imaging.geometry import Box
from medapp.imaging.image import load_image
from medapp.imaging.preprocess import render_full

SIZES = (40, 25, 15)  # parts of the height
TILE_PX = 190
COLUMNS = 10


def write_marker(image: Image.Image, part: int) -> tuple[Image.Image, Box]:
    """The image with an L in its upper left, and the box around its ink."""
    written = image.convert("L")
    size = max(8, written.height // part)
    x, y = written.width // 20, written.height // 20
    font = ImageFont.load_default(round(1.4 * size))
    place = ImageDraw.Draw(written).textbbox((x, y), "L", font=font)
    ground = np.asarray(written.crop(tuple(round(end) for end in place)))
    ImageDraw.Draw(written).text((x, y), "L", fill=255 if ground.mean() < 128 else 0, font=font)
    return written, Box("", *place)


def holds(boxes: list[Box], wanted: Box) -> bool:
    """Whether the middle of the marker lies in a box."""
    x, y = (wanted.x0 + wanted.x1) / 2, (wanted.y0 + wanted.y1) / 2
    return any(b.x0 <= x < b.x1 and b.y0 <= y < b.y1 for b in boxes)


def draw_sheet(images: list[Image.Image]) -> Image.Image:
    rows = -(-len(images) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * TILE_PX, rows * TILE_PX))
    for i, image in enumerate(images):
        drawn = image.convert("RGB")
        for box in find_marks(np.asarray(image)):
            ImageDraw.Draw(drawn).rectangle((box.x0, box.y0, box.x1, box.y1), outline="red")
        place = (i % COLUMNS * TILE_PX, i // COLUMNS * TILE_PX)
        sheet.paste(drawn.resize((TILE_PX - 2, TILE_PX - 2)), place)
    return sheet


def main(arguments: list[str] | None = None) -> None:
    parser = build_parser(__doc__, images=400)
    parser.add_argument("--sheet", type=Path)
    options = parser.parse_args(arguments)
    paths = list_images(options.folder)
    chosen = np.random.default_rng(0).permutation(len(paths))[: options.images or None]
    images = [Image.fromarray(render_full(load_image(Path(paths[i])))) for i in chosen]
    for part in SIZES:
        written = [write_marker(image, part) for image in images]
        found = sum(holds(find_marks(np.asarray(image)), box) for image, box in written)
        print(f"{options.folder.name}: an L of 1/{part} is found in {found} of {len(images)}")
    alarms = [image for image in images if find_marks(np.asarray(image))]
    print(f"as they are {len(alarms)} of {len(images)} seem to hold a mark")
    if options.sheet and alarms:
        draw_sheet(alarms).save(options.sheet)


if __name__ == "__main__":
    main()
