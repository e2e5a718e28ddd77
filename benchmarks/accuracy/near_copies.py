"""Which copies are found, and how often are two images called copies that are none?

    python -m benchmarks.accuracy.near_copies DATA_FOLDER [--images 300]

Images of the folder are stored otherwise (quality, size, contrast, cut, turned) and compared with
their originals: the share that is found. Then all images of the folder are compared with each
other: the pairs that differ in few bits, which a person must look at, as sets hold real copies.
"""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.kit.options import build_parser
from medapp.data.copies.near import read_codes, tell_ways
from medapp.data.copies.within import group_copies
from medapp.data.layouts.listing import list_images
from medapp.imaging.fingerprint import compute_fingerprint
from medapp.imaging.image import load_image
from medapp.imaging.preprocess import render_full

Pixels = NDArray[np.uint8]


def save_jpeg(image: Pixels, quality: int) -> Pixels:
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


def resize(image: Pixels, scale: float) -> Pixels:
    size = [max(16, round(side * scale)) for side in image.shape[1::-1]]
    resized = Image.fromarray(image).resize((size[0], size[1]), Image.Resampling.BICUBIC)
    return save_jpeg(np.asarray(resized), 85)


def map_values(image: Pixels, change: Callable[[NDArray[np.float64]], object]) -> Pixels:
    return np.clip(change(image / 255.0) * np.float64(255), 0, 255).astype(np.uint8)


CHANGES: dict[str, Callable[[Pixels], Pixels]] = {
    **{f"JPEG, quality {q}": lambda image, q=q: save_jpeg(image, q) for q in (95, 75, 40, 20)},
    **{f"size × {s}, JPEG 85": lambda image, s=s: resize(image, s) for s in (2, 0.5, 0.25)},
    "squeezed to 224 × 224": lambda image: np.asarray(Image.fromarray(image).resize((224, 224))),
    "gamma 0.7": lambda image: map_values(image, lambda v: v**0.7),
    "contrast × 1.3, darkest cut": lambda image: map_values(image, lambda v: (v - 0.12) * 1.3),
    "2 pixels cut at each side": lambda image: image[2:-2, 2:-2],
    "mirrored, JPEG 60": lambda image: save_jpeg(np.ascontiguousarray(image[:, ::-1]), 60),
    "upside down, half the size": lambda image: resize(np.ascontiguousarray(image[::-1]), 0.5),
    "turned by 90°, JPEG 60": lambda image: save_jpeg(np.ascontiguousarray(np.rot90(image)), 60),
    "inverted, JPEG 60": lambda image: save_jpeg(255 - image, 60),
}


def main(arguments: list[str] | None = None) -> None:
    parser = build_parser(__doc__, images=300)
    options = parser.parse_args(arguments)
    contents = {Path(path).read_bytes(): Path(path) for path in list_images(options.folder)}
    paths = list(contents.values())
    known = [compute_fingerprint(load_image(path)) for path in paths]
    random = np.random.default_rng(0)
    chosen = random.permutation(len(paths))[: options.images or None].tolist()
    print(f"{options.folder.name}: {len(chosen)} of {len(paths)} images stored otherwise")
    print("| stored as | found | bits that differ, median, 95% below, most |")
    print("|---|---|---|")
    images = [render_full(load_image(paths[i])) for i in chosen]
    for name, change in CHANGES.items():
        others = [compute_fingerprint(change(image)) for image in images]
        pairs = [(known[i], b) for i, b in zip(chosen, others, strict=True) if known[i] and b]
        _, bits = tell_ways(*(read_codes([pair[i] for pair in pairs]) for i in (0, 1)))
        spread = f"{np.median(bits):.0f}, {np.percentile(bits, 95):.0f}, {bits.max()}"
        names = [*(f"original {i}" for i in range(len(known))), *(f"copy {i}" for i in chosen)]
        groups = group_copies(names, [*known, *others])
        found = sum(groups[i] == groups[len(known) + k] for k, i in enumerate(chosen))
        print(f"| {name} | {found / len(images):.3f} | {spread} |")
    count_pairs(paths, known)


def count_pairs(paths: list[Path], known: list[str]) -> None:
    """Print which pairs of different files are called copies."""
    groups = group_copies([str(path) for path in paths], known)
    members: dict[str, list[Path]] = {}
    for path, group in zip(paths, groups, strict=True):
        members.setdefault(group, []).append(path)
    joined = [found for found in members.values() if len(found) > 1]
    total = len(paths) * (len(paths) - 1) // 2
    pairs = sum(len(found) * (len(found) - 1) // 2 for found in joined)
    print(f"{pairs} of {total:,} pairs of {len(paths)} different files are called copies")
    for found in joined[:60]:
        print("  " + ", ".join(f"{path.parent.name}/{path.name}" for path in found))


if __name__ == "__main__":
    main()
