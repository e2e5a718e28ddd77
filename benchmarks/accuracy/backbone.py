"""A bundled backbone that has seen medicine: trained further, then judged beside today's.

    python -m benchmarks.accuracy.backbone train NATURAL POOL… --out FOLDER
    python -m benchmarks.accuracy.backbone judge --chest F --slices F --pneumonia F FILE…

`train` goes on from the bundled backbone on several labelled sets at once, a head each: NATURAL
(photographs) keeps what it knows in the mix, and each file of POOL is a medical task. What should
keep the old features: heads are learned before anything else moves; only the last two stages
learn, at a low rate, with the source's BatchNorm statistics; features are anchored to those of the
start; the weights are averaged. `--stages`, `--rate`, `--norms` and `--anchor` say how much of
that. The averaged weights are written to FOLDER after each epoch, and a training that was ended
goes on. In the end they are there as a backbone in float16, with a card, called as FOLDER is.

`judge` freezes each backbone and takes a logistic regression on its standardised features at 96 px
over sets that are in no pool: by folds of patients, or by the set's own test split. It prints
balanced accuracies, with the difference from today's over the same resamples of patients.
`MEDAPP_HOME` should name a workspace of its own.
"""

import argparse
import math
import time
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.preprocessing import StandardScaler

from medapp.data.catalog import Catalog
from medapp.data.importing.adding import add_path
from medapp.data.importing.choice import ImportChoice
from medapp.data.pixels import load_pixels
from medapp.data.samples import DataSet, Sample
from medapp.imaging.preprocess import Preprocess
from medapp.models.network import Network
from medapp.models.weights import build_network, export_backbone
from medapp.phantom.data_set import add_phantom
from medapp.store.cache import open_cache
from medapp.store.workspace import find_workspace
from medapp.task import find_task
from medapp.training.augmentation import AUGMENTATIONS
from medapp.training.embedding import build_part, embed
from medapp.training.examples import Examples, Inputs, join_examples
from medapp.training.feed import Feed
from medapp.training.learner import Learner
from medapp.training.loop import Course, Loop
from medapp.training.machine.devices import open_fabric
from medapp.training.machine.precision import choose_device
from medapp.training.objectives.anchored import Anchored
from medapp.training.objectives.several_tasks import SeveralTasks, Taught
from medapp.training.recipe import build_recipe
from medapp.training.recipe.groups import StrategyChoice
from medapp.training.shares import temper_shares
from medapp.training.strategies import STRATEGIES
from medapp.training.watcher import Epoch, NeighbourCount, Penalty, Step

TASK = find_task("single-label")
TEMPER = 0.5  # a set's share of a batch goes by the square root of its size
RECIPE = ("image_size", "epochs", "head_epochs", "batch", "stages", "norms", "rate", "anchor")
FOLDS = 5
REPLICATES = 1000
PENALTY = 100.0  # on half the squared weights beside the summed loss, 1 / C of scikit-learn
NOTHING = Examples(Inputs(np.zeros((0, 1), np.uint8), np.arange(0)), np.zeros(0, np.int64))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    ways = parser.add_subparsers(required=True)
    further = ways.add_parser("train")
    further.add_argument("natural", type=Path)
    further.add_argument("pool", type=Path, nargs="+")
    further.add_argument("--out", type=Path, required=True)
    further.add_argument("--image-size", type=int, default=64)
    further.add_argument("--minutes", type=float, default=40.0)
    further.add_argument("--epochs", type=int, default=12)
    further.add_argument("--head-epochs", type=int, default=6)
    further.add_argument("--batch", type=int, default=16, help="natural images a step")
    further.add_argument("--stages", type=int, default=2, help="the last ones that learn; 0 all")
    further.add_argument("--norms", choices=["keep", "learn"], default="keep")
    further.add_argument("--rate", type=float, default=1e-4, help="of the backbone; heads 1e-3")
    further.add_argument("--anchor", type=float, default=2.0)
    further.add_argument("--precision", default="bfloat16")
    further.add_argument("--threads", type=int, default=2)
    further.add_argument("--device", default="auto")
    further.set_defaults(do=train)
    judging = ways.add_parser("judge")
    for name in ("chest", "slices", "pneumonia"):
        judging.add_argument(f"--{name}", type=Path)
    judging.add_argument("files", nargs="*", help="backbones beside the bundled one and random")
    judging.add_argument("--image-size", type=int, default=96)
    judging.set_defaults(do=judge)
    options = parser.parse_args()
    options.do(options)


def find_data(path: Path, patients: str | None = None) -> DataSet:
    """The data set of a path in the workspace; added where it is not there."""
    workspace = find_workspace()
    found = [d for d in Catalog(workspace).list_data_sets() if d.name == path.stem]
    if found:
        return found[0]
    if str(path) == "phantom":
        return add_phantom(workspace, "phantom").data_set
    return add_path(workspace, path, path.stem, ImportChoice(patient_pattern=patients)).data_set


