import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from medapp.errors import RunError
from medapp.training.loop import Loop, Part, seed_of
from medapp.training.recipe.recipe import Recipe

CLASSES = ("a", "b")


def build_part(n: int, seed: int) -> Part:
    """Points in the plane; the class is the sign of the first coordinate."""
    points = np.random.default_rng(seed).normal(size=(n, 2)).astype(np.float32)
    return Part(points, (points[:, 0] > 0).astype(np.int64))


class Bench:
    """A loop over points, with what it said and saved."""

    def __init__(
        self,
        folder: Path,
        stop_after: float = math.inf,
        model: nn.Module | None = None,
        train: Part | None = None,
        validation: Part | None = None,
        **settings: Any,
    ) -> None:
        torch.manual_seed(0)
        self.model = model or nn.Sequential(
            nn.Linear(2, 8), nn.Dropout(0.2), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 2)
        )
        self.events: list[dict[str, Any]] = []
        self.best: dict[str, Tensor] = {}
        self.steps, self.stop_after = 0, stop_after
        recipe = Recipe(
            "d",
            **({"epochs": 3, "batch_size": 16, "learning_rate": 0.05, "warmup": 0.0} | settings),
        )
        groups = [
            {
                "params": list(self.model.parameters()),
                "lr": recipe.learning_rate,
                "peak": recipe.learning_rate,
                "weight_decay": 0.0,
            }
        ]
        self.loop = Loop(
            Fabric(accelerator="cpu"),
            self.model,
            groups,
            self.prepare,
            train or build_part(90, 1),
            validation or build_part(40, 2),
            CLASSES,
            recipe,
            folder / "checkpoint.pt",
            self.emit,
            self.should_stop,
            lambda state, epoch: self.best.update(state),
        )

    def emit(self, kind: str, **values: Any) -> None:
        self.events.append({"kind": kind, **values})

    def prepare(self, rows: np.ndarray, seeds: Tensor | None) -> Tensor:
        points = torch.as_tensor(rows)
        if seeds is None:
            return points
        generators = [
            torch.Generator().manual_seed(seed) for seed in seeds.tolist()
        ]  # stands for augmentation
        return points + 0.1 * torch.stack(
            [torch.randn(2, generator=generator) for generator in generators]
        )

    def should_stop(self) -> bool:
        self.steps += 1
        return self.steps > self.stop_after

    def of(self, kind: str, key: str) -> list[Any]:
        return [event[key] for event in self.events if event["kind"] == kind]


def test_training_learns_and_says_so(tmp_path: Path) -> None:
    bench = Bench(tmp_path, epochs=8)
    assert bench.loop.run()
    losses, accuracies = bench.of("epoch", "validation_loss"), bench.of("epoch", "accuracy")
    assert losses[-1] < 0.5 * losses[0] or losses[-1] < 0.2
    assert accuracies[-1] > 0.9
    assert bench.of("epoch", "train_accuracy")[-1] > 0.85
    assert all(
        a * 90 == pytest.approx(round(a * 90)) for a in bench.of("epoch", "train_accuracy")
    )  # a share of the 90 images
    assert bench.of("step", "step") == list(range(1, 8 * 6 + 1))
    assert bench.of("epoch", "epoch") == list(range(1, 9))


def test_inputs_may_lie_on_the_device(tmp_path: Path) -> None:
    there = [
        Part(torch.from_numpy(part.inputs), part.labels)
        for part in (build_part(90, 1), build_part(40, 2))
    ]
    host, device = (
        Bench(tmp_path / "host"),
        Bench(tmp_path / "device", train=there[0], validation=there[1]),
    )
    for bench in (host, device):
        assert bench.loop.run()
    assert host.of("step", "loss") == device.of("step", "loss")
    assert host.of("epoch", "validation_loss") == device.of("epoch", "validation_loss")


@pytest.mark.parametrize("stop_after", [1, 5, 6, 7, 11, 17])
def test_resumed_training_ends_with_the_same_weights(tmp_path: Path, stop_after: int) -> None:
    whole = Bench(tmp_path / "whole")
    assert whole.loop.run()
    cut = Bench(tmp_path / "cut", stop_after=stop_after)
    assert not cut.loop.run()
    later = Bench(tmp_path / "cut")
    assert later.loop.load_checkpoint()
    assert later.loop.run()
    for name, tensor in whole.model.state_dict().items():
        assert torch.equal(tensor, later.model.state_dict()[name]), name
    assert whole.of("step", "loss") == cut.of("step", "loss") + later.of("step", "loss")
    assert whole.of("epoch", "train_accuracy") == cut.of("epoch", "train_accuracy") + later.of(
        "epoch", "train_accuracy"
    )
    assert (whole.loop.progress.best_epoch, whole.loop.progress.best_loss) == (
        later.loop.progress.best_epoch,
        later.loop.progress.best_loss,
    )


