"""How long does the map of many images take until it can be sent to the browser?

    python -m benchmarks.speed.map

The images have no files: random features are put where those of a backbone would be kept. What is
timed is what a page does once they are: the principal components, the figure, and its JSON; and
t-SNE of as many images as a map by t-SNE holds.
"""

import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.kit.claims import Claim
from benchmarks.kit.options import build_parser
from benchmarks.speed.filters import add_rows
from medapp.audit.features import find_features
from medapp.audit.map import choose_samples, find_map, make_map
from medapp.data.catalog import Catalog
from medapp.data.samples import DataSet, Sample
from medapp.figures.map import Points, draw_map
from medapp.store.workspace import Workspace


def main(arguments: Sequence[str] | None = None) -> list[Claim]:
    parser = build_parser(__doc__, takes_folder=False, repeats=1)
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--t-sne", action="store_true", help="arrange by t-SNE too")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        workspace = Workspace(Path(temporary) / "home")
        workspace.runs_folder.mkdir(parents=True)
        data_set = add_rows(Catalog(workspace), Path(temporary), options.images)
        samples = Catalog(workspace).load_samples(data_set)
        keep_features(workspace, data_set, samples)
        claims = time_map(workspace, data_set, samples)
        if options.t_sne:
            claims.append(time_arranging(workspace, data_set, samples))
        return claims


def keep_features(workspace: Workspace, data_set: DataSet, samples: Sequence[Sample]) -> None:
    """Random features in place of a backbone's."""
    rows = find_features(workspace, data_set, samples).source
    random = np.random.default_rng(0)

    def draw(missing: list[int]) -> Iterator[NDArray[np.float32]]:
        return (random.standard_normal(rows.shape, np.float32) for _ in missing)

    rows.fill([sample.content_hash for sample in samples], draw)


def time_map(workspace: Workspace, data_set: DataSet, samples: Sequence[Sample]) -> list[Claim]:
    began = time.perf_counter()
    found = find_map(workspace, data_set, choose_samples(samples, "pca"), "pca")
    assert found is not None
    projected = time.perf_counter()
    names = [sample.name for sample in samples]
    points = Points(found.positions, found.shares, found.ids, names)
    content = draw_map(points, [sample.label for sample in samples]).to_json()
    ended = time.perf_counter()
    count = f"{len(samples):,} images"
    return [
        Claim("18", f"principal components of {count}", "", projected - began, 10, "s", True),
        Claim("18", f"figure of {count}, as JSON", "", ended - projected, 3, "s", True),
        Claim("18", f"JSON of {count}", "", len(content) / 2**20, 10, "MiB", True),
    ]


def time_arranging(workspace: Workspace, data_set: DataSet, samples: Sequence[Sample]) -> Claim:
    chosen = choose_samples(samples, "tsne")
    began = time.perf_counter()
    make_map(workspace, data_set, chosen, "tsne", lambda title, done, total: None)
    seconds = time.perf_counter() - began
    return Claim("18", f"t-SNE of {len(chosen):,} images", "", seconds, 120, "s", True)


if __name__ == "__main__":
    for claim in main():
        print(claim)