# Training further


class Talker:
    """A watcher that prints, and ends the training when its time is over."""

    def __init__(self, seconds: float) -> None:
        self.ends = time.monotonic() + seconds

    def on_step(self, step: Step) -> None:
        if step.step % 10 == 0:
            print(f"step {step.step}: loss {step.loss:.3f}", flush=True)

    def on_epoch(self, epoch: Epoch) -> None:
        print(f"epoch {epoch.epoch}: loss {epoch.train_loss:.3f}, {epoch.seconds:.0f} s")

    def on_penalty(self, penalty: Penalty) -> None:
        """Nothing is fitted here."""

    def on_neighbours(self, tried: NeighbourCount) -> None:
        """Nothing votes here."""

    def on_shortened(self, epochs: int) -> None:
        """Nothing is stopped early here."""

    def say(self, text: str) -> None:
        print(text, flush=True)

    def should_stop(self) -> bool:
        return time.monotonic() > self.ends


def load_examples(data: DataSet, preprocess: Preprocess) -> Examples:
    """All images of a set that is not judged, in colour."""
    workspace = find_workspace()
    samples = Catalog(workspace).load_samples(data)
    table = load_pixels(samples, preprocess, 3, open_cache(workspace), data.uid)
    targets = TASK.encode([sample.label for sample in samples], data.classes)
    return Examples(Inputs(table.take(), np.arange(len(samples))), targets)


def train(options: Namespace) -> None:
    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    data = [find_data(path) for path in (options.natural, *options.pool)]
    preprocess = Preprocess(image_size=options.image_size)
    parts = [load_examples(one, preprocess) for one in data]
    # The first domain decides how long an epoch is: of the medical ones the largest.
    first = max(range(1, len(data)), key=lambda number: len(parts[number]))
    for some in (data, parts):
        some.insert(0, some.pop(first))  # type: ignore[attr-defined]
    sizes = [len(part) for part in parts]
    shares = temper_shares(options.batch, sizes, TEMPER)
    print(dict(zip((d.name for d in data), (options.batch, *shares), strict=True)), flush=True)
    workspace = find_workspace()
    network = build_network("bundled", "resnet18", data[0].classes, 0, workspace, TASK)
    fabric = open_fabric(choose_device(options.device), options.precision, 1)
    tasks = [Taught(one.name, TASK, one.classes) for one in data]
    objective = SeveralTasks(tasks, network.head.in_features, 0.0, seed=0)
    examples = join_examples(parts)
    shared = (network, objective, examples, shares, fabric, options)
    heads = replace(STRATEGIES["head-by-steps"], standardises_features=False)
    learn(*shared, heads, options.head_epochs, 0.0)
    network.requires_grad_(True)
    stages = replace(STRATEGIES["last-stage"], learning_stages=options.stages or None)
    learn(*shared, stages, options.epochs, options.anchor)
    card = {
        "source_task": {
            d.name: f"{len(d.classes)} classes, {len(p)} images"
            for d, p in zip(data, parts, strict=True)
        },
        "recipe": {k: getattr(options, k) for k in RECIPE},
    }
    network_file = options.out / "backbone.safetensors"
    export_backbone(network_file, options.out / f"{options.out.name}.safetensors", card)


def learn(
    network: Network,
    objective: SeveralTasks,
    examples: Examples,
    shares: Sequence[int],
    fabric: Any,
    options: Namespace,
    strategy: Any,
    epochs: int,
    anchor: float,
) -> None:
    """Heads alone, or the last stages with them; goes on from a checkpoint."""
    is_whole = strategy.learns_backbone
    recipe = build_recipe(
        {
            "data": "pool",
            "epochs": epochs,
            "batch_size": options.batch,
            "learning_rate": 1e-3,
            "backbone_rate": options.rate / 1e-3,
            "averaging": 0.995 if is_whole else 0.0,
            "schedule": "cosine",
        }
    )
    choice = StrategyChoice(norms=options.norms if is_whole else "keep")
    learner = Learner(network, strategy, AUGMENTATIONS["light"], fabric, choice)
    name = "backbone" if is_whole else "heads"

    def save(learned: dict[str, torch.Tensor], epoch: int, _: dict[str, torch.Tensor]) -> None:
        learner.save(options.out / f"{name}.safetensors", learned, {"epoch": str(epoch)})

    held = Anchored(objective, learner.suffix, anchor, fabric.autocast) if anchor else None
    loop = Loop(
        Course(
            recipe,
            learner,
            held or objective,
            Feed(examples, options.batch, 0, further=shares),
            NOTHING,
            options.out / f"{name}.pt",
            Talker(60 * options.minutes if is_whole else math.inf),
            save,
        )
    )
    loop.resume()
    print(f"{name}: {loop.run()}", flush=True)


