"""What is transfer worth on a set of brain tumor slices? Strategies, a random frozen backbone as
control, two ways of splitting.

    python -m benchmarks.accuracy.transfer DATA_FOLDER --out docs/measured/transfer.jsonl

DATA_FOLDER is the figshare set 1512427 (J. Cheng) as class folders of slices numbered series after
series. Each line of the output is one run; a run that stands there already is not made again, so
the script can be stopped and goes on where it was. Two processes of one thread each (`--threads
1`), one for each of `--splits` with a workspace (`MEDAPP_HOME`) of its own, are faster than one of
two threads. `--table` prints the Markdown table of `docs/results.md` from the lines.
"""

import resource
import statistics
from itertools import product
from pathlib import Path
from typing import Any

import medapp
from benchmarks.kit.options import build_parser
from benchmarks.kit.rows import append_row, load_rows
from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_folder
from medapp.data.importing.choice import ImportChoice
from medapp.runs.events import EpochFinished
from medapp.store.cache import open_cache
from medapp.store.workspace import find_workspace

SPLITS = {"slices": None, "blocks": r"(\d\d)\d\d"}
EQUAL = {"epochs": 10}
LONG = {"epochs": 20, "early_stopping": 4}
ARMS: dict[str, dict[str, Any]] = {
    "random frozen backbone, linear probe": {
        "strategy": "head-by-steps",
        "source": "none",
        **EQUAL,
    },
    "linear probe": {"strategy": "head-by-steps", **EQUAL},
    "last stage": {"strategy": "last-stage", **EQUAL},
    "fine-tune": {"strategy": "fine-tune", **EQUAL},
    "from scratch": {"strategy": "scratch", **EQUAL},
    "fine-tune, strong augmentation": {"strategy": "fine-tune", "augmentation": "strong", **EQUAL},
    "last stage, to early stopping": {"strategy": "last-stage", **LONG},
    "fine-tune, to early stopping": {"strategy": "fine-tune", **LONG},
    "from scratch, to early stopping": {"strategy": "scratch", **LONG},
}
METRICS = ("accuracy", "balanced_accuracy", "macro_auroc")


def main() -> None:
    parser = build_parser(__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/measured/transfer.jsonl"))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--arms", nargs="*", default=list(ARMS))
    parser.add_argument("--splits", nargs="*", default=list(SPLITS))
    parser.add_argument("--threads", type=int, default=0, help="threads of each run; 0 is all")
    parser.add_argument("--table", action="store_true", help="print the table and make no runs")
    options = parser.parse_args()
    if not options.table:
        measure(
            options.folder,
            options.out,
            options.seeds,
            options.arms,
            options.splits,
            options.threads,
        )
    print(build_table(load_rows(options.out)))


def _spend() -> float:
    """CPU seconds of the children that ended: what a run cost, its process's start included,
    whether or not it had to wait for a core.
    """
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(
    folder: Path, out: Path, seeds: int, arms: list[str], splits: list[str], threads: int
) -> None:
    """Make the runs that are not in `out` yet: all arms of a seed before the next seed."""
    workspace = find_workspace()
    known = {d.name for d in Catalog(workspace).list_data_sets()}
    for split in splits:
        if split not in known:
            add_folder(
                workspace, folder, name=split, choice=ImportChoice(patient_pattern=SPLITS[split])
            )
    out.parent.mkdir(parents=True, exist_ok=True)
    done = {(row["arm"], row["split"], row["seed"]) for row in load_rows(out)}
    for seed, arm, split in product(range(seeds), arms, splits):
        if (arm, split, seed) in done:
            continue
        open_cache(workspace).clear()  # each run pays for its own features
        before = _spend()
        run = medapp.train(split, seed=seed, image_size=128, threads=threads, **ARMS[arm])
        figures = medapp.evaluate(run).to_dict()
        epochs = [e for e in run.list_events() if isinstance(e, EpochFinished)]
        row = {
            "arm": arm,
            "split": split,
            "seed": seed,
            "n": figures["n"],
            "intervals": figures["intervals"],
            "cpu_seconds": _spend() - before,
        }
        row |= {metric: figures[metric] for metric in METRICS}
        row |= {
            "epochs": len(epochs),
            "best_epoch": max(e.epoch for e in epochs if e.is_best),
        }
        append_row(out, row)
        print(
            f"{arm} · {split} · seed {seed}: accuracy {row['accuracy']:.3f},"
            f" {row['cpu_seconds']:.0f} s",
            flush=True,
        )
        run.delete()


def build_table(rows: list[dict[str, Any]]) -> str:
    """Mean over the seeds, lowest and highest in brackets."""
    lines = [
        (
            "| arm | split | seeds | n test | accuracy | balanced accuracy | macro AUROC | epochs |"
            " CPU seconds |"
        ),
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for arm, split in product(ARMS, SPLITS):
        chosen = [row for row in rows if (row["arm"], row["split"]) == (arm, split)]
        if not chosen:
            continue
        figures = []
        for metric in METRICS:
            values = [row[metric] for row in chosen]
            figures.append(f"{statistics.mean(values):.3f} [{min(values):.3f}, {max(values):.3f}]")
        epochs, seconds = (
            statistics.median(row[key] for row in chosen) for key in ("epochs", "cpu_seconds")
        )
        lines.append(
            f"| {arm} | {split} | {len(chosen)} | {chosen[0]['n']} | {' | '.join(figures)} |"
            f" {epochs:.0f} | {seconds:.0f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
