"""How long do a filter by a column and a sort take where a data set has many images?

    python -m benchmarks.speed.filters

The rows have no files: what is timed is what the gallery does for its list of images. The order of
all images is kept from before, as on a page that shows them; that of images left out or edited is
not. A tenth of the images is left out. Sorts are of the first time that a page asks for a column;
a page keeps the order, so that a second look costs nothing.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.kit.claims import Claim
from benchmarks.kit.options import build_parser
from medapp.data.catalog import Catalog
from medapp.data.edits import LEAVE_OUT, Change, apply_edits
from medapp.data.filters import EDITED, LEFT_OUT, STATE, Where
from medapp.data.layouts.order import Entry, sort_by_name
from medapp.data.samples import DataSet, Sample
from medapp.store.workspace import Workspace
from medapp.studies.losses import Judgement, Judgements
from medapp.studies.sorting import LOSS, Order, find_order, read_values, sort_entries


def main(arguments: Sequence[str] | None = None) -> list[Claim]:
    parser = build_parser(__doc__, takes_folder=False, repeats=5)
    parser.add_argument("--images", type=int, default=100_000)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        workspace = Workspace(Path(temporary) / "home")
        workspace.runs_folder.mkdir(parents=True)
        catalog = Catalog(workspace)
        data_set = add_rows(catalog, Path(temporary), options.images)
        asked = {
            "an attribute": Where("sex", "F"),
            "images left out": Where(STATE, LEFT_OUT),
            "images edited": Where(STATE, EDITED),
        }
        claims = []
        for what, where in asked.items():
            work = plan_work(catalog, data_set, where)
            seconds = time_median(work, options.repeats)
            words = f"filter of {options.images:,} images by {what}, sorted by name"
            claims.append(Claim("18", words, "", seconds, 0.3, "s", is_ceiling=True))
        return [*claims, *time_sorts(workspace, data_set, options.images, options.repeats)]


def time_sorts(workspace: Workspace, data_set: DataSet, images: int, repeats: int) -> list[Claim]:
    """Sorts by columns and by losses, of images whose order by name is kept from before."""
    named = sort_by_name(Catalog(workspace).list_entries(data_set))
    random = np.random.default_rng(0).random(images).tolist()
    # A test split: one image of seven was judged.
    said = {e.id: Judgement(random[n], "a", False) for n, e in enumerate(named) if n % 7 == 0}
    claims = []
    for name in ("age", "taken", "view", "height", LOSS):
        order = find_order(Catalog(workspace), data_set, name)

        def sort(order: Order = order) -> list[Entry]:
            values = read_values(workspace, data_set, order, Judgements(said))
            return sort_entries(named, order, values, is_reversed=True)

        words = f"sort of {images:,} images by {name.lower()}"
        seconds = time_median(sort, repeats)
        claims.append(Claim("18", words, "", seconds, 0.3, "s", is_ceiling=True))
    return claims


def add_rows(catalog: Catalog, root: Path, images: int) -> DataSet:
    """A data set of so many rows, half of them of each sex and a tenth left out."""
    samples = [
        Sample(
            0,
            f"{'ab'[i % 2]}/{i:06d}.png",
            root / "ab"[i % 2] / f"{i:06d}.png",
            "ab"[i % 2],
            f"p{i // 10}",
            None,
            "train",
            f"{i:064x}",
            48,
            48,
            "8-bit grey",
            attributes={
                "sex": "FM"[i // 2 % 2],
                "age": str(i % 90),
                "view": ("PA", "AP", "lateral")[i % 3],
                "taken": f"{2000 + i % 20}-{i % 12 + 1:02d}-{i % 28 + 1:02d}",
            },
        )
        for i in range(images)
    ]
    classes = ("a", "b")
    empty = DataSet(0, "many", root, "registered", classes, None, True, "drawn", False, "2026")
    data_set = catalog.add(empty, samples)
    ids = [entry.id for entry in catalog.list_entries(data_set)][::10]
    return apply_edits(catalog, data_set, [Change(id, LEAVE_OUT) for id in ids], "for the purpose")


def plan_work(catalog: Catalog, data_set: DataSet, where: Where) -> Callable[[], object]:
    """What the gallery does for a filter."""
    if where.column == STATE:
        return lambda: sort_by_name(catalog.list_entries(data_set, only=where))
    kept = sort_by_name(catalog.list_entries(data_set))

    def choose() -> list[Entry]:
        ids = catalog.list_ids(data_set, where)
        return [entry for entry in kept if entry.id in ids]

    return choose


def time_median(work: Callable[[], object], repeats: int) -> float:
    """Median seconds."""
    seconds = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


if __name__ == "__main__":
    for claim in main():
        print(claim)
