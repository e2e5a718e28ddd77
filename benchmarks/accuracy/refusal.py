"""Does a model know its own kind of image? Scores of foreign images beside its own test images.

    python -m benchmarks.accuracy.refusal RUN --against NAME=PATH … [--images 150]

PATH is whatever `medapp data add` takes. Of each set, and of the model's own test split, at most so
many images are drawn; the test images are changed too: inverted, blank, noise, turned and so on. A
row says how well the familiarity tells them from the test images (AUROC), how many count as unlike
(above the 99th percentile), and how many are not answered (above the 99.99th). Nothing is chosen
by these figures. `MEDAPP_HOME` should name the workspace of the run.
"""

import contextlib
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

import medapp
from medapp.data.catalog import Catalog
from medapp.data.samples import DataSet, Sample
from medapp.evaluation.metrics import rank_pairs
from medapp.prediction.model import Model, load_model
from medapp.runs.evaluate import find_split
from medapp.runs.judging import load_squares
from medapp.store.workspace import Workspace

Pixels = NDArray[np.uint8]
HEAD = "| images | n | AUROC | unlike | not answered |\n|---|---|---|---|---|"


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("run")
    parser.add_argument("--against", action="append", default=[], metavar="NAME=PATH")
    parser.add_argument("--images", type=int, default=150)
    options = parser.parse_args()
    session = medapp.open()
    run = session.find_run(options.run)
    model = load_model(run.require_model())
    rng = np.random.default_rng(0)
    data_set, samples = find_split(session.workspace, run, "test")
    own = _load(session.workspace, model, data_set, draw(samples, options.images, rng))
    print(HEAD)
    usual = score(model, own)
    print(write_row("its own test split", model, usual, usual))
    for text in options.against:
        name, _, path = text.partition("=")
        foreign, theirs = find_samples(session, name, path)
        chosen = draw(theirs, options.images, rng)
        scores = score(model, _load(session.workspace, model, foreign, chosen))
        print(write_row(name, model, usual, scores), flush=True)
    for name, changed in change(own, rng):
        print(write_row(f"test images, {name}", model, usual, score(model, changed)), flush=True)


def find_samples(session: medapp.Session, name: str, path: str) -> tuple[DataSet, list[Sample]]:
    """The images of a set, which is added where the workspace does not have it yet."""
    known = {data.name: data for data in session.list_data()}
    data_set = known[name] if name in known else session.add_data(path, name)
    return data_set, Catalog(session.workspace).load_samples(data_set)


def draw(samples: Sequence[Sample], most: int, rng: np.random.Generator) -> list[Sample]:
    """At most so many of them, in their order."""
    rows = sorted(rng.permutation(len(samples))[:most])
    return [samples[row] for row in rows]


def _load(
    workspace: Workspace, model: Model, data_set: DataSet, samples: Sequence[Sample]
) -> Pixels:
    table = load_squares(workspace, model, data_set, samples)
    with contextlib.closing(table.source):
        return np.asarray(table.take())


def score(model: Model, pixels: Pixels) -> NDArray[np.floating]:
    """How unlike squares (N, S, S, C) are, in deviations of held-out images."""
    if model.familiarity is None:
        raise SystemExit("The model had too few images to know its own kind.")
    return model.familiarity.score(model.see(pixels)[1])


def write_row(
    name: str, model: Model, usual: NDArray[np.floating], scores: NDArray[np.floating]
) -> str:
    assert model.familiarity is not None
    found = model.familiarity.grade(scores)
    auroc = rank_pairs(np.asarray(scores, float), np.asarray(usual, float))[0].mean()
    unlike = np.mean([f.percentile > 99 for f in found])
    alien = np.mean([f.is_alien for f in found])
    shown = "" if scores is usual else f"{auroc:.3f}"
    return f"| {name} | {len(scores)} | {shown} | {unlike:.1%} | {alien:.1%} |"


def change(pixels: Pixels, rng: np.random.Generator) -> Iterator[tuple[str, Pixels]]:
    """Squares (N, S, S, C) as a careless file or another machine might bring them."""
    noise = rng.normal(0, 1, pixels.shape)
    yield "inverted", 255 - pixels
    grey = rng.integers(0, 256, (len(pixels), 1, 1, 1), np.uint8)
    yield "blank", np.broadcast_to(grey, pixels.shape).copy()
    yield "noise alone", rng.integers(0, 256, pixels.shape, np.uint8)
    yield "turned by 90°", np.ascontiguousarray(np.rot90(pixels, axes=(1, 2)))
    yield "upside down", np.ascontiguousarray(pixels[:, ::-1, ::-1])
    yield "mirrored", np.ascontiguousarray(pixels[:, :, ::-1])
    yield "turned by 10°", _filter(pixels, lambda image: image.rotate(10))
    for spread in (10, 25):
        noisy = np.clip(pixels + spread * noise, 0, 255).astype(np.uint8)
        yield f"noise of {spread} levels", noisy
    yield (
        "blurred by 2 px",
        _filter(pixels, lambda image: image.filter(ImageFilter.GaussianBlur(2))),
    )
    yield "gamma 2", (255 * (pixels / 255) ** 2).astype(np.uint8)
    yield "half as bright", pixels // 2


def _filter(pixels: Pixels, how: Callable[[Image.Image], Image.Image]) -> Pixels:
    squares = [square[..., 0] if square.shape[2] == 1 else square for square in pixels]
    changed = [np.asarray(how(Image.fromarray(square))) for square in squares]
    return np.stack([c[..., None] if c.ndim == 2 else c for c in changed])


if __name__ == "__main__":
    main()
