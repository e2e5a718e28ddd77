"""Does a model travel? Shifts with labels on both sides: each method, and the rule, over seeds.

    python -m benchmarks.accuracy.travel measure FOLDER --out FILE
    python -m benchmarks.accuracy.travel table --out FILE

FOLDER holds `TASK/SITE/CLASS/image`: the same task at two places or more. Each ordered pair of
sites is a shift, so are the two sites of the phantom; the training and test images of one site are
none. `--tasks` keeps some of them. At each site a model is trained by each of `--strategies` with
each seed; with `--adaptations` also runs that learn with the other site's images, unlabelled. A
line of the output is one shift, strategy and seed; what stands there already is not measured again,
so that the command goes on where it was. `MEDAPP_HOME` should name a workspace of its own.

What the tables say is told in `travel_tables`.
"""

import argparse
from collections.abc import Iterator, Sequence
from itertools import permutations, product
from pathlib import Path
from typing import Any

import medapp
from benchmarks.accuracy.travel_tables import print_tables
from benchmarks.kit.rows import Row, append_row, has_row, load_rows
from medapp.data.catalog import Catalog
from medapp.data.deriving import Derivation, derive
from medapp.data.importing.adding import add_folder
from medapp.data.importing.choice import ImportChoice
from medapp.data.samples import DataSet
from medapp.errors import MedAppError
from medapp.phantom.data_set import add_phantom
from medapp.runs.run import Run
from medapp.session import Session
from medapp.studies.travel.record import Figure, Travel
from medapp.training.strategies import STRATEGIES

PHANTOM = "phantom"
FITTED = "linear-probe"
# The task, what is learned from, what is judged, and whether that is another place.
Shift = tuple[str, DataSet, DataSet, bool]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["measure", "table"])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--out", type=Path, default=Path("docs/measured/travel.jsonl"))
    parser.add_argument("--tasks", help="names of tasks, with commas; all where none is named")
    parser.add_argument("--strategies", default=f"{FITTED},fine-tune")
    parser.add_argument("--adaptations", default="", help="objectives, with commas")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--image-size", type=int, default=96)
    parser.add_argument("--minutes", type=float, default=0.0, help="of fine-tuning on labels")
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--patient-pattern", help="finds the patient in a file's name")
    options = parser.parse_args()
    if options.what == "measure":
        if options.folder is None:
            parser.error("measure needs a folder")
        measure(options)
    print_tables(load_rows(options.out))


def measure(options: argparse.Namespace) -> None:
    """Train at each site and ask whether the model travels to every other one."""
    session = medapp.open()
    shifts = list(list_shifts(Catalog(session.workspace), options))
    work = product(
        range(options.first_seed, options.first_seed + options.seeds),
        options.strategies.split(","),
        shifts,
    )
    for seed, strategy, (task, source, target, is_elsewhere) in work:
        key = {
            "task": task,
            "source": source.name,
            "target": target.name,
            "strategy": strategy,
            "seed": seed,
        }
        if has_row(options.out, key):
            continue
        try:
            run = train(session, options, source, strategy, seed)
            for name in list_adaptations(options, strategy) if is_elsewhere else ():
                train(session, options, source, strategy, seed, target, name)
            found = session.travel(run, target, minutes=options.minutes)
        except MedAppError as error:
            print(f"{task}: {source.name} to {target.name} left out: {error}", flush=True)
            continue
        row = {**key, "image_size": options.image_size, **describe(found, run.name)}
        append_row(options.out, row)
        print(row, flush=True)


def list_adaptations(options: argparse.Namespace, strategy: str) -> list[str]:
    """What is adapted in the loop; nothing where the backbone does not learn."""
    asked = list(filter(None, options.adaptations.split(",")))
    return asked if STRATEGIES[strategy].learns_backbone else []


