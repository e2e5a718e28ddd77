"""What heatmaps of trained runs are worth, method by method: the trials of `medapp explain trial`.

    python -m benchmarks.accuracy.heatmap_trials RUN RUN --methods gradcam layercam --out FILE

Each line of the output is one trial of one run's maps by one method; a trial that stands there
already is not made again. The runs are read as they are, on images of their test splits; nothing is
chosen by these figures.
"""

from argparse import Namespace
from pathlib import Path
from typing import Any

import medapp
from benchmarks.kit.options import build_parser
from benchmarks.kit.rows import append_row, has_row, load_rows
from medapp.explanation.methods import METHODS
from medapp.explanation.trials.record import AROUND, CONTROLS, REGIONS, Mean, Trial
from medapp.explanation.trials.words import state_finding
from medapp.runs.run import Run

# Of networks whose head is average pooling and one linear layer, HiResCAM and XGrad-CAM give the
# maps of Grad-CAM.
DISTINCT = ("gradcam", "gradcam++", "layercam", "eigencam", "eigengradcam")


def main() -> None:
    parser = build_parser(__doc__, takes_folder=False)
    parser.add_argument("runs", nargs="+")
    parser.add_argument("--methods", nargs="*", default=list(DISTINCT), choices=list(METHODS))
    parser.add_argument("--images", type=int, default=60)
    parser.add_argument("--out", type=Path, default=Path("docs/measured/heatmap-trials.jsonl"))
    options = parser.parse_args()
    session = medapp.open()
    for name in options.runs:
        run = session.find_run(name)
        for method in options.methods:
            key = build_key(run, method, options)
            if not has_row(options.out, key):
                trial = session.try_heatmaps(run, options.images, method)
                append_row(options.out, {**key, **describe_trial(trial)})
                print(f"{name}: {state_finding(trial)}", flush=True)
    for name in options.runs:
        print(build_table(load_rows(options.out), session.find_run(name), options))


def build_key(run: Run, method: str, options: Namespace) -> dict[str, Any]:
    """What a line is found by."""
    return {
        "run": run.name,
        "data": run.home.name,
        "image_size": run.recipe.preprocess.image_size,
        "strategy": run.recipe.strategy.name,
        "images": options.images,
        "method": method,
    }


def describe_trial(trial: Trial) -> dict[str, Any]:
    """The figures of a trial, each as value, low, high."""
    around = {each.region: each for each in trial.hiding if each.fill == AROUND}
    return {
        "n": trial.n,
        "units": trial.units,
        "counted": trial.counted,
        "blank": trial.blank,
        "random_weights": write(trial.cascade[-1].rank),
        "edges": write(trial.edges),
        "shift": write(trial.shift),
        "noise": write(trial.noise),
        "road": {name: write(each.road) for name, each in trial.removal.items()},
        "deletion": {name: write(each.deletion) for name, each in trial.removal.items()},
        "insertion": {name: write(each.insertion) for name, each in trial.removal.items()},
        "gain": {name: write(each.gain) for name, each in trial.removal.items() if each.gain},
        "boxes": trial.cover.n if trial.cover else 0,
        "cover": write(trial.cover) if trial.cover else None,
        "peak": {name: write(each.peak) for name, each in trial.placement.items()},
        "peak_gain": {n: write(each.gain) for n, each in trial.placement.items() if each.gain},
        "overlap": {n: write(each.overlap) for n, each in trial.placement.items() if each.overlap},
        "classes": {
            label: {
                "n": each.n,
                **{
                    name: write(mean)
                    for name in ("road", "gain", "peak", "overlap")
                    if (mean := getattr(each, name)) is not None
                },
            }
            for label, each in trial.classes.items()
        },
        "flips": {
            region: {
                label: [of.flips, of.control_flips, of.n, *write(of.gain)]
                for label, of in {"all": around[region].of_all, **around[region].of_class}.items()
            }
            for region in REGIONS
            if region in around
        },
    }


def write(mean: Mean) -> list[float | None]:
    """Value, low and high."""
    low, high = mean.interval or (None, None)
    return [mean.value, low, high]


def build_table(rows: list[dict[str, Any]], run: Run, options: Namespace) -> str:
    """A line a method, and one for each control of the first method."""
    own = [row for row in rows if build_key(run, row["method"], options).items() <= row.items()]
    if not own:
        return f"{run.name}: nothing was measured."
    first = own[0]
    lines = [
        f"{run.name}: {first['data']}, {first['image_size']} px, {first['n']} test images of"
        f" {first['units']} {first['counted']}, {first['boxes']} with boxes",
        "",
        "| map | random weights | ROAD | deletion | insertion | peak in box | IoU | shift, 4 px |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in own:
        cells = [row["road"]["map"], row["deletion"]["map"], row["insertion"]["map"]]
        cells += [row["peak"].get("map"), row["overlap"].get("map"), row["shift"]]
        written = " | ".join(map(write_cell, cells))
        title = METHODS[row["method"]].title
        lines.append(f"| {title} | {write_cell(row['random_weights'])} | {written} |")
    for name in [name for name in CONTROLS if name in first["road"] or name in first["peak"]][1:]:
        cells = [first[key].get(name) for key in ("road", "deletion", "insertion", "peak")]
        cells += [first["overlap"].get(name), None]
        lines.append(f"| {CONTROLS[name]} |  | {' | '.join(map(write_cell, cells))} |")
    return "\n".join(lines)


def write_cell(cell: list[float | None] | None) -> str:
    """A figure with its interval, two digits."""
    if cell is None or cell[0] is None:
        return ""
    value, low, high = cell
    written = f"{value:.2f}" if low is None else f"{value:.2f} [{low:.2f}, {high:.2f}]"
    return written.replace("-", "−")


if __name__ == "__main__":
    main()
