"""What adversarial training buys and costs: figures on plain and on attacked test images.

    python -m benchmarks.accuracy.robustness PATH --patients PATTERN --out FILE

PATH is whatever `medapp data add` takes, PATTERN finds the patient in a file's name. Each line of
the output is one run, trained and attacked (FGSM and PGD, `medapp robustness`); a run that stands
there already is not made again, so the script can be stopped and goes on where it was. Nothing is
chosen by these figures. They certify nothing: a stronger attack may do worse. `MEDAPP_HOME` should
name a workspace of its own.
"""

from argparse import Namespace
from typing import Any

import medapp
from benchmarks.accuracy.recipes import find_data, write_range
from benchmarks.kit.options import build_arms_parser
from benchmarks.kit.rows import append_row, has_row, load_rows
from medapp.data.samples import DataSet
from medapp.evaluation.headline import write_title
from medapp.evaluation.robustness.record import ATTACKS, PGD
from medapp.runs.events import EpochFinished

FINE = {"strategy": "fine-tune"}
ADVERSARIAL = {**FINE, "objective": "adversarial"}
ARMS: dict[str, dict[str, Any]] = {
    "fine-tune": FINE,
    "adversarial, 2 levels": {**ADVERSARIAL, "attack_strength": 2.0},
    "adversarial, 4 levels, 3 steps": {**ADVERSARIAL, "attack_strength": 4.0, "attack_steps": 3},
}


def main() -> None:
    parser = build_arms_parser(__doc__, ARMS, "docs/measured/robustness.jsonl", images=0)
    parser.add_argument("--steps", type=int, default=10, help="of the attack that judges")
    options = parser.parse_args()
    data = find_data(options.path, options.patients)
    for seed in range(options.seeds):
        for arm in options.arms:
            measure(data, arm, seed, options)
    print(build_table(load_rows(options.out), data.name, options))


def find_setting(data: str, options: Namespace) -> dict[str, Any]:
    """What the lines of one table have in common."""
    return {
        "data": data,
        "image_size": options.image_size,
        "epochs": options.epochs,
        "images": options.images,
        "steps": options.steps,
    }


def measure(data: DataSet, arm: str, seed: int, options: Namespace) -> None:
    """Train and attack one run, unless its line stands there."""
    key = {**find_setting(data.name, options), "arm": arm, "seed": seed}
    if has_row(options.out, key):
        return
    session = medapp.open()
    run = session.train(
        data,
        seed=seed,
        epochs=options.epochs,
        image_size=options.image_size,
        threads=options.threads,
        precision=options.precision,
        **ARMS[arm],
    )
    found = session.measure_robustness(run, options.images, options.steps)
    epochs = [event for event in run.list_events() if isinstance(event, EpochFinished)]
    row = {
        **key,
        "figure": found.figure,
        "n": found.n,
        "units": found.units,
        "counted": found.counted,
        "levels": found.levels,
        **{name: [p[found.figure].value for p in found.figures[name]] for name in ATTACKS},
        **{
            f"{name}_intervals": [p[found.figure].interval for p in found.figures[name]]
            for name in ATTACKS
        },
        "seconds": epochs[-1].seconds,
    }
    append_row(options.out, row)
    plain, *_, worst = row[PGD]
    print(f"{arm}, seed {seed}: {plain:.3f} plain, {worst:.3f} attacked", flush=True)
    run.delete()


def build_table(rows: list[dict[str, Any]], data: str, options: Namespace) -> str:
    """Means over seeds, with the lowest and the highest in brackets, at each strength of PGD."""
    setting = find_setting(data, options)
    rows = [row for row in rows if setting.items() <= row.items()]
    if not rows:
        return f"{data}: nothing was measured."
    first = rows[0]
    levels = [f"PGD {level:g}/255" if level else "plain" for level in first["levels"]]
    lines = [
        f"{data}, {options.image_size} px, {options.epochs} epochs,"
        f" {write_title(first['figure'])} on {first['n']} test images of {first['units']}"
        f" {first['counted']}",
        "",
        f"| way | seeds | {' | '.join(levels)} |",
        "|---|---|" + "---|" * len(levels),
    ]
    for arm in options.arms:
        own = [row for row in rows if row["arm"] == arm]
        if own:
            cells = [write_range([row[PGD][at] for row in own]) for at in range(len(levels))]
            lines.append(f"| {arm} | {len(own)} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
