"""The number of neighbours is the best by images of other patients; training images are kept."""

from dataclasses import dataclass, field

import numpy as np
import pytest
import torch
from lightning_fabric import Fabric
from numpy.typing import NDArray
from sklearn.metrics import log_loss
from sklearn.neighbors import KNeighborsClassifier
from torch import Tensor

from medapp.models.neighbours import NeighboursHead
from medapp.models.network import Network
from medapp.task import find_task
from medapp.training.augmentation import AUGMENTATIONS
from medapp.training.examples import Examples, Inputs
from medapp.training.learner import Learner
from medapp.training.neighbours import COUNTS, FALLBACK, Neighbours
from medapp.training.strategies import STRATEGIES
from medapp.training.watcher import Epoch, NeighbourCount

NAMES = ("a", "b", "c")


def draw(n: int, seed: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, n)
    means = np.random.default_rng(99).normal(size=(3, 512)) * 0.2
    x = (rng.normal(size=(n, 512)) + means[y]) * np.linspace(0.2, 3, 512) + 1
    return x.astype(np.float32), y


@dataclass
class Bench:
    """A fit over features that are given, and all that it says."""

    train: NDArray[np.float32]
    train_y: NDArray[np.generic]
    validation: NDArray[np.float32]
    validation_y: NDArray[np.generic]
    task: str = "single-label"
    groups: tuple[str, ...] = ()
    stops: bool = False
    tried: list[NeighbourCount] = field(default_factory=list)
    epochs: list[Epoch] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    saved: dict[str, Tensor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        task = find_task(self.task)
        network = Network("resnet18", NAMES, task)
        network.set_head(NeighboursHead(512, 0, 3, task))
        row = STRATEGIES["nearest-neighbours"]
        self.learner = Learner(network, row, AUGMENTATIONS["none"], Fabric(accelerator="cpu"))
        self.learner.keeps_features = True
        n = len(self.train)
        names = self.groups or tuple(str(i) for i in range(n + len(self.validation)))
        parts = [
            Examples(Inputs(x, np.arange(len(x))), y, groups=some)
            for x, y, some in (
                (self.train, self.train_y, names[:n]),
                (self.validation, self.validation_y, names[n:]),
            )
        ]
        self.fit = Neighbours(self.learner, *parts, watcher=self, save_best=self.save)

    def save(self, learned: dict[str, Tensor], epoch: int, extra: dict[str, Tensor]) -> None:
        self.saved = learned

    def on_penalty(self, penalty: object) -> None:
        raise AssertionError("there is no penalty")

    def on_neighbours(self, tried: NeighbourCount) -> None:
        self.tried.append(tried)

    def on_shortened(self, epochs: int) -> None:
        raise AssertionError("a fit has no epochs")

    def on_epoch(self, epoch: Epoch) -> None:
        self.epochs.append(epoch)

    def on_step(self, step: object) -> None:
        raise AssertionError("a fit takes no steps")

    def say(self, text: str) -> None:
        self.messages.append(text)

    def should_stop(self) -> bool:
        return self.stops

    def predict(self, x: NDArray[np.float32]) -> NDArray[np.float64]:
        logits = self.fit.predict(Inputs(x, np.arange(len(x))))
        probabilities: NDArray[np.float64] = self.learner.network.task.activate(logits).numpy()
        return probabilities.astype(float)


def ask_sklearn(
    x: NDArray[np.float64], y: NDArray[np.int64], asked: NDArray[np.float64], count: int
) -> NDArray[np.float64]:
    fitted = KNeighborsClassifier(count, metric="cosine", algorithm="brute").fit(x, y)
    votes: NDArray[np.float64] = fitted.predict_proba(asked) * count
    return (votes + 1) / (count + 3)


def test_it_is_the_classifier_of_scikit_learn_with_the_count_that_leaving_out_finds() -> None:
    bench = Bench(*draw(150, 0), *draw(50, 1))
    assert bench.fit.run()
    scale = bench.train.astype(float).mean(0), bench.train.astype(float).std(0)
    train, validation = ((x - scale[0]) / scale[1] for x in (bench.train, bench.validation))
    x, y = np.concatenate([train, validation]), np.concatenate([bench.train_y, bench.validation_y])
    losses = {}
    for count in COUNTS:
        told = [
            ask_sklearn(np.delete(x, i, 0), np.delete(y, i), x[i : i + 1], count)[0]
            for i in range(len(x))
        ]
        losses[count] = log_loss(y, told)
    best = min(losses, key=losses.__getitem__)
    assert 1 < best < 100
    assert int(bench.learner.network.head.count) == best
    assert {each.neighbours: each.held_out_loss for each in bench.tried} == pytest.approx(losses)
    assert f"{best} has the lowest loss, {losses[best]:.3f}" in bench.messages[0]
    asked, _ = draw(40, 2)
    wanted = ask_sklearn(train, bench.train_y, (asked - scale[0]) / scale[1], best)
    np.testing.assert_allclose(bench.predict(asked), wanted, atol=1e-6)
    (epoch,) = bench.epochs
    wanted = ask_sklearn(train, bench.train_y, validation, best)
    assert epoch.validation["validation_loss"] == pytest.approx(
        log_loss(bench.validation_y, wanted)
    )


def test_nobody_is_judged_by_images_of_the_same_patient() -> None:
    """Each image has a twin, of the same patient or of another one, by whom it is always told."""
    x, y = draw(120, 0)
    twins = x + 1e-4
    groups = [f"of {i}" for i in range(120)]
    bench = Bench(
        np.concatenate([x, twins[:60]]),
        np.concatenate([y, y[:60]]),
        twins[60:],
        y[60:],
        groups=(*groups, *groups),
    )
    apart = Bench(np.concatenate([x, twins[:60]]), np.concatenate([y, y[:60]]), twins[60:], y[60:])
    assert bench.fit.run()
    assert apart.fit.run()
    assert int(apart.learner.network.head.count) < int(bench.learner.network.head.count)
    assert apart.epochs[0].train_accuracy > bench.epochs[0].train_accuracy


def test_one_patient_alone_leaves_the_count_to_a_fallback() -> None:
    bench = Bench(*draw(60, 0), *draw(0, 1), groups=("of x",) * 60)
    assert bench.fit.run()
    assert int(bench.learner.network.head.count) == FALLBACK
    assert "could not be chosen" in bench.messages[0]


def test_what_is_kept_is_of_the_training_images_alone() -> None:
    bench = Bench(*draw(30, 0), *draw(10, 1))
    assert bench.fit.run()
    (rows,) = [tensor for name, tensor in bench.saved.items() if name.endswith("rows")]
    assert rows.shape == (30, 512)
    assert torch.allclose(rows.norm(dim=1), torch.ones(30), atol=1e-5)


def test_findings_that_are_unknown_are_passed_over() -> None:
    x, y = draw(60, 0)
    targets = np.eye(3, dtype=np.float32)[y]
    targets[:20, 1] = np.nan
    targets[0] = np.nan
    bench = Bench(x, targets, *((x[:5] + 0.01), targets[:5]), task="multi-label")
    assert bench.fit.run()
    head = bench.learner.network.head
    assert head.known[:, 1].sum() == 40
    assert np.isfinite(bench.predict(x)).all()
    assert np.isfinite(bench.epochs[0].train_loss)


def test_a_stop_leaves_nothing() -> None:
    bench = Bench(*draw(30, 0), *draw(10, 1), stops=True)
    assert not bench.fit.run()
    assert not bench.saved
    assert not bench.epochs
