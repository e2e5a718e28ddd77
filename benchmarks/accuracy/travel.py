"""Is the stop rule right? Shifts with labels on both sides, and the rule judged on each one unseen.

    python -m benchmarks.accuracy.travel measure FOLDER --out FILE
    python -m benchmarks.accuracy.travel table --out FILE

FOLDER holds `TASK/SITE/CLASS/image`: the same task at two places or more. Each ordered pair of
sites is a shift, so are the two sites of the phantom; the training and test images of one site are
none. A line of the output is one shift; what stands there already is not
measured again. `MEDAPP_HOME` should name a workspace of its own.

What would have been right, by the labels there: *go* where a head from all labels of the place is
better than the model by no more than 5 points; else *adapt* where CORAL wins back half of that gap;
else *stop*. The table judges the rule with its limits as they are, and with limits that are chosen
on the shifts of all other tasks.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from itertools import permutations, product
from pathlib import Path
from typing import Any

import numpy as np

import medapp
from medapp.data.catalog import Catalog
from medapp.data.deriving import Derivation, derive
from medapp.data.importing.adding import add_folder
from medapp.data.samples import DataSet
from medapp.errors import MedAppError
from medapp.phantom.data_set import add_phantom
from medapp.studies.travel.rule import ADAPT, GO, LIMITS, RECOMMENDED, STOP, decide

SETTINGS = {"image_size": 96, "precision": "float32", "threads": 1}
GAP = 0.05  # of balanced accuracy: what a model may lack where it goes as it is
# Of a verdict, where another one is right: to use a model that fails costs most.
COSTS = {
    (GO, STOP): 3.0,
    (GO, ADAPT): 2.0,
    (ADAPT, STOP): 1.5,
    (ADAPT, GO): 0.5,
    (STOP, GO): 1.0,
    (STOP, ADAPT): 0.5,
}
GRID = (0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0)

Row = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["measure", "table"])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--out", type=Path, default=Path("docs/measured/travel.jsonl"))
    parser.add_argument("--strategy", default="linear-probe")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--seeds", type=int, default=1)
    options = parser.parse_args()
    if options.what == "measure":
        measure(options)
    print_table(load_rows(options.out))


def load_rows(path: Path) -> list[Row]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def measure(options: argparse.Namespace) -> None:
    """Train at each site and ask whether the model travels to every other one."""
    session = medapp.open()
    shifts = list(list_shifts(Catalog(session.workspace), options.folder))
    for seed, (task, source, target) in product(range(options.seeds), shifts):
        key = {
            "task": task,
            "source": source.name,
            "target": target.name,
            "strategy": options.strategy,
            "seed": seed,
        }
        if any(key.items() <= row.items() for row in load_rows(options.out)):
            continue
        name = f"{source.name}, {options.strategy}, seed {seed}"
        try:
            known = [run for run in session.list_runs() if run.name == name]
            steps = {} if options.strategy == "linear-probe" else {"epochs": options.epochs}
            asked = {**SETTINGS, **steps, "strategy": options.strategy, "seed": seed}
            run = known[0] if known else session.train(source, name=name, **asked)
            found = session.travel(run, target)
        except MedAppError as error:
            print(f"{task}: {source.name} to {target.name} left out: {error}", flush=True)
            continue
        row = {**key, **describe(found)}
        with options.out.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        print(row, flush=True)


def list_shifts(catalog: Catalog, folder: Path) -> Iterator[tuple[str, DataSet, DataSet]]:
    """The task, the data set that is learned from and the one that is judged, of each shift."""
    for task in sorted(path for path in folder.iterdir() if path.is_dir()):
        sites = [find_site(catalog, path) for path in sorted(task.iterdir()) if path.is_dir()]
        yield from list_pairs(catalog, task.name, sites)
    known = {data_set.name: data_set for data_set in catalog.list_data_sets()}
    phantom = known.get("Phantom") or add_phantom(catalog.workspace, "Phantom").data_set
    places = sorted({str(sample.site) for sample in catalog.load_samples(phantom)})
    sites = [
        known.get(f"phantom {place}") or choose(catalog, phantom, f"phantom {place}", site=(place,))
        for place in places
    ]
    yield from list_pairs(catalog, "phantom", sites)


def find_site(catalog: Catalog, path: Path) -> DataSet:
    name = f"{path.parent.name} {path.name}"
    found = [d for d in catalog.list_data_sets() if d.name == name]
    return found[0] if found else add_folder(catalog.workspace, path, name).data_set


def list_pairs(
    catalog: Catalog, task: str, sites: Sequence[DataSet]
) -> Iterator[tuple[str, DataSet, DataSet]]:
    for source, target in permutations(sites, 2):
        yield task, source, target
    known = {data_set.name: data_set for data_set in catalog.list_data_sets()}
    for site in sites:
        parts = {"learned": ("train", "validation"), "kept back": ("test",)}
        halves = [
            known.get(f"{site.name}, {part}")
            or choose(catalog, site, f"{site.name}, {part}", split=splits)
            for part, splits in parts.items()
        ]
        yield task, halves[0], halves[1]


def choose(catalog: Catalog, source: DataSet, name: str, **only: tuple[str, ...]) -> DataSet:
    return derive(catalog, name, Derivation((source.uid,), only=only))


def describe(found: Any) -> Row:
    """The numbers of one answer."""
    assert found.source_only is not None
    methods = found.methods or {}
    return {
        "n": found.images,
        "distance": found.distance,
        "site_auroc": found.site_auroc,
        "home": found.home.balanced_accuracy if found.home else None,
        "as_is": found.source_only.balanced_accuracy,
        "own_labels": found.own_labels.balanced_accuracy if found.own_labels else None,
        "methods": {key: figure.balanced_accuracy for key, figure in methods.items()},
        "gains": {key: figure.gain_interval for key, figure in methods.items()},
        "curve": {count: figure.balanced_accuracy for count, figure in found.curve},
    }


def find_right(row: Row) -> str | None:
    """What would have been right to say; None where the labels there teach nothing."""
    if row["own_labels"] is None:
        return None
    gap = row["own_labels"] - row["as_is"]
    if gap <= GAP:
        return GO
    won = row["methods"].get(RECOMMENDED, 0.0) - row["as_is"]
    return ADAPT if won >= gap / 2 else STOP


def choose_limits(rows: Sequence[Row]) -> tuple[float, float]:
    """The limits that cost least on some shifts; of equals the most cautious ones."""
    pairs = [(low, high) for low, high in product(GRID, GRID) if low <= high]
    return min(pairs, key=lambda pair: (count_costs(rows, pair), pair))


def count_costs(rows: Sequence[Row], limits: tuple[float, float]) -> float:
    return sum(
        COSTS.get((decide(row["distance"], limits).verdict, right), 0.0)
        for row in rows
        if (right := find_right(row))
    )


def print_table(rows: Sequence[Row]) -> None:
    """Each shift with its verdicts, and how often they are right."""
    print(
        "| shift | images | distance | at home | as it is | CORAL | labels there | right |"
        " rule | limits of the others |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    said: list[tuple[str, str, str]] = []
    for row in rows:
        right = find_right(row)
        if right is None:
            continue
        now = decide(row["distance"], LIMITS).verdict
        limits = choose_limits([other for other in rows if other["task"] != row["task"]])
        unseen = decide(row["distance"], limits).verdict
        said.append((right, now, unseen))
        figures = [row["home"], row["as_is"], row["methods"].get(RECOMMENDED), row["own_labels"]]
        cells = ["–" if value is None else f"{value:.3f}" for value in figures]
        print(
            f"| {row['source']} → {row['target']} | {row['n']:,} | {row['distance']:.2f} |"
            f" {' | '.join(cells)} | {right} | {now} | {unseen} |"
        )
    print()
    for name, place in (("as it is", 1), ("with each task left out", 2)):
        hits = np.mean([of[0] == of[place] for of in said])
        wrong = sum(of[0] == STOP and of[place] != STOP for of in said)
        stops = sum(of[0] == STOP for of in said)
        wasted = sum(of[0] == GO and of[place] == STOP for of in said)
        goes = sum(of[0] == GO for of in said)
        print(
            f"The rule {name}: right in {hits:.2f} of {len(said)}; of {stops} shifts that call for"
            f" stop it lets {wrong} through; of {goes} that call for go it stops {wasted}."
        )


if __name__ == "__main__":
    main()