# Judging


@dataclass(frozen=True)
class Ground:
    """A set to judge on: images, classes, whose images they are, and which are judged by which."""

    data: DataSet
    samples: list[Sample]
    truth: NDArray[np.int64]
    groups: list[str]

    def list_folds(self) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Training and judged images: the set's own test split where patients are unknown."""
        splits = np.array([sample.split for sample in self.samples])
        if all(sample.patient is None for sample in self.samples):
            yield np.flatnonzero(splits != "test"), np.flatnonzero(splits == "test")
            return
        folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
        yield from folds.split(self.truth, self.truth, self.groups)


def judge(options: Namespace) -> None:
    grounds = [
        open_ground(path, patients)
        for path, patients in (
            (options.slices, r"(\d\d)\d\d"),
            (options.chest, r"^(.{8})"),
            (options.pneumonia, None),
            (Path("phantom"), None),
        )
        if path is not None
    ]
    print("| set | images judged | backbone | balanced accuracy | minus bundled |\n|" + "---|" * 5)
    gains: dict[str, list[float]] = {}
    for ground in grounds:
        said = {
            name: predict(ground, name, options.image_size)
            for name in ("bundled", "none", *options.files)
        }
        judged = said["bundled"] >= 0
        for name, decided in said.items():
            value = measure(ground.truth[judged], decided[judged])
            low, high, gain = compare(ground, judged, decided, said["bundled"])
            gains.setdefault(name, []).append(gain)
            apart = "" if name == "bundled" else f"{gain:+.3f} [{low:+.3f}, {high:+.3f}]"
            row = (ground.data.name, str(judged.sum()), Path(name).stem, f"{value:.3f}", apart)
            print(f"| {' | '.join(row)} |", flush=True)
    for name, own in gains.items():
        print(f"{Path(name).stem}: {np.mean(own):+.3f} on average over {len(own)} sets")


def open_ground(path: Path, patients: str | None) -> Ground:
    data = find_data(path, patients)
    samples = Catalog(find_workspace()).load_samples(data)
    truth = TASK.encode([sample.label for sample in samples], data.classes)
    groups = [sample.patient or sample.content_hash for sample in samples]
    return Ground(data, samples, truth, groups)


def predict(ground: Ground, source: str, image_size: int) -> NDArray[np.int64]:
    """What a frozen backbone with a logistic regression decides of each judged image; else -1."""
    workspace = find_workspace()
    network = build_network(source, "resnet18", ground.data.classes, 0, workspace, TASK)
    part = build_part(network, image_size)
    x = embed(workspace, ground.data, ground.samples, part, Preprocess(image_size=image_size))
    decided = np.full(len(x), -1)
    for inside, outside in ground.list_folds():
        scaler = StandardScaler().fit(x[inside])
        fitted = LogisticRegression(C=1 / PENALTY, max_iter=2000)
        fitted.fit(scaler.transform(x[inside]), ground.truth[inside])
        decided[outside] = fitted.predict(scaler.transform(x[outside]))
    return decided


def measure(truth: NDArray[np.int64], decided: NDArray[np.int64]) -> float:
    """Balanced accuracy: the mean over classes of the share that was found."""
    return float(np.mean([np.mean(decided[truth == k] == k) for k in np.unique(truth)]))


def compare(
    ground: Ground, judged: NDArray[np.bool_], new: NDArray[np.int64], old: NDArray[np.int64]
) -> tuple[float, float, float]:
    """The 95% interval of a difference, over resamples of patients, and the difference."""
    truth, new, old = (values[judged] for values in (ground.truth, new, old))
    names = np.array(ground.groups)[judged]
    _, number = np.unique(names, return_inverse=True)
    rng = np.random.default_rng(0)
    count = number.max() + 1
    drawn = []
    for _ in range(REPLICATES):
        weights = np.bincount(rng.integers(count, size=count), minlength=count)[number]
        drawn.append(weigh(truth, new, weights) - weigh(truth, old, weights))
    low, high = np.quantile(drawn, (0.025, 0.975))
    return float(low), float(high), measure(truth, new) - measure(truth, old)


def weigh(
    truth: NDArray[np.int64], decided: NDArray[np.int64], weights: NDArray[np.int64]
) -> float:
    """Balanced accuracy where each image counts so many times."""
    right = weights * (decided == truth)
    shares = [right[truth == k].sum() / max(1, weights[truth == k].sum()) for k in np.unique(truth)]
    return float(np.mean(shares))


if __name__ == "__main__":
    main()
