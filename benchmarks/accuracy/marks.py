"""How often does a trial name a mark that a model uses, and how often one where there is none?

    python -m benchmarks.accuracy.marks --seeds 8 --out FILE

For each seed the phantom is learned twice, with a mark in the corner of some effusions and without.
That a model uses the mark is known from the same test images without it: by how much the mean
probability of effusion falls. A trial names it where hiding the corners is a grave note. Each line
of the output is one model; those that stand there already are not made again.
"""

from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np

import medapp
from benchmarks.kit.options import build_parser
from benchmarks.kit.rows import append_row, has_row
from medapp.data.catalog import Catalog
from medapp.data.samples import DataSet, Sample
from medapp.explanation.trials.record import AROUND, Flips, Trial
from medapp.explanation.trials.words import judge_trial
from medapp.phantom.shortcut import MARKED
from medapp.prediction.model import load_model
from medapp.runs.evaluate import find_split
from medapp.runs.judging import load_squares
from medapp.runs.run import Run
from medapp.session import Session

FINDING = "effusion"
REGION = "corners"
MAPS = 12  # images whose maps are drawn; regions are hidden on all of the test split


def main() -> None:
    parser = build_parser(__doc__, takes_folder=False)
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--share", type=float, default=0.9, help="of the effusions that are marked")
    parser.add_argument("--size", type=int, default=112)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--out", type=Path, default=Path("docs/measured/marks.jsonl"))
    options = parser.parse_args()
    session = medapp.open()
    plain = session.add_data("phantom")
    marked = session.add_data("phantom", shortcut={FINDING: options.share})
    for seed in range(options.seeds):
        for data, share in ((marked, options.share), (plain, 0.0)):
            key = build_key(options, seed, share)
            if not has_row(options.out, key):
                run = learn(session, data, options, seed)
                row = {**key, **ask(session, run, marked, plain)}
                append_row(options.out, row)
                print(row, flush=True)


def build_key(options: Namespace, seed: int, share: float) -> dict[str, Any]:
    """What a line is found by; the share is of the effusions that are marked."""
    return {
        "share": share,
        "image_size": options.size,
        "epochs": options.epochs,
        "seed": seed,
    }


def learn(session: Session, data: DataSet, options: Namespace, seed: int) -> Run:
    """A run of all settings as proposed, but for those of the benchmark."""
    settings = {"image_size": options.size, "epochs": options.epochs, "seed": seed}
    return session.train(data, strategy="fine-tune", **settings)


def ask(session: Session, run: Run, marked: DataSet, plain: DataSet) -> dict[str, Any]:
    """What the trial says of the corners, beside what the mark does."""
    trial = session.try_heatmaps(run, MAPS)
    evaluation = run.load_evaluation()
    assert evaluation is not None
    said = next(note for note in judge_trial(trial) if note.code == f"trial-{REGION}")
    hidden = find_flips(trial)
    return {
        "balanced_accuracy": evaluation.balanced_accuracy,
        "is_named": said.level == "grave",
        "says": said.text,
        "n": hidden.n if hidden else 0,
        "flips": hidden.flips if hidden else 0,
        "control_flips": hidden.control_flips if hidden else 0,
        "gain": [hidden.gain.value, *(hidden.gain.interval or ())] if hidden else [],
        **measure_use(session, run, marked, plain),
    }


def find_flips(trial: Trial) -> Flips | None:
    """What hiding the corners does to images that were called effusions."""
    for hiding in trial.hiding:
        if (hiding.region, hiding.fill) == (REGION, AROUND):
            return hiding.of_class.get(FINDING)
    return None


def measure_use(session: Session, run: Run, marked: DataSet, plain: DataSet) -> dict[str, Any]:
    """What the mark does to the answers to the test images that have it in the marked set."""
    _, samples = find_split(session.workspace, run, "test")
    names = {sample.name for sample in samples}
    with_mark = select(session, marked, names)
    names = {sample.name for sample in with_mark if sample.attributes.get(MARKED) == "yes"}
    model = load_model(run.require_model())
    place = model.classes.index(FINDING)
    asked = [
        model.predict(load_squares(session.workspace, model, data, chosen).take())[:, place]
        for data, chosen in (
            (marked, select(session, marked, names)),
            (plain, select(session, plain, names)),
        )
    ]
    called, still_called = (shown >= 0.5 for shown in asked)
    return {
        "marked_test_images": len(names),
        "lost_without_mark": int(np.sum(called & ~still_called)),
        "use": float(np.mean(asked[0] - asked[1])),
    }


def select(session: Session, data: DataSet, names: set[str]) -> list[Sample]:
    """The samples of these names, in the order of the names."""
    samples = {sample.name: sample for sample in Catalog(session.workspace).load_samples(data)}
    return [samples[name] for name in sorted(names)]


if __name__ == "__main__":
    main()