def test_best_weights_are_those_of_the_lowest_validation_loss(tmp_path: Path) -> None:
    bench = Bench(tmp_path, epochs=6, learning_rate=0.5)
    bench.loop.run()
    losses = bench.of("epoch", "validation_loss")
    assert bench.loop.progress.best_epoch == 1 + int(np.argmin(losses))
    bench.model.load_state_dict(bench.best)
    logits = bench.loop.predict(bench.loop.validation.inputs)
    assert nn.functional.cross_entropy(
        logits, torch.from_numpy(bench.loop.validation.labels)
    ).item() == pytest.approx(min(losses))


def test_early_stopping_waits_its_patience(tmp_path: Path) -> None:
    shuffled = build_part(40, 2)
    shuffled = Part(
        shuffled.inputs, 1 - shuffled.labels
    )  # the better it learns, the worse it gets here
    bench = Bench(tmp_path, epochs=50, early_stopping=3, validation=shuffled)
    assert bench.loop.run()
    assert bench.loop.progress.epoch == bench.loop.progress.best_epoch + 3 < 50


def test_rate_warms_up_and_falls_along_a_cosine(tmp_path: Path) -> None:
    bench = Bench(
        tmp_path,
        epochs=5,
        batch_size=9,
        warmup=0.2,
        learning_rate=1.0,
        validation=Part(np.zeros((0, 2), np.float32), np.zeros(0, np.int64)),
    )
    rates = [bench.loop._set_rate(step) for step in range(50)]
    assert rates[:10] == pytest.approx([0.1 * i for i in range(1, 11)])
    assert rates[10] == pytest.approx(1.0)
    assert rates[30] == pytest.approx(0.5)
    assert rates[49] == pytest.approx(0.5 * (1 + math.cos(math.pi * 39 / 40)))


def test_loss_that_is_no_number_ends_the_run_in_words(tmp_path: Path) -> None:
    broken = build_part(90, 1)
    broken.inputs[3, 0] = np.nan
    with pytest.raises(RunError, match=r"no longer a number at epoch 1.*learning rate"):
        Bench(tmp_path, train=broken).loop.run()


class Small(nn.Module):
    """A network for which memory runs out above a number of images."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most, self.layer = most, nn.Linear(2, 2)

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
    assert (
        tight.loop.progress.micro_batches == 4
    )  # 15 images: 2 parts of 8 are too many, 4 of 4 fit
    assert tight.of("message", "text")
    for name, tensor in roomy.model.state_dict().items():
        assert torch.allclose(tensor, tight.model.state_dict()[name], atol=1e-5)


def test_no_memory_for_one_image_is_said(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="Not even one image"):
        Bench(tmp_path, model=Small(0)).loop.run()


def test_other_errors_are_not_taken_for_a_lack_of_memory(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        Bench(tmp_path, model=nn.Linear(3, 2)).loop.run()


def test_rare_classes_weigh_as_much_as_common_ones(tmp_path: Path) -> None:
    train = build_part(100, 1)
    train = Part(train.inputs, np.array([0] * 90 + [1] * 10))
    weight = Bench(tmp_path, train=train, class_weights=True).loop.criterion.weight
    assert weight is not None
    assert weight.tolist() == pytest.approx([100 / 180, 5.0])


def test_without_validation_images_the_last_epoch_is_kept(tmp_path: Path) -> None:
    bench = Bench(tmp_path, validation=Part(np.zeros((0, 2), np.float32), np.zeros(0, np.int64)))
    assert bench.loop.run()
    assert bench.loop.progress.best_epoch == 3


def test_batch_larger_than_the_data_is_one_step(tmp_path: Path) -> None:
    bench = Bench(tmp_path, batch_size=4096)
    assert bench.loop.run()
    assert len(bench.of("step", "step")) == 3


@pytest.mark.parametrize(
    "damage",
    [
        lambda b: b[: len(b) // 2],
        lambda b: b"",
        lambda b: b"PK" + b[2:200],
        lambda b: b[:-200] + b"\0" * 200,
    ],
)
def test_damaged_checkpoint_is_said(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    Bench(tmp_path).loop.run()
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(RunError, match="damaged"):
        Bench(tmp_path).loop.load_checkpoint()


def test_seeds_are_the_same_everywhere() -> None:
    assert seed_of(0, 1, 2) == seed_of(0, 1, 2) != seed_of(0, 2, 1)
    assert (
        seed_of(0, 0)
        == int.from_bytes(__import__("hashlib").blake2b(b"(0, 0)", digest_size=8).digest()) >> 1
    )