def train(
    session: Session,
    options: argparse.Namespace,
    source: DataSet,
    strategy: str,
    seed: int,
    target: DataSet | None = None,
    adaptation: str = "",
) -> Run:
    """The run of these settings, which is trained once."""
    name = f"{source.name}, {strategy}, {options.image_size} px, seed {seed}"
    asked: dict[str, Any] = {"image_size": options.image_size, "strategy": strategy}
    asked |= {"precision": options.precision, "threads": 1}
    if strategy != FITTED:
        asked["epochs"] = options.epochs
    if target is not None:
        name = f"{name}, {adaptation} to {target.name}"
        asked |= {"target": target.name, "adaptation": adaptation}
    known = [run for run in session.list_runs() if run.name == name]
    if not known:
        return session.train(source, name=name, seed=seed, **asked)
    return known[0] if known[0].state == "done" else session.resume(known[0])


def list_shifts(catalog: Catalog, options: argparse.Namespace) -> Iterator[Shift]:
    """All shifts of the tasks that are asked for."""
    wanted = set(filter(None, (options.tasks or "").split(",")))
    for task in sorted(path for path in options.folder.iterdir() if path.is_dir()):
        if wanted and task.name not in wanted:
            continue
        paths = sorted(path for path in task.iterdir() if path.is_dir())
        sites = [find_site(catalog, path, options.patient_pattern) for path in paths]
        yield from list_pairs(catalog, task.name, sites)
    if wanted and PHANTOM not in wanted:
        return
    known = {data_set.name: data_set for data_set in catalog.list_data_sets()}
    phantom = known.get("Phantom") or add_phantom(catalog.workspace, "Phantom").data_set
    places = sorted({str(sample.site) for sample in catalog.load_samples(phantom)})
    sites = [
        known.get(f"phantom {place}") or choose(catalog, phantom, f"phantom {place}", site=(place,))
        for place in places
    ]
    yield from list_pairs(catalog, PHANTOM, sites)


def find_site(catalog: Catalog, path: Path, pattern: str | None) -> DataSet:
    name = f"{path.parent.name} {path.name}"
    found = [d for d in catalog.list_data_sets() if d.name == name]
    choice = ImportChoice(patient_pattern=pattern)
    return found[0] if found else add_folder(catalog.workspace, path, name, choice).data_set


def list_pairs(catalog: Catalog, task: str, sites: Sequence[DataSet]) -> Iterator[Shift]:
    for source, target in permutations(sites, 2):
        yield task, source, target, True
    known = {data_set.name: data_set for data_set in catalog.list_data_sets()}
    for site in sites:
        parts = {"learned": ("train", "validation"), "kept back": ("test",)}
        halves = [
            known.get(f"{site.name}, {part}")
            or choose(catalog, site, f"{site.name}, {part}", split=splits)
            for part, splits in parts.items()
        ]
        yield task, halves[0], halves[1], False


def choose(catalog: Catalog, source: DataSet, name: str, **only: tuple[str, ...]) -> DataSet:
    return derive(catalog, name, Derivation((source.uid,), only=only))


def describe(found: Travel, name: str) -> Row:
    """The numbers of one answer.

    Args:
        name: of the run that was judged; names of those that adapted like it begin so.
    """
    assert found.source_only is not None
    figures = {"as_is": found.source_only, "own_labels": found.own_labels, "home": found.home}
    prefix = f"run {name}, "
    methods = {
        key.removeprefix(prefix).split(" to ")[0]: figure
        for key, figure in (found.methods or {}).items()
        if key not in found.runs or key.startswith(prefix)
    }
    known: dict[str, Figure] = {k: f for k, f in {**figures, **methods}.items() if f is not None}
    curves = {"curve": found.curve, "tuned": found.tuned.curve if found.tuned else ()}
    return {
        "n": found.images,
        "distance": found.distance,
        "site_auroc": found.site_auroc,
        "verdict": found.verdict,
        **{key: figure and figure.balanced_accuracy for key, figure in figures.items()},
        "methods": {key: figure.balanced_accuracy for key, figure in methods.items()},
        "intervals": {key: figure.interval for key, figure in known.items()},
        "gains": {key: figure.gain_interval for key, figure in methods.items()},
        **{
            name: {str(count): each.balanced_accuracy for count, each in curve}
            for name, curve in curves.items()
        },
        "curve_gains": {
            name: {str(count): each.gain_interval for count, each in curve[1:]}
            for name, curve in curves.items()
        },
    }


if __name__ == "__main__":
    main()
