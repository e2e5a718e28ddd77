"""The linear probe is the logistic regression that scikit-learn finds, and says what it chose."""

from dataclasses import dataclass, field

import numpy as np
import pytest
import torch
from lightning_fabric import Fabric
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from torch import Tensor, nn

from medapp.errors import RunError
from medapp.models.network import Network
from medapp.task import find_task
from medapp.training.augmentation import AUGMENTATIONS
from medapp.training.examples import Examples, Inputs
from medapp.training.folds import draw_folds
from medapp.training.learner import Learner
from medapp.training.objectives.supervised import Supervised
from medapp.training.probe import FALLBACK, FOLDS, Probe
from medapp.training.strategies import STRATEGIES
from medapp.training.watcher import Epoch, Penalty

Features = NDArray[np.float32]
NAMES = ("a", "b", "c")


def draw(n: int, seed: int) -> tuple[Features, NDArray[np.int64]]:
    """Features (n, 512) of three classes that overlap."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, n)
    means = np.random.default_rng(99).normal(size=(3, 512)) * 0.09
    x = (rng.normal(size=(n, 512)) + means[y]) * np.linspace(0.2, 3, 512) + 1
    return x.astype(np.float32), y


@dataclass
class Bench:
    """A probe over features that are given, and all that it says."""

    train: Features
    train_y: NDArray[np.generic]
    validation: Features
    validation_y: NDArray[np.generic]
    task: str = "single-label"
    is_weighted: bool = False
    groups: tuple[str, ...] = ()
    extra: nn.Module | None = None
    stops_after: int = 10**6
    stops_at_look: int = 10**9
    looks: int = 0
    penalties: list[Penalty] = field(default_factory=list)
    epochs: list[Epoch] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    saved: dict[str, Tensor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        task = find_task(self.task)
        torch.manual_seed(0)
        network = Network("resnet18", NAMES, task)
        self.learner = Learner(
            network,
            STRATEGIES["linear-probe"],
            AUGMENTATIONS["none"],
            Fabric(accelerator="cpu"),
        )
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
        self.learner.standardise(parts[0].inputs)
        weights = task.weigh_classes(self.train_y, 3) if self.is_weighted else None
        objective = Supervised(task, weights, 0.0)
        objective.extra = self.extra or objective.extra
        self.probe = Probe(
            self.learner, objective, *parts, seed=0, watcher=self, save_best=self.save
        )

    def save(self, learned: dict[str, Tensor], epoch: int, extra: dict[str, Tensor]) -> None:
        self.saved = {name: tensor.clone() for name, tensor in learned.items()}

    def on_penalty(self, penalty: Penalty) -> None:
        self.penalties.append(penalty)

    def on_epoch(self, epoch: Epoch) -> None:
        self.epochs.append(epoch)

    def on_step(self, step: object) -> None:
        raise AssertionError("a fit takes no steps")

    def say(self, text: str) -> None:
        self.messages.append(text)

    def should_stop(self) -> bool:
        self.looks += 1
        return len(self.penalties) >= self.stops_after or self.looks >= self.stops_at_look

    def predict(self, x: Features) -> NDArray[np.float64]:
        logits = self.probe.predict(Inputs(x, np.arange(len(x))))
        probabilities: NDArray[np.float64] = self.learner.network.task.activate(logits).numpy()
        return probabilities.astype(float)

    def scale(self, x: Features) -> NDArray[np.float64]:
        return self.learner.prepare(x).double().numpy()


@pytest.fixture(scope="module")
def fitted() -> Bench:
    bench = Bench(*draw(240, 0), *draw(60, 1))
    assert bench.probe.run()
    return bench


def regress(penalty: float, n: float, **settings: object) -> LogisticRegression:
    return LogisticRegression(C=1 / (penalty * n), max_iter=5000, tol=1e-8, **settings)


def test_the_head_is_the_logistic_regression_of_the_training_images_alone(fitted: Bench) -> None:
    reference = regress(fitted.probe.penalty, 240)
    reference.fit(fitted.scale(fitted.train), fitted.train_y)
    new, truth = draw(300, 2)
    wanted = reference.predict_proba(fitted.scale(new))
    np.testing.assert_allclose(fitted.predict(new), wanted, atol=1e-4)
    (epoch,) = fitted.epochs
    assert epoch.is_best
    loss = log_loss(fitted.validation_y, reference.predict_proba(fitted.scale(fitted.validation)))
    assert epoch.validation["validation_loss"] == pytest.approx(loss, abs=1e-4)
    train = reference.predict_proba(fitted.scale(fitted.train))
    assert epoch.train_loss == pytest.approx(log_loss(fitted.train_y, train), abs=1e-4)
    assert fitted.saved["0.weight"].shape == (3, 512)
    assert log_loss(truth, wanted) < np.log(3) - 0.1


def test_the_penalty_is_that_of_the_lowest_loss_on_images_held_out(fitted: Bench) -> None:
    x = fitted.scale(np.concatenate([fitted.train, fitted.validation]))
    y = np.concatenate([fitted.train_y, fitted.validation_y])
    folds = draw_folds([str(i) for i in range(300)], y, FOLDS, 0)
    wanted = []
    for tried in fitted.penalties:
        summed = 0.0
        for fold in range(FOLDS):
            inside, outside = folds != fold, folds == fold
            reference = regress(tried.penalty, inside.sum()).fit(x[inside], y[inside])
            said = reference.predict_proba(x[outside])
            summed += log_loss(y[outside], said, labels=[0, 1, 2], normalize=False)
        wanted.append(summed / 300)
    assert [t.held_out_loss for t in fitted.penalties] == pytest.approx(wanted, abs=1e-3)
    assert fitted.probe.penalty == fitted.penalties[int(np.argmin(wanted))].penalty
    assert fitted.penalties[0].penalty > fitted.probe.penalty > fitted.penalties[-1].penalty
    assert f"{fitted.probe.penalty:.2g} has the lowest loss" in fitted.messages[0]


def test_a_second_fit_gives_the_same_bits(fitted: Bench) -> None:
    again = Bench(*draw(240, 0), *draw(60, 1))
    assert again.probe.run()
    assert all(torch.equal(again.saved[name], t) for name, t in fitted.saved.items())


def test_class_weights_are_those_of_scikit_learn_s_balanced_classes() -> None:
    x, y = draw(240, 0)
    kept = (y != 0) | (np.arange(240) % 4 == 0)
    bench = Bench(x[kept], y[kept], *draw(60, 1), is_weighted=True)
    assert bench.probe.run()
    # With these weights the summed weight is n, as without any.
    reference = regress(bench.probe.penalty, kept.sum(), class_weight="balanced")
    reference.fit(bench.scale(x[kept]), y[kept])
    new, _ = draw(100, 2)
    np.testing.assert_allclose(
        bench.predict(new), reference.predict_proba(bench.scale(new)), atol=1e-4
    )


def test_each_finding_is_a_regression_over_the_images_that_know_it() -> None:
    x, y = draw(240, 0)
    targets = np.stack([y == 0, y == 1, y != 2], 1).astype(np.float32)
    targets[::3, 1] = np.nan
    truth = np.eye(3, dtype=np.float32)[draw(60, 1)[1]]
    bench = Bench(x, targets, draw(60, 1)[0], truth, task="multi-label")
    assert bench.probe.run()
    new, _ = draw(100, 2)
    known = ~np.isnan(targets)
    for finding in range(3):
        rows = known[:, finding]
        # An image's loss is the mean over its known findings, and the loss the mean over images.
        weights = 1 / known.sum(1)[rows]
        reference = regress(bench.probe.penalty, 240)
        reference.fit(bench.scale(x[rows]), targets[rows, finding], sample_weight=weights)
        wanted = reference.predict_proba(bench.scale(new))[:, 1]
        np.testing.assert_allclose(bench.predict(new)[:, finding], wanted, atol=1e-4)


def test_each_step_from_grade_to_grade_is_a_regression_over_the_images_that_reach_it() -> None:
    x, y = draw(200, 7)
    bench = Bench(x[:150], y[:150], x[150:], y[150:], "ordinal")
    assert bench.probe.run()
    head = bench.learner.network.head
    assert head.weight.shape == (2, 512)
    penalty = bench.probe.penalty
    scaled = bench.scale(x[:150])
    for step in range(2):
        reaches = y[:150] >= step
        # The mean loss is over all images; scikit-learn's sums over those that it is given.
        reference = LogisticRegression(C=1 / (penalty * 150), tol=1e-8, max_iter=5000)
        reference.fit(scaled[reaches], y[:150][reaches] > step)
        np.testing.assert_allclose(
            head.weight[step].detach().numpy(), reference.coef_[0], atol=2e-3
        )
    probabilities = bench.predict(x[150:])
    np.testing.assert_allclose(probabilities.sum(1), 1, atol=1e-6)


def test_patients_are_held_out_whole() -> None:
    """Features that tell the patient, each with one class, say nothing of other patients."""
    rng = np.random.default_rng(0)
    patients = np.repeat(np.arange(30), 10)
    traits = rng.normal(size=(30, 512))
    x = (traits[patients] + 0.01 * rng.normal(size=(300, 512))).astype(np.float32)
    y = rng.integers(0, 3, 30)[patients]
    validation = draw(0, 1)
    names = tuple(f"p{i}" for i in patients)
    by_patient = Bench(x, y, *validation, groups=names)
    by_image = Bench(x, y, *validation)
    for bench in (by_patient, by_image):
        assert bench.probe.run()
    # No better than how common the classes are, and near 0.
    assert min(p.held_out_loss for p in by_patient.penalties) > 0.95
    assert min(p.held_out_loss for p in by_image.penalties) < 0.2
    assert by_patient.probe.penalty > by_image.probe.penalty
    assert by_patient.epochs[0].validation == {}


def test_an_image_that_shows_what_training_images_hardly_do_is_not_sure_of_anything() -> None:
    """A nearly constant feature that is divided by next to nothing gives exactly 1.0."""
    x, y = draw(240, 0)
    validation, truth = draw(60, 1)
    x[:, 5] = 1e-7 * np.arange(240) * (y == truth[0])
    validation[0, 5] = 2.0
    bench = Bench(x, y, validation, truth)
    assert bench.probe.run()
    assert bench.predict(validation)[0].max() < 0.99
    assert bench.epochs[0].validation["validation_loss"] < 1.1


def test_one_patient_alone_leaves_the_penalty_to_a_default_and_that_is_said() -> None:
    bench = Bench(*draw(60, 0), *draw(0, 1), groups=("p",) * 60)
    assert bench.probe.run()
    assert bench.probe.penalty == FALLBACK
    assert "one patient" in bench.messages[0]


def test_asked_to_stop_it_stops_and_saves_nothing() -> None:
    bench = Bench(*draw(60, 0), *draw(30, 1), stops_after=2)
    assert not bench.probe.run()
    assert (len(bench.penalties), bench.epochs, bench.saved) == (2, [], {})
    assert not bench.probe.resume()


def test_a_stop_is_heard_in_the_middle_of_a_fit_also_of_the_last_one() -> None:
    whole = Bench(*draw(240, 0), *draw(60, 1))
    assert whole.probe.run()
    for look in (2, whole.looks // 2, whole.looks - 3):
        bench = Bench(*draw(240, 0), *draw(60, 1), stops_at_look=look)
        assert not bench.probe.run()
        # The fit under way, and the one question that leads out.
        assert bench.looks == look + 1
        assert (bench.epochs, bench.saved) == ([], {})


def test_features_that_are_no_numbers_are_said() -> None:
    x, y = draw(60, 0)
    validation, truth = draw(30, 1)
    validation[3, 7] = np.nan
    with pytest.raises(RunError, match="no numbers"):
        Bench(x, y, validation, truth).probe.run()


def test_an_objective_that_learns_by_itself_is_refused() -> None:
    with pytest.raises(RunError, match="'Linear probe' cannot learn what the objective brings"):
        Bench(*draw(9, 0), *draw(9, 1), extra=nn.Linear(2, 2))
