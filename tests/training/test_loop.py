"""The loop over points in the plane: it learns, goes on where it was, and keeps the best."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from medapp.errors import RunError
from medapp.task import Task, find_task
from medapp.training.batch import Batch, Mix
from medapp.training.examples import Examples, Inputs
from medapp.training.features import to_tensor
from medapp.training.feed import Feed
from medapp.training.freezing import Freezing
from medapp.training.loop import Course, DivergedError, Loop
from medapp.training.objectives.objective import Loss, Objective, Position
from medapp.training.objectives.supervised import Supervised
from medapp.training.rate import Rate
from medapp.training.recipe import build_recipe
from medapp.training.recipe.groups import Optimisation, StrategyChoice
from medapp.training.watcher import Epoch, Step

CLASSES = ("a", "b")
SETTINGS = {"data": "d", "epochs": 3, "batch_size": 16, "learning_rate": 0.05, "warmup": 0.0}
NOTHING = Examples(Inputs(np.zeros((0, 2), np.float32), np.arange(0)), np.zeros(0, np.int64))


def build_examples(n: int, seed: int) -> Examples:
    """Points in the plane; the class is the sign of the first coordinate."""
    points = np.random.default_rng(seed).normal(size=(n, 2)).astype(np.float32)
    return Examples(Inputs(points, np.arange(n)), (points[:, 0] > 0).astype(np.int64))


def with_targets(part: Examples, targets: np.ndarray) -> Examples:
    return Examples(part.inputs, targets)


class PlainNetwork(nn.Module):
    """What the loop asks of a network, over a module of the test's own."""

    def __init__(self, model: nn.Module, task: Task) -> None:
        super().__init__()
        self.model = model
        self.classes = CLASSES
        self.task = task


class PlainLearner:
    """All of a small module learns, from points that vary a little by their seeds."""

    def __init__(self, model: nn.Module, task: Task, choice: StrategyChoice) -> None:
        self.fabric = Fabric(accelerator="cpu")
        self.network = PlainNetwork(model, task)
        self.suffix = model
        stages = list(model)[:-1] if isinstance(model, nn.Sequential) else []
        self.train = Freezing(model, stages, choice).set

    def group_parameters(self, settings: Optimisation) -> list[dict[str, Any]]:
        rate = settings.learning_rate
        parameters = list(self.suffix.parameters())
        return [{"params": parameters, "lr": rate, "peak": rate, "weight_decay": 0.0}]

    def prepare(self, inputs: Any, seeds: Tensor | None = None, mix: Mix | None = None) -> Tensor:
        points = self._vary(to_tensor(inputs), seeds)
        if mix is None:
            return points
        others = self._vary(to_tensor(mix.inputs), mix.seeds)
        return mix.share * points + (1 - mix.share) * others

    def _vary(self, points: Tensor, seeds: Tensor | None) -> Tensor:
        if seeds is None:
            return points
        generators = [torch.Generator().manual_seed(seed) for seed in seeds.tolist()]
        noise = [torch.randn(2, generator=generator) for generator in generators]
        return points + 0.1 * torch.stack(noise)  # stands for augmentation


class Bench:
    """A loop over points, with what it said and saved; itself the loop's watcher."""

    def __init__(
        self,
        folder: Path,
        stop_after: float = math.inf,
        model: nn.Module | None = None,
        train: Examples | None = None,
        validation: Examples | None = None,
        objective: Objective | None = None,
        task: str = "single-label",
        parts: int = 1,
        reads_ahead: bool = False,
        **settings: Any,
    ) -> None:
        torch.manual_seed(0)
        self.model = model or nn.Sequential(
            nn.Linear(2, 8), nn.Dropout(0.2), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 2)
        )
        self.steps: list[Step] = []
        self.epochs: list[Epoch] = []
        self.messages: list[str] = []
        self.shortened = 0
        self.best: dict[str, Tensor] = {}
        self.asked = 0
        self.stop_after = stop_after
        recipe = build_recipe(SETTINGS | settings)
        train = train or build_examples(90, 1)
        rule = find_task(task)
        self.loop = Loop(
            Course(
                recipe,
                PlainLearner(self.model, rule, recipe.strategy),  # type: ignore[arg-type]
                objective or Supervised(rule, None, 0.0),
                Feed(
                    train,
                    recipe.optimisation.batch_size,
                    recipe.seed,
                    reads_ahead=reads_ahead,
                    mixup=recipe.augmentation.mixup,
                    is_balanced=recipe.objective.balanced_sampling,
                ),
                build_examples(40, 2) if validation is None else validation,
                folder / "checkpoint.pt",
                self,
                lambda learned, *_: self.best.update(learned),
                parts,
            )
        )

    def on_step(self, step: Step) -> None:
        self.steps.append(step)

    def on_epoch(self, epoch: Epoch) -> None:
        self.epochs.append(epoch)

    def on_shortened(self, epochs: int) -> None:
        self.shortened = epochs

    def say(self, text: str) -> None:
        self.messages.append(text)

    def should_stop(self) -> bool:
        self.asked += 1
        return self.asked > self.stop_after

    @property
    def losses(self) -> list[float]:
        return [step.loss for step in self.steps]

    @property
    def validation_losses(self) -> list[float]:
        return [epoch.validation["validation_loss"] for epoch in self.epochs]

    @property
    def train_accuracies(self) -> list[float]:
        return [epoch.train_accuracy for epoch in self.epochs]


