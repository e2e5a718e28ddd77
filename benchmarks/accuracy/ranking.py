"""Is the ranking of sources right, and is it better than taking always the same one?

    python -m benchmarks.accuracy.ranking measure --source FILE … --target PATH [PATTERN] …
    python -m benchmarks.accuracy.ranking table                 what came of it
    python -m benchmarks.accuracy.ranking time --target PATH    how long a ranking takes

A network is fine-tuned from the bundled backbone on each `--source`. For each `--target` all of
these, the bundled backbone and random weights are ranked, and then a network is fine-tuned from
each, over seeds. PATTERN finds the patient in a file's name; `layout=…` says what folders mean.
The truth that the ranking has to foretell is the mean over seeds of the balanced accuracy on the
test split, which the ranking does not read. Each line of `--out` is a ranking or a run; what stands
there is not made again, so the command can be stopped and goes on where it was. `MEDAPP_HOME`
should name a workspace of its own.
"""

from argparse import Namespace
from collections import Counter
from pathlib import Path

import medapp
from benchmarks.accuracy.ranking_table import build_tables
from benchmarks.kit.options import build_parser
from benchmarks.kit.rows import Row, append_row, has_row, load_rows
from medapp.data.catalog import Catalog
from medapp.data.deriving import Derivation, derive
from medapp.data.importing.adding import add_path
from medapp.data.importing.choice import ImportChoice
from medapp.data.samples import DataSet
from medapp.models.backbones import BUNDLED
from medapp.runs.run import Run
from medapp.store.workspace import find_workspace
from medapp.studies.ranking.candidates import NOTHING
from medapp.studies.ranking.computing import rank_sources
from medapp.studies.ranking.ranking import Ranking

RARE = 20  # images that a class must have; three of them are the whole test split's
LAYOUT = "layout="


def main() -> None:
    parser = build_parser(__doc__, takes_folder=False, image_size=64)
    parser.add_argument("what", choices=["measure", "table", "time"])
    parser.add_argument("--source", action="append", default=[], metavar="FILE")
    parser.add_argument("--target", action="append", nargs="+", default=[], metavar="PATH")
    parser.add_argument("--out", type=Path, default=Path("docs/measured/ranking.jsonl"))
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--most", type=int, default=2000, help="images of a set, of all patients")
    parser.add_argument("--precision", default="float32")
    options = parser.parse_args()
    if options.what == "measure":
        measure_all(options)
    if options.what == "time":
        measure_time(options)
    else:
        print(build_tables(load_rows(options.out)))


def measure_all(options: Namespace) -> None:
    """Sources, rankings, then all runs of one seed before those of the next."""
    sources = {BUNDLED.name: BUNDLED.name, NOTHING: NOTHING}
    for path in options.source:
        run = find_source_run(Path(path), options)
        sources[f"run:{run.id}"] = run.name
    targets = [find_data(Path(path), options.most, *said) for path, *said in options.target]
    for data in targets:
        rank(data, sources, options)
    for seed in range(options.seeds):
        for data in targets:
            for source, name in sources.items():
                train(data, source, name, seed, options)


def find_data(path: Path, most: int, said: str = "") -> DataSet:
    """The data set of a path in the workspace, without classes that are too rare to be judged.

    Of a large one `most` images are drawn, by class and split: a share of the patients would be few
    of them.
    """
    catalog = Catalog(find_workspace())
    known = {data.name: data for data in catalog.list_data_sets()}
    if path.stem in known:
        return known[path.stem]
    layout = said.removeprefix(LAYOUT) if said.startswith(LAYOUT) else None
    pattern = said if said and layout is None else None
    choice = ImportChoice(layout=layout, patient_pattern=pattern)
    whole = known.get(f"{path.stem}, whole")
    whole = whole or add_path(catalog.workspace, path, f"{path.stem}, whole", choice).data_set
    counts = Counter(sample.label for sample in catalog.load_samples(whole))
    rare = {name: "" for name in whole.classes if counts[name] < RARE}
    left = counts.total() - sum(counts[name] for name in rare)
    count = most if left > most else None
    return derive(catalog, path.stem, Derivation((whole.uid,), rare, count=count))


def find_source_run(path: Path, options: Namespace) -> Run:
    """The run that was fine-tuned on a file's images; made, or gone on with, where it is not."""
    session = medapp.open()
    data = find_data(path, options.most)
    found = next((run for run in session.list_runs() if run.name == f"on {data.name}"), None)
    if found is None:
        return fine_tune(data, BUNDLED.name, 0, options, f"on {data.name}")
    return found if found.state == "done" else session.resume(found)


def fine_tune(
    data: DataSet, source: str, seed: int, options: Namespace, name: str | None = None
) -> Run:
    return medapp.train(
        data,
        name=name,
        source=source,
        strategy="scratch" if source == NOTHING else "fine-tune",
        seed=seed,
        epochs=options.epochs,
        image_size=options.image_size,
        precision=options.precision,
        threads=1,
    )


def rank(data: DataSet, sources: dict[str, str], options: Namespace) -> None:
    """Ask the training and validation images, unless the answer stands there."""
    key = {
        "what": "ranking",
        "data": data.name,
        "sources": list(sources.values()),
        "image_size": options.image_size,
    }
    if has_row(options.out, key):
        return
    found = rank_sources(find_workspace(), data, tuple(sources), options.image_size)
    keep({**key, **describe(found, sources)}, options.out)


def describe(found: Ranking, sources: dict[str, str]) -> Row:
    """A ranking by the sources' names, without the controls that nothing can start from."""
    rows = [row for row in found.ranked if row.source in sources]
    return {
        "images": found.images,
        "seconds": round(found.seconds, 1),
        "scores": {sources[r.source]: {n: s for n, (s, _) in r.scores.items()} for r in rows},
        "intervals": {sources[row.source]: row.interval for row in rows},
        "apart": {
            sources[row.source]: [sources[other] for other in row.apart_from if other in sources]
            for row in rows
        },
    }


def train(data: DataSet, source: str, name: str, seed: int, options: Namespace) -> None:
    """Make one run, unless its line stands there."""
    key = {
        "what": "run",
        "data": data.name,
        "source": name,
        "seed": seed,
        "image_size": options.image_size,
        "epochs": options.epochs,
        "most": options.most,
    }
    if has_row(options.out, key):
        return
    run = fine_tune(data, source, seed, options)
    validation = medapp.evaluate(run, "validation")
    test = medapp.evaluate(run)
    figures = {
        "validation": validation.balanced_accuracy,
        "test": test.balanced_accuracy,
        "interval": test.intervals["balanced_accuracy"],
        "auroc": test.macro_auroc,
        "n": test.n,
    }
    keep({**key, **figures}, options.out)
    run.delete()


def keep(row: Row, path: Path) -> None:
    append_row(path, row)
    print(row, flush=True)


def measure_time(options: Namespace) -> None:
    """How long a ranking takes when nothing is kept, and again."""
    for path, *said in options.target:
        data = find_data(Path(path), options.most, *said)
        for again in ("first", "again"):
            ranking = rank_sources(find_workspace(), data, (), options.image_size)
            print(
                f"{data.name}, {again}: {ranking.images} images of {ranking.image_size} px,"
                f" {len(ranking.ranked)} rows: {ranking.seconds:.0f} s",
                flush=True,
            )


if __name__ == "__main__":
    main()
