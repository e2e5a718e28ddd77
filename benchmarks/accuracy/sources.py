"""Several sources at once, beside the best single one and beside their union.

    python -m benchmarks.accuracy.sources TARGET SOURCE… --out FILE [--drop CLASS…]

TARGET and each SOURCE are whatever `medapp data add` takes: the same classes at several places,
such as white blood cells of three laboratories (Zheng 2018; BCCD). Classes in `--drop` are left
out, as where one place has next to none. A run learns from each source alone, from their union (one
head), and from all of them with a head each. Each is then judged twice: as it is, on all images of
the target, of which it has seen none (a run over several sources by the head of its first); and as
a start for fine-tuning on a share of the target's training images, on the target's test split.
Beside these: the target alone from the bundled backbone, and the target learned jointly with the
sources.

Each line of the output is one measurement; what stands there is not made again, so the script can
be stopped and goes on where it was. `MEDAPP_HOME` should name a workspace of its own.
"""

import statistics
from argparse import Namespace
from pathlib import Path
from typing import Any

import medapp
from benchmarks.kit.options import build_parser
from benchmarks.kit.rows import append_row, has_row, load_rows
from medapp.data.catalog import Catalog
from medapp.data.deriving import Derivation, derive
from medapp.data.importing.adding import add_path
from medapp.data.samples import DataSet
from medapp.runs.making import list_runs
from medapp.runs.run import Run
from medapp.session import open as open_session
from medapp.store.workspace import find_workspace

FIRST = 0  # the place of the source whose head judges, of several


def main() -> None:
    parser = build_parser(__doc__, takes_folder=False, image_size=64)
    parser.add_argument("target", type=Path)
    parser.add_argument("sources", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, default=Path("docs/measured/sources.jsonl"))
    parser.add_argument("--drop", nargs="*", default=[])
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--ways", nargs="*", help="some of them; else all")
    parser.add_argument("--share", type=float, default=0.25, help="of the target's training images")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--threads", type=int, default=0)
    options = parser.parse_args()
    target = find_data(options.target, options.drop)
    sources = [find_data(path, options.drop) for path in options.sources]
    union = join_data(sources)
    for seed in range(options.seeds):
        measure("target alone", target, None, [], seed, options)
        for source in sources:
            measure(source.name, target, source, [], seed, options)
        measure("union", target, union, [], seed, options)
        measure("several", target, sources[FIRST], sources[FIRST + 1 :], seed, options)
        measure("joint", target, None, sources, seed, options)
    print(build_table(load_rows(options.out), target.name, options.epochs))


def find_data(path: Path, dropped: list[str]) -> DataSet:
    """The data set of a path, without the dropped classes; added where it is not there."""
    known = {data.name: data for data in Catalog(find_workspace()).list_data_sets()}
    whole = known.get(path.stem) or add_path(find_workspace(), path, path.stem).data_set
    if not dropped:
        return whole
    name = f"{path.stem} without {', '.join(dropped)}"
    wanted = Derivation((whole.uid,), dict.fromkeys(dropped, ""))
    return known.get(name) or derive(Catalog(find_workspace()), name, wanted)


def join_data(sources: list[DataSet]) -> DataSet:
    """All images of the sources as one data set."""
    known = {data.name: data for data in Catalog(find_workspace()).list_data_sets()}
    name = " and ".join(source.name for source in sources)
    wanted = Derivation(tuple(source.uid for source in sources))
    return known.get(name) or derive(Catalog(find_workspace()), name, wanted)


def measure(
    way: str,
    target: DataSet,
    source: DataSet | None,
    further: list[DataSet],
    seed: int,
    options: Namespace,
) -> None:
    """One way with one seed: judged as it is, then after fine-tuning on a share of the target.

    Args:
        source: what is learned from first; None where the target is learned from at once.
        further: beside that data set, each with a head of its own.
    """
    key = {
        "target": target.name,
        "way": way,
        "seed": seed,
        "image_size": options.image_size,
        "epochs": options.epochs,
        "share": options.share,
    }
    if has_row(options.out, key) or (options.ways and way not in options.ways):
        return
    row = dict(key)
    start: dict[str, Any] = {"share": options.share}
    if source is not None:
        first = train(f"{way} before {target.name}, {seed}", source, further, seed, options)
        seen = open_session().evaluate(first, data=target)
        row |= {"unseen": seen.balanced_accuracy, "unseen_n": seen.n}
        start["source"] = f"run:{first.id}"
    name = f"{way} to {target.name}, {seed}"
    run = train(name, target, [] if source else further, seed, options, **start)
    found = run.load_evaluation()
    assert found is not None
    row |= {"test": found.balanced_accuracy, "test_n": found.n}
    append_row(options.out, row)
    print(row, flush=True)


def train(
    name: str,
    data: DataSet,
    sources: list[DataSet],
    seed: int,
    options: Namespace,
    **settings: Any,
) -> Run:
    """The run of that name; made where it is not done yet."""
    kept = {run.name: run for run in list_runs(find_workspace())}.get(name)
    if kept is not None and kept.state == "done":
        return kept
    if kept is not None:
        kept.delete()
    return medapp.train(
        data,
        name=name,
        sources=sources,
        strategy="fine-tune",
        seed=seed,
        epochs=options.epochs,
        image_size=options.image_size,
        precision=options.precision,
        threads=options.threads,
        **settings,
    )


def build_table(rows: list[dict[str, Any]], target: str, epochs: int) -> str:
    """Means over seeds, with the lowest and the highest in brackets."""
    own = [row for row in rows if row["target"] == target and row["epochs"] == epochs]
    lines = [
        f"Target: {target}, {epochs} epochs",
        "",
        "| learned from | seeds | unseen target: balanced accuracy | after fine-tuning there |",
        "|---|---|---|---|",
    ]
    for way in dict.fromkeys(row["way"] for row in own):
        some = [row for row in own if row["way"] == way]
        unseen, test = (write_range([r[k] for r in some if k in r]) for k in ("unseen", "test"))
        lines.append(f"| {way} | {len(some)} | {unseen} | {test} |")
    return "\n".join(lines)


def write_range(values: list[float]) -> str:
    if not values:
        return ""
    return f"{statistics.mean(values):.3f} [{min(values):.3f}, {max(values):.3f}]"


if __name__ == "__main__":
    main()
