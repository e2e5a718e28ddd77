"""Does learning with another hospital's unlabelled images help there? Each method beside none.

    python -m benchmarks.accuracy.adaptation --out FILE
    python -m benchmarks.accuracy.adaptation SOURCE TARGET --out FILE

SOURCE and TARGET are whatever `medapp data add` takes, with the same classes; without them they are
the two sites of the phantom. Every run is trained on the source and judged on all images of the
target, whose labels it has not read, and whose test split (where there is one) it has not seen.
Each line of the output is one run; a run that stands there already is not made again. An arm such
as `dann=0.1` gives the method another weight than its own. `MEDAPP_HOME` should name a workspace of
its own.
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
from medapp.phantom.data_set import add_phantom
from medapp.store.workspace import find_workspace
from medapp.training.objectives.table import list_adaptations

NONE = "source only"


def main() -> None:
    parser = build_parser(__doc__, takes_folder=False, image_size=64)
    parser.add_argument("paths", type=Path, nargs="*", help="source and target")
    parser.add_argument("--out", type=Path, default=Path("docs/measured/adaptation.jsonl"))
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--strategy", default="fine-tune")
    parser.add_argument("--arms", nargs="*", default=[NONE, *list_adaptations()])
    parser.add_argument("--threads", type=int, default=0, help="threads of each run; 0 is all")
    options = parser.parse_args()
    if len(options.paths) not in (0, 2):
        parser.error("name a source and a target, or neither")
    source, target = find_sides(options.paths)
    for seed in range(options.seeds):
        for arm in options.arms:
            measure(source, target, arm, seed, options)
    print(build_table(load_rows(options.out), source.name, target.name, options))


def find_sides(paths: list[Path]) -> list[DataSet]:
    """The two data sets in the workspace; added where they are not there."""
    workspace = find_workspace()
    catalog = Catalog(workspace)
    known = {data_set.name: data_set for data_set in catalog.list_data_sets()}
    if paths:
        return [known.get(p.stem) or add_path(workspace, p, p.stem).data_set for p in paths]
    phantom = add_phantom(workspace).data_set
    sites = sorted({sample.site or "" for sample in catalog.load_samples(phantom)})[:2]
    names = [f"Phantom, site {site}" for site in sites]
    return [
        known.get(name) or derive(catalog, name, Derivation((phantom.uid,), only={"site": (site,)}))
        for name, site in zip(names, sites, strict=True)
    ]


def measure(source: DataSet, target: DataSet, arm: str, seed: int, options: Namespace) -> None:
    """Make one run, unless its line stands there."""
    key = {
        "source": source.name,
        "target": target.name,
        "arm": arm,
        "seed": seed,
        "image_size": options.image_size,
        "epochs": options.epochs,
        "strategy": options.strategy,
    }
    if has_row(options.out, key):
        return
    method, _, weight = arm.partition("=")
    asked: dict[str, Any] = {}
    if method != NONE:
        asked = {"target": target, "adaptation": method, "adaptation_weight": float(weight or 0)}
    run = medapp.train(
        source,
        seed=seed,
        epochs=options.epochs,
        image_size=options.image_size,
        strategy=options.strategy,
        threads=options.threads,
        **asked,
    )
    own, there = medapp.evaluate(run), medapp.evaluate(run, data=target)
    figures = {
        "n": there.n,
        "target": round(there.balanced_accuracy or 0.0, 4),
        "own_n": own.n,
        "own": round(own.balanced_accuracy or 0.0, 4),
    }
    append_row(options.out, {**key, "judged": figures})


def build_table(rows: list[dict[str, Any]], source: str, target: str, options: Namespace) -> str:
    """Balanced accuracy on both sides, a mean over the seeds, as a Markdown table."""
    lines = [
        f"Trained on {source}, judged on all images of {target}; {options.image_size} px,"
        f" {options.epochs} epochs, {options.strategy}",
        "",
        "| method | seeds | there | each seed | at home (test) |",
        "|---|---|---|---|---|",
    ]
    asked = {
        "source": source,
        "target": target,
        "image_size": options.image_size,
        "epochs": options.epochs,
        "strategy": options.strategy,
    }
    for arm in options.arms:
        found = [row["judged"] for row in rows if {**asked, "arm": arm}.items() <= row.items()]
        there = [figures["target"] for figures in found]
        own = [figures["own"] for figures in found]
        if found:
            each = " ".join(f"{value:.3f}" for value in there)
            means = f"{statistics.mean(there):.3f} | {each} | {statistics.mean(own):.3f}"
            lines.append(f"| {arm} | {len(found)} | {means} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
