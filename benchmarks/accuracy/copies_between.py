"""Which copies between two folders does the audit find, miss, or see where none is?

    python -m benchmarks.accuracy.copies_between FOLDER --with OTHER_FOLDER

The judge is another measure, which takes every pair: the correlation of both images, reduced to
64 × 64 px, whole and with black borders cut away. Copies lie near 1; the gap between what is found
and what is not says how sure both are.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.kit.options import build_parser
from medapp.data.copies.near import describe_way
from medapp.data.copies.shared import find_contrary, find_shared
from medapp.data.layouts.listing import list_images
from medapp.imaging.fingerprint import compute_fingerprint
from medapp.imaging.image import load_image
from medapp.imaging.preprocess import Preprocess, render_full, render_square
from medapp.store.threads import map_threaded

PX = 64
BOUNDS = (0.0, 0.8, 0.9, 0.95, 0.98, 0.99, 1.01)

Vectors = NDArray[np.float32]


def read(path: Path) -> tuple[bytes, str, Vectors]:
    """A file's bytes, its fingerprint, and both reductions (2, PX²), each of length 1."""
    image = load_image(path)
    whole = Image.fromarray(render_full(image)).convert("L").resize((PX, PX), Image.Resampling.BOX)
    cut = render_square(image, Preprocess(image_size=PX, crop_borders=True)).pixels
    grey = cut if cut.ndim == 2 else cut.mean(axis=2)
    both = np.stack([np.asarray(whole).ravel(), grey.ravel()]).astype(np.float32)
    both -= both.mean(axis=1, keepdims=True)
    norms = np.linalg.norm(both, axis=1, keepdims=True)
    return path.read_bytes(), compute_fingerprint(image), both / np.maximum(norms, 1.0)


def main(arguments: list[str] | None = None) -> None:
    parser = build_parser(__doc__)
    parser.add_argument("--with", dest="other", type=Path, required=True)
    options = parser.parse_args(arguments)
    paths = [[Path(path) for path in list_images(f)] for f in (options.folder, options.other)]
    first, second = ([*map_threaded(read, found)] for found in paths)
    shared = find_shared([mark for _, mark, _ in first], [mark for _, mark, _ in second])
    rows, others = shared.pairs.T
    contents = {content for content, _, _ in second}
    exact = sum(content in contents for content, _, _ in first)
    labels = [paths[0][row].parent.name for row in rows]
    contrary = find_contrary(labels, [paths[1][row].parent.name for row in others])
    print(f"{options.folder} ({len(first)} images) with {options.other} ({len(second)})")
    print(f"{len(rows)} also stand there: {exact} byte by byte; {contrary.sum()} in another class")
    ways = sorted({describe_way(way) or "as it is" for way in shared.ways.tolist()})
    print(f"ways: {', '.join(ways)}")
    judge(first, second, rows)


def judge(
    first: Sequence[tuple[bytes, str, Vectors]],
    second: Sequence[tuple[bytes, str, Vectors]],
    rows: NDArray[np.intp],
) -> None:
    """Print the highest correlation of each image of the first folder, found and not found."""
    is_found = np.zeros(len(first), bool)
    is_found[rows] = True
    for index, name in enumerate(("whole", "borders cut")):
        one, other = (np.stack([both[index] for _, _, both in side]) for side in (first, second))
        highest = np.concatenate([(part @ other.T).max(axis=1) for part in np.array_split(one, 20)])
        for word, chosen in (("found", is_found), ("not found", ~is_found)):
            counts, _ = np.histogram(highest[chosen], BOUNDS)
            pairs = zip(BOUNDS[:-1], counts.tolist(), strict=True)
            spread = ", ".join(f"from {low:g}: {count}" for low, count in pairs if count)
            print(f"{name}, {word}: highest correlation {spread}")


if __name__ == "__main__":
    main()
