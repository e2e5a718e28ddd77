"""Do two versions of the code train the same weights and come to the same figures, bit for bit?

    git worktree add /tmp/before COMMIT
    python -m benchmarks.sturdiness.same_figures /tmp/before [--images FOLDER]

Small seeded trainings, one of each kind, with the code of this checkout and with that of another
one, both by the shell command alone, each in a workspace of its own. Without a folder of images
(a subfolder a class) the phantom is learned. Two threads, so that sums are taken in the same order.
The exit status is 1 when anything differs, as the linear probe does from versions before it was
fitted to its optimum. Intervals are not compared: how they are made is no part of a training.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from safetensors.numpy import load_file

from benchmarks.kit.options import build_parser

HERE = Path(__file__).resolve().parents[2]
THREADS = 2
FIGURES = (
    "n",
    "accuracy",
    "balanced_accuracy",
    "macro_f1",
    "macro_auroc",
    "confusion",
)


@dataclass(frozen=True)
class Training:
    """A training, as the shell command is told of it.

    Attributes:
        settings: `key=value` pairs, by short names that every version understands.
        data: the data set's name; empty for the images given.
        source: the name of the earlier training that this one starts from; empty for the default.
    """

    name: str
    strategy: str
    image_size: int
    epochs: int
    settings: str = ""
    data: str = ""
    source: str = ""


PHANTOM = "Phantom"
TRAININGS = (
    Training("linear probe", "linear-probe", 96, 5, data=PHANTOM),
    Training("fine-tune", "fine-tune", 64, 3),
    Training("last stage, kept", "last-stage", 64, 3, "augmentation=none"),
    Training("last stage", "last-stage", 64, 2, "augmentation=light"),
    Training(
        "from scratch",
        "scratch",
        64,
        2,
        "augmentation=strong optimiser=sgd weight_decay=0 class_weights=true label_smoothing=0.1"
        " preprocess.clahe=2 preprocess.resize=pad seed=3",
    ),
    Training(
        "from an earlier run, bfloat16",
        "fine-tune",
        64,
        2,
        "precision=bfloat16",
        source="last stage",
    ),
)


def main() -> int:
    parser = build_parser(__doc__, takes_folder=False)
    parser.add_argument("checkout", type=Path, help="the folder of the other version")
    parser.add_argument("--images", type=Path, help="a subfolder a class; else the phantom")
    parser.add_argument("--patient-pattern", help="finds the patient in an image's name")
    options = parser.parse_args()
    added = ["add", str(options.images.resolve()), "--name", "images"] if options.images else None
    if added and options.patient_pattern:
        added += ["--patient-pattern", options.patient_pattern]
    is_different = False
    with tempfile.TemporaryDirectory() as temporary:
        versions = [
            Version(HERE, Path(temporary) / "this"),
            Version(options.checkout.resolve(), Path(temporary) / "other"),
        ]
        for version in versions:
            version.call("data", "add", "phantom")
            if added:
                version.call("data", *added)
        for training in TRAININGS:
            this, other = (version.train(training, bool(added)) for version in versions)
            differences = list(compare(this, other))
            is_different = is_different or bool(differences)
            print(f"{training.name}: {'; '.join(differences) or 'the same'}", flush=True)
    return 1 if is_different else 0


class Version:
    """The code of one checkout, with a workspace of its own.

    Raises:
        RuntimeError: the folder holds no MedApp, or a command failed.
    """

    def __init__(self, checkout: Path, home: Path) -> None:
        home.mkdir()
        self.checkout, self.home = checkout, home
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(checkout),
            "MEDAPP_HOME": str(home),
            "OMP_NUM_THREADS": str(THREADS),
        }
        found = self._run("-c", "import medapp; print(medapp.__file__)").strip()
        if not Path(found).is_relative_to(checkout):
            raise RuntimeError(f"{checkout} holds no MedApp: Python takes the one of {found}.")

    def call(self, *arguments: str) -> str:
        """`medapp …`; what it prints."""
        return self._run("-m", "medapp", *arguments)

    def train(self, training: Training, has_images: bool) -> Path:
        """Train and give the run's folder."""
        runs = self.home / "runs"
        before = set(runs.glob("*"))
        settings = f"threads={THREADS} {training.settings}"
        if "precision=" not in settings:
            settings += " precision=float32"
        self.call(
            *("train", "--data", training.data or ("images" if has_images else PHANTOM)),
            *("--strategy", training.strategy, "--image-size", str(training.image_size)),
            *("--epochs", str(training.epochs), "--name", training.name, "--json"),
            *(["--from", f"run:{training.source}"] if training.source else []),
            *(part for pair in settings.split() for part in ("--set", pair)),
        )
        made = [path for path in set(runs.glob("*")) - before if path.is_dir()]
        if len(made) != 1:
            raise RuntimeError(f"{training.name}: {len(made)} new folders in {runs}.")
        return made[0]

    def _run(self, *arguments: str) -> str:
        # In the workspace's folder, so that Python finds no other checkout first.
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.home,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            said = (done.stderr or done.stdout)[-2000:]
            raise RuntimeError(f"{self.checkout}: {' '.join(arguments)} failed.\n{said}")
        return done.stdout


def compare(this: Path, other: Path) -> Iterator[str]:
    """What differs between two runs' folders, in words."""
    for what, load in (("weights", load_weights), ("probabilities", load_probabilities)):
        one, two = load(this), load(other)
        if one.keys() != two.keys():
            yield f"other {what}: {', '.join(sorted(one.keys() ^ two.keys())[:5])}"
            continue
        apart = [name for name in one if not have_same_bits(one[name], two[name])]
        if apart:
            yield f"{what} differ in {len(apart)} of {len(one)}: {', '.join(apart[:3])}, …"
    figures, others = (json.loads((run / "evaluation.json").read_text()) for run in (this, other))
    for name in FIGURES:
        if name not in figures or name not in others or figures[name] != others[name]:
            yield f"{name} is {figures.get(name)}, was {others.get(name)}"


def have_same_bits(one: np.ndarray, two: np.ndarray) -> bool:
    """Of the same type and shape as well."""
    return (one.dtype, one.shape, one.tobytes()) == (two.dtype, two.shape, two.tobytes())


def load_weights(run: Path) -> dict[str, np.ndarray]:
    """The tensors of the run's model by name."""
    return load_file(run / "model.safetensors")


def load_probabilities(run: Path) -> dict[str, np.ndarray]:
    """A row of probabilities for each image by name."""
    table: list[dict[str, Any]] = pq.read_table(run / "predictions.parquet").to_pylist()
    return {
        row["name"]: np.array([row[key] for key in sorted(row) if key.startswith("probability")])
        for row in table
    }


if __name__ == "__main__":
    sys.exit(main())
