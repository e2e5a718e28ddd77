"""Would a look at the pictures tell more copies from neighbours than their fingerprints do?

    python -m benchmarks.accuracy.copy_judges DATA_FOLDER [--images 200]

Pairs in doubt, whose fingerprints differ in 13 to 40 bits, are judged by both pictures reduced to
64 × 64 px, the one also with up to 4 of 128 px cut at each side. Judges: the correlation, and the
correlation ratio (Roche et al. 1998, "The Correlation Ratio as a New Similarity Measure for
Multimodal Image Registration"), which says how much of one picture is a function of the other's
grey, so that a changed contrast costs nothing. Pairs of different files are taken for neighbours.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.accuracy.near_copies import CHANGES, Pixels
from benchmarks.kit.options import build_parser
from medapp.data.copies.near import find_near, read_codes, tell_ways
from medapp.data.layouts.listing import list_images
from medapp.imaging.fingerprint import NEAR_BITS, compute_fingerprint
from medapp.imaging.image import load_image
from medapp.imaging.preprocess import render_full

MOST_BITS = 40
BOUNDS = (0.97, 0.975, 0.98, 0.985)
MOST_PAIRS = 1000
LEVELS = 24
CHOSEN = ("gamma 0.7", "contrast × 1.3, darkest cut", "2 pixels cut at each side")

Picture = NDArray[np.float32]
Judge = Callable[[Picture, Picture], float]


def reduce(image: Pixels | Picture, side: int) -> Picture:
    grey = (
        Image.fromarray(image) if image.dtype == np.float32 else Image.fromarray(image).convert("L")
    )
    return np.asarray(grey.resize((side, side), Image.Resampling.BOX), np.float32)


def correlate(one: Picture, other: Picture) -> float:
    first, second = one - one.mean(), other - other.mean()
    norm = np.sqrt((first**2).sum() * (second**2).sum())
    return float((first * second).sum() / norm) if norm else 0.0


def find_ratio(one: Picture, other: Picture) -> float:
    """How much of one picture is a function of the other's grey, the higher of both ways."""
    return max(_explain(one, other), _explain(other, one))


def _explain(one: Picture, other: Picture) -> float:
    bounds = np.unique(np.quantile(one, np.linspace(0, 1, LEVELS + 1)[1:-1]))
    levels = np.searchsorted(bounds, one.ravel(), "right")
    values = other.ravel().astype(np.float64)
    counts = np.bincount(levels, minlength=len(bounds) + 1)
    means = np.bincount(levels, values, len(bounds) + 1) / np.maximum(counts, 1)
    whole = ((values - values.mean()) ** 2).sum()
    between = (counts * (means - values.mean()) ** 2).sum()
    return float(np.sqrt(between / whole)) if whole else 0.0


def find_either(one: Picture, other: Picture) -> float:
    return max(correlate(one, other), find_ratio(one, other))


JUDGES: dict[str, Judge] = {
    "correlation": correlate,
    "correlation ratio": find_ratio,
    "the higher of both": find_either,
}


def align(one: Pixels, other: Pixels) -> Iterator[tuple[Picture, Picture]]:
    """Both pictures, whole, then with edges cut from one of them."""
    both = reduce(one, 128), reduce(other, 128)
    for cut in range(5):
        for first, second in (both, both[::-1])[: 2 if cut else 1]:
            part = np.ascontiguousarray(first[cut : 128 - cut, cut : 128 - cut])
            yield reduce(part, 64), reduce(second, 64)


def judge(one: Pixels, other: Pixels) -> list[float]:
    aligned = list(align(one, other))
    return [max(ask(first, second) for first, second in aligned) for ask in JUDGES.values()]


def main(arguments: list[str] | None = None) -> None:
    parser = build_parser(__doc__, images=200)
    options = parser.parse_args(arguments)
    paths = {Path(path).read_bytes(): Path(path) for path in list_images(options.folder)}
    images = [render_full(load_image(path)) for path in paths.values()]
    codes = read_codes([compute_fingerprint(image) for image in images])
    pairs = find_near(codes, codes, MOST_BITS)
    pairs = pairs[pairs[:, 0] < pairs[:, 1]]
    _, bits = tell_ways(codes[pairs[:, 0]], codes[pairs[:, 1]])
    random = np.random.default_rng(0)
    doubtful = random.permutation(pairs[bits > NEAR_BITS])[:MOST_PAIRS].tolist()
    chosen = random.permutation(len(images))[: options.images or None].tolist()
    neighbours = np.array([judge(images[i], images[k]) for i, k in doubtful]).reshape(-1, 3)
    print(f"{options.folder.name}: {len(doubtful)} pairs of different files in doubt")
    print(f"| judge | from | neighbours | {' | '.join(CHOSEN)} |")
    print("|---|---|---|---|---|---|")
    found = []
    for name in CHOSEN:
        changed = [CHANGES[name](images[i]) for i in chosen]
        prints = read_codes([compute_fingerprint(image) for image in changed])
        _, apart = tell_ways(codes[chosen], prints)
        values = np.array([judge(images[i], c) for i, c in zip(chosen, changed, strict=True)])
        found.append((apart, values))
    for column, name in enumerate(JUDGES):
        for bound in BOUNDS:
            shares = [
                np.mean((a <= NEAR_BITS) | ((a <= MOST_BITS) & (v[:, column] >= bound)))
                for a, v in found
            ]
            alarms = int((neighbours[:, column] >= bound).sum())
            print(f"| {name} | {bound} | {alarms} | {' | '.join(f'{s:.3f}' for s in shares)} |")


if __name__ == "__main__":
    main()