def assert_same_weights(one: nn.Module, other: nn.Module) -> None:
    for name, tensor in one.state_dict().items():
        assert torch.equal(tensor, other.state_dict()[name]), name


def test_training_learns_and_says_so(tmp_path: Path) -> None:
    bench = Bench(tmp_path, epochs=8)
    assert bench.loop.run()
    losses = bench.validation_losses
    assert losses[-1] < 0.5 * losses[0] or losses[-1] < 0.2
    assert bench.epochs[-1].validation["accuracy"] > 0.9
    assert bench.train_accuracies[-1] > 0.85
    # A share of the 90 images.
    assert all(a * 90 == pytest.approx(round(a * 90)) for a in bench.train_accuracies)
    assert [step.step for step in bench.steps] == list(range(1, 8 * 6 + 1))
    assert [step.epoch for step in bench.steps] == [1 + i // 6 for i in range(8 * 6)]
    assert [epoch.epoch for epoch in bench.epochs] == list(range(1, 9))
    assert {"validation_loss", "accuracy", "balanced_accuracy", "macro_auroc"} == set(
        bench.epochs[0].validation
    )


def test_a_step_says_the_mean_loss_of_its_batch_and_the_rate(tmp_path: Path) -> None:
    bench = Bench(tmp_path, epochs=1, batch_size=90, learning_rate=0.0)
    feed, learner = bench.loop.feed, bench.loop.learner
    batch = next(feed.batches(0, 0, len))
    bench.model[1].p = 0.0  # type: ignore[operator, index]
    with torch.no_grad():
        wanted = nn.functional.cross_entropy(
            bench.model(learner.prepare(batch.inputs, batch.seeds)), batch.targets
        )
    bench.loop.run()
    assert bench.losses == [pytest.approx(float(wanted))]
    assert bench.steps[0].rate == 0.0
    assert bench.steps[0].images_per_second > 0


def test_inputs_may_lie_on_the_device(tmp_path: Path) -> None:
    there = [
        Examples(Inputs(torch.from_numpy(part.inputs.rows), part.inputs.numbers), part.targets)
        for part in (build_examples(90, 1), build_examples(40, 2))
    ]
    host = Bench(tmp_path / "host")
    device = Bench(tmp_path / "device", train=there[0], validation=there[1])
    for bench in (host, device):
        assert bench.loop.run()
    assert host.losses == device.losses
    assert host.validation_losses == device.validation_losses


def test_reading_ahead_takes_the_same_steps(tmp_path: Path) -> None:
    plain, ahead = (Bench(tmp_path / str(r), reads_ahead=r) for r in (False, True))
    for bench in (plain, ahead):
        assert bench.loop.run()
    assert plain.losses == ahead.losses
    assert_same_weights(plain.model, ahead.model)


def test_rows_may_be_some_of_those_that_are_kept(tmp_path: Path) -> None:
    """A split is row numbers into rows that hold other images too."""
    plain = build_examples(90, 1)
    numbers = np.random.default_rng(0).permutation(200)[:90]
    rows = np.full((200, 2), np.nan, np.float32)
    rows[numbers] = plain.inputs.rows
    kept = Examples(Inputs(rows, numbers), plain.targets)
    one, other = Bench(tmp_path / "plain"), Bench(tmp_path / "kept", train=kept)
    for bench in (one, other):
        assert bench.loop.run()
    assert one.losses == other.losses


@pytest.mark.parametrize("stop_after", [1, 5, 6, 7, 11, 17])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"unfreezing": 0.6, "optimiser": "lamb"},
        {"norms": "measure", "averaging": 0.9},
        {"mixup": 0.4, "balanced_sampling": True},
    ],
)
def test_resumed_training_ends_with_the_same_weights(
    tmp_path: Path, stop_after: int, settings: dict[str, Any]
) -> None:
    whole = Bench(tmp_path / "whole", **settings)
    assert whole.loop.run()
    cut = Bench(tmp_path / "cut", stop_after=stop_after, **settings)
    assert not cut.loop.run()
    later = Bench(tmp_path / "cut", **settings)
    assert later.loop.resume()
    assert later.loop.count_steps() == stop_after
    assert later.loop.run()
    assert_same_weights(whole.model, later.model)
    assert whole.losses == cut.losses + later.losses
    assert whole.train_accuracies == cut.train_accuracies + later.train_accuracies
    state = later.loop.state
    assert (state.best_epoch, state.best_loss) == (
        whole.loop.state.best_epoch,
        whole.loop.state.best_loss,
    )
    assert [row["epoch"] for row in state.history] == [1, 2, 3]


