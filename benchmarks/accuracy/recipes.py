"""How should a network be fine-tuned? Ways of learning side by side, judged on validation alone.

    python -m benchmarks.accuracy.recipes PATH --patients PATTERN --out FILE

PATH is whatever `medapp data add` takes, PATTERN finds the patient in a file's name. Each line of
the output is one run; a run that stands there already is not made again, so the script can be
stopped and goes on where it was. The table gives each way's lowest validation loss, and by how much
it differs from that of the first way with the same seed. No test figure is printed: a default that
is chosen here must not have been chosen by it. `MEDAPP_HOME` should name a workspace of its own.
"""

import statistics
from argparse import Namespace
from pathlib import Path
from typing import Any

import medapp
from benchmarks.kit.options import build_arms_parser
from benchmarks.kit.rows import append_row, has_row, load_rows
from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_path
from medapp.data.importing.choice import ImportChoice
from medapp.data.samples import DataSet
from medapp.runs.events import EpochFinished
from medapp.runs.learning import find_best
from medapp.store.workspace import find_workspace

FINE = {"strategy": "fine-tune"}
WHOLE = {**FINE, "backbone_rate": 1.0}
ARMS: dict[str, dict[str, Any]] = {
    "fine-tune": FINE,
    "backbone at the whole rate": {**FINE, "backbone_rate": 1.0},
    "backbone at a tenth": {**FINE, "backbone_rate": 0.1},
    "twice the rate": {**FINE, "learning_rate": 0.002},
    "the whole, twice": {**FINE, "backbone_rate": 1.0, "learning_rate": 0.002},
    "the whole, three times": {**FINE, "backbone_rate": 1.0, "learning_rate": 0.003},
    "the whole, averaged weights": {**FINE, "backbone_rate": 1.0, "averaging": 0.99},
    "the whole, averaged in proportion": {**FINE, "backbone_rate": 1.0, "averaging": 1.0},
    "scratch, three times": {"strategy": "scratch", "learning_rate": 0.003},
    "probe first": {"strategy": "probe-then-fine-tune"},
    "probe first, the whole rate": {"strategy": "probe-then-fine-tune", "backbone_rate": 1.0},
    "norms kept": {**FINE, "norms": "keep"},
    "the whole, a third of the rate, norms kept": {
        **WHOLE,
        "learning_rate": 0.0003,
        "norms": "keep",
    },
    "averaged weights": {**FINE, "averaging": 0.99},
    "the whole, mixup .2": {**FINE, "backbone_rate": 1.0, "mixup": 0.2},
    "balanced sampling": {**FINE, "balanced_sampling": True},
    "label smoothing .1": {**FINE, "label_smoothing": 0.1},
    "gradients of length 1": {**FINE, "clipping": 1.0},
    "weight decay .1": {**FINE, "weight_decay": 0.1},
    "a third of the rate": {**FINE, "learning_rate": 0.0003},
    "LAMB, the whole rate": {**WHOLE, "optimiser": "lamb"},
    "LAMB, the whole, twice": {**WHOLE, "optimiser": "lamb", "learning_rate": 0.02},
    "the whole, each stage at .7 of the next": {**WHOLE, "stage_rate": 0.7},
    "the whole, stages join over a third": {**WHOLE, "unfreezing": 0.33},
    "the whole, norms kept": {**WHOLE, "norms": "keep"},
    "the whole, norms measured": {**WHOLE, "norms": "measure"},
    "to early stopping": {**FINE, "early_stopping": 10},
    "to early stopping, standard augmentation": {
        **FINE,
        "early_stopping": 10,
        "augmentation": "standard",
    },
    "from scratch": {"strategy": "scratch"},
    "linear probe": {"strategy": "linear-probe"},
}


def main() -> None:
    options = build_arms_parser(__doc__, ARMS, "docs/measured/recipes.jsonl").parse_args()
    data = find_data(options.path, options.patients)
    for seed in range(options.seeds):
        for arm in options.arms:
            measure(data, arm, seed, options)
    print(build_table(load_rows(options.out), data.name, options))


def find_data(path: Path, patients: str | None) -> DataSet:
    """The data set of a path in the workspace; added where it is not there."""
    workspace = find_workspace()
    name = f"{path.stem} by {'patient' if patients else 'image'}"
    found = [d for d in Catalog(workspace).list_data_sets() if d.name == name]
    if found:
        return found[0]
    return add_path(workspace, path, name, ImportChoice(patient_pattern=patients)).data_set


def measure(data: DataSet, arm: str, seed: int, options: Namespace) -> None:
    """Make one run, unless its line stands there."""
    key = {
        "data": data.name,
        "arm": arm,
        "seed": seed,
        "image_size": options.image_size,
        "epochs": options.epochs,
    }
    if has_row(options.out, key):
        return
    run = medapp.train(
        data.name,
        seed=seed,
        epochs=options.epochs,
        image_size=options.image_size,
        threads=options.threads,
        precision=options.precision,
        **ARMS[arm],
    )
    epochs = [event for event in run.list_events() if isinstance(event, EpochFinished)]
    best = find_best(epochs)
    assert best is not None
    row = {
        **key,
        "validation_loss": best.validation_loss,
        "balanced_accuracy": best.balanced_accuracy,
        "best_epoch": best.epoch,
        "seconds": epochs[-1].seconds,
    }
    append_row(options.out, row)
    print(f"{arm}, seed {seed}: validation loss {best.validation_loss:.3f}", flush=True)
    run.delete()


def build_table(rows: list[dict[str, Any]], data: str, options: Namespace) -> str:
    """Means over seeds, with the lowest and the highest in brackets."""
    setting = {"data": data, "image_size": options.image_size, "epochs": options.epochs}
    rows = [row for row in rows if setting.items() <= row.items()]
    loss = {(row["arm"], row["seed"]): row["validation_loss"] for row in rows}
    first = options.arms[0]
    lines = [
        f"{data}, {options.image_size} px, {options.epochs} epochs",
        "",
        f"| way | seeds | validation loss | minus that of {first}, by seed | balanced accuracy |"
        " best epoch | seconds |",
        "|---|---|---|---|---|---|---|",
    ]
    for arm in options.arms:
        own = sorted((row for row in rows if row["arm"] == arm), key=lambda row: row["seed"])
        if not own:
            continue
        pairs = [(row["validation_loss"], loss.get((first, row["seed"]))) for row in own]
        apart = ", ".join(f"{mine - theirs:+.3f}" for mine, theirs in pairs if theirs is not None)
        losses = write_range([row["validation_loss"] for row in own])
        accuracies = write_range([row["balanced_accuracy"] for row in own])
        epoch = statistics.median(row["best_epoch"] for row in own)
        seconds = statistics.median(row["seconds"] for row in own)
        lines.append(
            f"| {arm} | {len(own)} | {losses} | {apart} | {accuracies} | {epoch:.0f} |"
            f" {seconds:.0f} |"
        )
    return "\n".join(lines)


def write_range(values: list[float]) -> str:
    return f"{statistics.mean(values):.3f} [{min(values):.3f}, {max(values):.3f}]"


if __name__ == "__main__":
    main()