def test_a_stage_takes_no_step_before_it_joins(tmp_path: Path) -> None:
    """Of 18 steps, four stages join over 12: the first of them, the last to join, after all 12."""
    bench = Bench(tmp_path / "cut", stop_after=12, unfreezing=2 / 3)
    first = bench.model[0]  # type: ignore[index]
    start = first.weight.clone()  # type: ignore[union-attr, operator]
    head = bench.model[-1].weight.clone()  # type: ignore[index]
    assert not bench.loop.run()
    assert torch.equal(first.weight, start)  # type: ignore[arg-type]
    assert not torch.equal(bench.model[-1].weight, head)  # type: ignore[index]
    later = Bench(tmp_path / "cut", stop_after=1, unfreezing=2 / 3)
    later.loop.resume()
    assert not later.loop.run()
    assert not torch.equal(later.model[0].weight, start)  # type: ignore[index]


def test_norms_are_measured_over_the_training_images_before_they_are_judged(
    tmp_path: Path,
) -> None:
    """Weights that hardly move, and one epoch of few steps: a moving average is far behind."""
    settings: dict[str, Any] = {"learning_rate": 1e-6, "epochs": 1, "batch_size": 45}
    means = []
    for norms in ("learn", "measure"):
        bench = Bench(tmp_path / norms, norms=norms, **settings)
        first = bench.model[0]  # type: ignore[index]
        assert bench.loop.run()
        with torch.no_grad():
            given = first(to_tensor(build_examples(90, 1).inputs.take(slice(None))))
        means.append(float((bench.best["2.running_mean"] - given.mean(0)).abs().max()))
    assert means[0] > 0.1
    assert means[1] < 1e-4


def test_an_average_is_judged_kept_and_resumed(tmp_path: Path) -> None:
    plain = Bench(tmp_path / "plain")
    whole = Bench(tmp_path / "whole", averaging=0.95)
    plain.loop.run()
    whole.loop.run()
    assert plain.losses == whole.losses  # steps are taken from the weights themselves
    assert plain.validation_losses != whole.validation_losses
    last = whole.model.state_dict()
    assert any(not torch.equal(tensor, whole.best[name]) for name, tensor in last.items())
    earlier = Bench(tmp_path / "cut", stop_after=8, averaging=0.95)
    assert not earlier.loop.run()
    later = Bench(tmp_path / "cut", averaging=0.95)
    assert later.loop.resume()
    assert later.loop.run()
    assert later.validation_losses[-1] == whole.validation_losses[-1]


def test_a_long_gradient_is_shortened(tmp_path: Path) -> None:
    """With plain SGD a step is the rate times a gradient of the length that is allowed."""
    moved = []
    for clipping in (0.0, 1e-3):
        bench = Bench(
            tmp_path / str(clipping),
            model=nn.Linear(2, 2),
            epochs=1,
            batch_size=90,
            optimiser="sgd",
            momentum=0.0,
            schedule="constant",
            clipping=clipping,
        )
        before = torch.cat([p.detach().clone().flatten() for p in bench.model.parameters()])
        bench.loop.run()
        after = torch.cat([p.detach().flatten() for p in bench.model.parameters()])
        moved.append(float((after - before).norm()))
    assert moved[0] > 0.05 * 0.1
    assert moved[1] == pytest.approx(0.05 * 1e-3, rel=1e-3)


def test_without_a_checkpoint_there_is_nothing_to_resume(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    assert not bench.loop.resume()
    assert bench.loop.count_steps() == 0


def test_damaged_checkpoint_is_said(tmp_path: Path) -> None:
    Bench(tmp_path).loop.run()
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(RunError, match="damaged"):
        Bench(tmp_path).loop.resume()


def test_best_weights_are_those_of_the_lowest_validation_loss(tmp_path: Path) -> None:
    bench = Bench(tmp_path, epochs=6, learning_rate=0.5)
    bench.loop.run()
    losses = bench.validation_losses
    assert bench.loop.state.best_epoch == 1 + int(np.argmin(losses))
    assert [epoch.is_best for epoch in bench.epochs] == [
        loss == min(losses[: i + 1]) for i, loss in enumerate(losses)
    ]
    bench.model.load_state_dict(bench.best)
    validation = bench.loop.validation
    logits = bench.loop.predict(validation.inputs)
    loss = nn.functional.cross_entropy(logits, torch.from_numpy(validation.targets))
    assert loss.item() == pytest.approx(min(losses))


def build_reversed() -> Examples:
    """Validation images of the other class: the better the training learns, the worse it gets."""
    honest = build_examples(40, 2)
    return with_targets(honest, 1 - honest.targets)


def test_early_stopping_lets_the_rate_fall_to_nothing_before_the_end(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"epochs": 50, "early_stopping": 3, "schedule": "constant"}
    bench = Bench(tmp_path, validation=build_reversed(), **settings)
    assert bench.loop.run()
    # The first epoch is the best; three more, and a fifth of the whole.
    assert bench.loop.state.best_epoch == 1
    assert bench.loop.state.epoch == bench.shortened == 5
    per_epoch = bench.loop.feed.steps_per_epoch
    rates = [step.rate for step in bench.steps]
    assert rates[: 4 * per_epoch] == pytest.approx([0.05] * (4 * per_epoch))
    falling = [0.05 * (per_epoch - n) / per_epoch for n in range(per_epoch)]
    assert rates[4 * per_epoch :] == pytest.approx(falling)
    (said,) = bench.messages
    assert "no longer falls after epoch 4" in said
    assert "ends after epoch 5" in said


def test_early_stopping_waits_until_all_stages_have_joined(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"epochs": 20, "early_stopping": 3, "unfreezing": 0.5}
    bench = Bench(tmp_path, validation=build_reversed(), **settings)
    assert bench.loop.run()
    # All learns after ten epochs; three more, and a fifth of the whole.
    assert "no longer falls after epoch 13" in bench.messages[0]
    assert bench.loop.state.epoch == 17


@pytest.mark.parametrize("stop_after", [1, 25, 26])
def test_a_training_that_ends_early_goes_on_with_the_very_same_steps(
    tmp_path: Path, stop_after: int
) -> None:
    settings: dict[str, Any] = {"epochs": 50, "early_stopping": 3}
    whole = Bench(tmp_path / "whole", validation=build_reversed(), **settings)
    (tmp_path / "whole").mkdir()
    assert whole.loop.run()
    folder = tmp_path / "parts"
    folder.mkdir()
    begun = Bench(folder, stop_after=stop_after, validation=build_reversed(), **settings)
    assert not begun.loop.run()
    later = Bench(folder, validation=build_reversed(), **settings)
    assert later.loop.resume()
    assert later.loop.run()
    assert [step.rate for step in (*begun.steps, *later.steps)] == [s.rate for s in whole.steps]
    assert later.shortened == whole.shortened == later.loop.state.epoch
    for name, tensor in whole.model.state_dict().items():
        assert torch.equal(tensor, later.model.state_dict()[name])


def test_rate_goes_over_the_whole_run(tmp_path: Path) -> None:
    bench = Bench(tmp_path, epochs=5, batch_size=9, warmup=0.2, learning_rate=1.0)
    bench.loop.run()
    rates = [step.rate for step in bench.steps]
    assert rates[:10] == pytest.approx([0.1 * i for i in range(1, 11)])
    assert rates[30] == pytest.approx(0.5)


def test_loss_that_is_no_number_ends_the_run_in_words(tmp_path: Path) -> None:
    broken = build_examples(90, 1)
    broken.inputs.rows[3, 0] = np.nan
    with pytest.raises(DivergedError, match=r"no longer a number at epoch 1.*learning rate"):
        Bench(tmp_path, train=broken).loop.run()


def test_validation_that_gives_no_numbers_ends_the_run_in_words(tmp_path: Path) -> None:
    broken = build_examples(40, 2)
    broken.inputs.rows[3, 0] = np.nan
    with pytest.raises(RunError, match=r"no numbers on the validation images after epoch 1"):
        Bench(tmp_path, validation=broken).loop.run()


class Small(nn.Module):
    """A network for which memory runs out above a number of images."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most
        self.layer = nn.Linear(2, 2)

    def forward(self, x: Tensor) -> Tensor:
        if self.training and len(x) > self.most:
            raise torch.OutOfMemoryError("out of memory")
        out: Tensor = self.layer(x)
        return out


def test_batch_is_parted_when_memory_runs_out_with_the_same_result(tmp_path: Path) -> None:
    roomy, tight = (Bench(tmp_path / str(most), model=Small(most)) for most in (100, 5))
    tight.model.load_state_dict(roomy.model.state_dict())
    for bench in (roomy, tight):
        assert bench.loop.run()
    # 15 images: 2 parts of 8 are too many, 4 of 4 fit.
    assert tight.loop.state.micro_batches == 4
    assert [message[:17] for message in tight.messages] == ["Memory ran out: e"] * 2
    for name, tensor in roomy.model.state_dict().items():
        assert torch.allclose(tensor, tight.model.state_dict()[name], atol=1e-5)


@pytest.mark.parametrize("settings", [{}, {"mixup": 0.4, "balanced_sampling": True}])
def test_parts_from_the_start_give_the_same_result(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    whole, parted = (
        Bench(tmp_path / str(parts), model=nn.Linear(2, 2), parts=parts, **settings)
        for parts in (1, 4)
    )
    parted.model.load_state_dict(whole.model.state_dict())
    for bench in (whole, parted):
        assert bench.loop.run()
    assert whole.losses == pytest.approx(parted.losses, rel=1e-5)
    assert parted.messages == []


def test_no_memory_for_one_image_is_said(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="Not even one image"):
        Bench(tmp_path, model=Small(0)).loop.run()


def test_other_errors_are_not_taken_for_a_lack_of_memory(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        Bench(tmp_path, model=nn.Linear(3, 2)).loop.run()


def test_class_weights_reach_the_loss_and_its_mean(tmp_path: Path) -> None:
    part = build_examples(100, 1)
    train = with_targets(part, np.array([0] * 90 + [1] * 10))
    task = find_task("single-label")
    weights = task.weigh_classes(train.targets, 2)
    assert weights.tolist() == pytest.approx([100 / 180, 5.0])
    model = nn.Linear(2, 2)
    nn.init.zeros_(model.weight)
    with torch.no_grad():
        model.bias.copy_(torch.tensor([2.0, 0.0]))
    bench = Bench(
        tmp_path,
        model=model,
        train=train,
        objective=Supervised(task, weights, 0.0),
        epochs=1,
        batch_size=100,
        learning_rate=0.0,
    )
    bench.loop.run()
    # Both classes count half: the mean of their two losses.
    losses = [math.log(1 + math.exp(-2)), math.log(1 + math.exp(2))]
    assert bench.losses == [pytest.approx(sum(losses) / 2)]


@pytest.mark.parametrize("settings", [{}, {"mixup": 0.2}])
def test_several_labels_an_image_are_learned(tmp_path: Path, settings: dict[str, Any]) -> None:
    def build(n: int, seed: int) -> Examples:
        part = build_examples(n, seed)
        targets = (part.inputs.rows > 0).astype(np.float32)
        targets[::7, 1] = np.nan  # unknown
        return with_targets(part, targets)

    bench = Bench(
        tmp_path,
        task="multi-label",
        train=build(90, 1),
        validation=build(40, 2),
        epochs=12,
        **settings,
    )
    assert bench.loop.run()
    assert bench.epochs[-1].validation["accuracy"] > 0.75
    assert bench.epochs[-1].validation["macro_auroc"] > 0.95
    assert bench.validation_losses[-1] < bench.validation_losses[0]


def test_without_validation_images_the_last_epoch_is_kept(tmp_path: Path) -> None:
    bench = Bench(tmp_path, validation=NOTHING)
    assert bench.loop.run()
    assert bench.loop.state.best_epoch == 3
    assert [epoch.validation for epoch in bench.epochs] == [{}] * 3


def test_batch_larger_than_the_data_is_one_step(tmp_path: Path) -> None:
    bench = Bench(tmp_path, batch_size=4096)
    assert bench.loop.run()
    assert len(bench.steps) == 3


class Pull(Supervised):
    """The task's loss, and a parameter of the objective's own that is pulled to zero."""

    def __init__(self) -> None:
        super().__init__(find_task("single-label"), None, 0.0)
        self.extra = nn.ParameterDict({"pulled": nn.Parameter(torch.tensor(1.0))})
        self.positions: list[Position] = []
        self.looks = 0

    def loss(self, network: nn.Module, batch: Batch, position: Position) -> Loss:
        self.positions.append(position)
        plain = super().loss(network, batch, position)
        pulled = self.extra["pulled"].square() * len(batch) / batch.count
        terms = {**plain.terms, "pull": float(pulled.detach())}
        return Loss(plain.total + pulled, terms, plain.right)

    def prepare_evaluation(self, network: nn.Module) -> None:
        self.looks += 1


def test_what_an_objective_learns_is_resumed(tmp_path: Path) -> None:
    whole, later = Pull(), Pull()
    assert Bench(tmp_path / "whole", objective=whole, epochs=2).loop.run()
    assert not Bench(tmp_path / "cut", stop_after=8, objective=Pull(), epochs=2).loop.run()
    bench = Bench(tmp_path / "cut", objective=later, epochs=2)
    assert bench.loop.resume()
    assert float(later.extra["pulled"].detach()) != 1.0
    assert bench.loop.run()
    assert torch.equal(later.extra["pulled"], whole.extra["pulled"])


def test_what_the_loss_is_the_sum_of_is_told_after_each_epoch_also_after_a_stop(
    tmp_path: Path,
) -> None:
    whole = Bench(tmp_path / "whole", objective=Pull(), epochs=2)
    assert whole.loop.run()
    for epoch in whole.epochs:
        assert set(epoch.terms) == {"supervised", "pull"}
        assert sum(epoch.terms.values()) == pytest.approx(epoch.train_loss)
    # The second epoch is stopped in its middle.
    assert not Bench(tmp_path / "cut", stop_after=8, objective=Pull(), epochs=2).loop.run()
    later = Bench(tmp_path / "cut", objective=Pull(), epochs=2)
    assert later.loop.resume()
    assert later.loop.run()
    assert later.epochs[-1].terms == pytest.approx(dict(whole.epochs[-1].terms))


def test_an_objective_brings_parameters_and_hooks_and_knows_where_it_is(tmp_path: Path) -> None:
    objective = Pull()
    bench = Bench(tmp_path, objective=objective, epochs=2)
    assert bench.loop.run()
    assert abs(float(objective.extra["pulled"].detach())) < 0.9
    assert objective.looks == 2
    assert [(p.epoch, p.step) for p in objective.positions] == [
        (epoch, step) for epoch in (0, 1) for step in range(6)
    ]
    assert [p.share for p in objective.positions] == pytest.approx([i / 12 for i in range(12)])


class Rising(Rate):
    """A rate that doubles from step to step."""

    def find_share(self, step: int) -> float:
        return 2.0**step


def test_a_loop_takes_another_rate_and_writes_nothing_without_a_place_for_it(
    tmp_path: Path,
) -> None:
    bench = Bench(tmp_path, epochs=1)
    loop = bench.loop
    other = Loop(
        Course(
            loop.recipe,
            loop.learner,
            loop.objective,
            loop.feed,
            NOTHING,
            None,
            bench,
            lambda learned, *_: bench.best.update(learned),
            build_rate=Rising,
        )
    )
    assert not other.resume()
    assert other.run()
    rates = [step.rate for step in bench.steps]
    assert rates == pytest.approx([0.05 * 2.0**n for n in range(len(rates))])
    assert not bench.best
    assert not list(tmp_path.iterdir())
