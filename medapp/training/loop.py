"""The training loop, on Lightning Fabric: from inputs and labels to the weights of the best epoch.

Everything random is drawn from (seed, epoch, step), so a run that goes on from a checkpoint takes
the very steps it would have taken. Where several processes train, each runs this same loop: it
computes its share of every batch, sums are taken over all, and only the first writes. The loop does
not know what its inputs are (pixels or features), where runs live, or who watches: it gets
functions for that.
"""

import hashlib
import math
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from medapp.errors import RunError
from medapp.evaluation.evaluate import evaluate
from medapp.models.weights import DAMAGE
from medapp.store.files import open_replacing
from medapp.training.recipe.recipe import Recipe

CHECKPOINT_SECONDS = 180.0  # within a long epoch
WRITING_SHARE = 0.05  # of the time at most goes into checkpoints at the ends of epochs


class Prepare(Protocol):
    """From rows of the inputs to what the suffix takes, on the device; with seeds (N,) each image
    is augmented by its own.
    """

    def __call__(self, rows: NDArray[Any] | Tensor, seeds: Tensor | None) -> Tensor: ...


@dataclass(frozen=True)
class Part:
    """One side of the split: inputs (N, …) as `Prepare` takes them, labels (N,) as indices of
    classes.
    """

    inputs: NDArray[Any] | Tensor
    labels: NDArray[np.int64]


@dataclass
class Progress:
    """Where a training stands; what a checkpoint holds beside the tensors."""

    epoch: int = 0  # complete epochs
    step: int = 0  # complete steps of the epoch under way
    loss_sum: float = 0.0  # over the images of the epoch under way
    right: int = (
        0  # images of the epoch under way that were classified as labelled, as they were augmented
    )
    best_loss: float = math.inf
    best_epoch: int = 0
    micro_batches: int = 1  # parts that a batch is computed in; doubled when memory runs out
    seconds: float = 0.0  # of training, over all sittings
    history: list[dict[str, float]] = field(default_factory=list)


def seed_of(*words: object) -> int:
    """A seed of 63 bits from words, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(repr(words).encode(), digest_size=8).digest()) >> 1


class Loop:
    """One training.

    Args:
        fabric: a launched `lightning_fabric.Fabric`: device, precision, and how many processes
            there are.
        suffix: what learns, from prepared inputs to logits (N, K).
        emit: takes an event's kind and its values.
        should_stop: asked before each step.
        save_best: writes the weights of the best epoch so far, given the suffix's state.
    """

    def __init__(
        self,
        fabric: Any,
        suffix: nn.Module,
        groups: list[dict[str, object]],
        prepare: Prepare,
        train: Part,
        validation: Part,
        classes: tuple[str, ...],
        recipe: Recipe,
        checkpoint_path: Path,
        emit: Callable[..., object],
        should_stop: Callable[[], bool],
        save_best: Callable[[dict[str, Tensor], int], None],
    ) -> None:
        self.suffix, self.prepare, self.train, self.validation = suffix, prepare, train, validation
        self.recipe, self.classes, self.checkpoint_path = recipe, classes, checkpoint_path
        self.emit, self.should_stop, self.save_best = emit, should_stop, save_best
        self.fabric, self.progress = fabric, Progress()
        self.steps_per_epoch = math.ceil(len(train.labels) / recipe.batch_size)
        self.optimiser = _build_optimiser(groups, recipe)
        self.model, self._stepper = fabric.setup(
            suffix, self.optimiser
        )  # the stepper wraps the optimiser and shares its state
        weight = _weigh_classes(train.labels, len(classes)) if recipe.class_weights else None
        self.criterion = nn.CrossEntropyLoss(
            weight=weight, label_smoothing=recipe.label_smoothing, reduction="sum"
        ).to(fabric.device)
        self.best_state: dict[str, Tensor] | None = (
            None  # of the suffix, where it is not yet on disk
        )
        self.last_written, self.writing_seconds = time.perf_counter(), 0.0

    def run(self) -> bool:
        """Train to the last epoch, to early stopping, or until `should_stop`. True when it came to
        its end.

        Raises:
            RunError: the loss is no longer a number, or memory does not suffice for a single image.
        """
        while not self._is_over():
            if not self._train_epoch():
                self.save_checkpoint()
                return False
            self._finish_epoch()
        self.save_checkpoint()
        return True

    def _is_over(self) -> bool:
        p, patience = self.progress, self.recipe.early_stopping
        return p.epoch >= self.recipe.epochs or bool(
            patience and p.epoch - p.best_epoch >= patience
        )

    def _train_epoch(self) -> bool:
        """The rest of the epoch under way; False when asked to stop in it."""
        p, recipe = self.progress, self.recipe
        generator = torch.Generator().manual_seed(seed_of(recipe.seed, p.epoch))
        order = torch.randperm(len(self.train.labels), generator=generator).numpy()
        seeds = torch.randint(2**32, (len(order),), generator=generator)
        batches = np.array_split(
            order, self.steps_per_epoch
        )  # sizes differ by one at most: no tiny last batch
        self.suffix.train()
        started, images = time.perf_counter(), 0
        while p.step < len(batches):
            if any(self._add_up(self.should_stop())):
                return False
            before, rows = time.perf_counter(), np.sort(batches[p.step])
            rate = self._set_rate(p.epoch * self.steps_per_epoch + p.step)
            loss = self._take_step(rows, seeds[rows])
            p.loss_sum += loss * len(rows)
            p.step += 1
            p.seconds += time.perf_counter() - before
            images += len(rows)
            speed = images / (time.perf_counter() - started)
            step = p.epoch * self.steps_per_epoch + p.step
            self.emit(
                "step", epoch=p.epoch + 1, step=step, loss=loss, rate=rate, images_per_second=speed
            )
            if time.perf_counter() - self.last_written > CHECKPOINT_SECONDS:
                self.save_checkpoint()
        return True

    def _take_step(self, rows: NDArray[np.int64], seeds: Tensor) -> float:
        """One optimiser step on a batch; halves what is computed at once, and says so, when memory
        runs out.
        """
        p, recipe, rank = self.progress, self.recipe, self.fabric.global_rank
        own = np.array_split(np.arange(len(rows)), self.fabric.world_size)[rank]
        while True:
            torch.manual_seed(seed_of(recipe.seed, p.epoch, p.step, "dropout", rank))
            parts = np.array_split(
                own, min(p.micro_batches, len(rows) // self.fabric.world_size)
            )  # as many for every process
            try:
                sums = [
                    self._accumulate(rows, part, seeds[part], is_last=part is parts[-1])
                    for part in parts
                ]
                break
            except (torch.OutOfMemoryError, RuntimeError, MemoryError) as error:
                if not _is_out_of_memory(error):
                    raise
                if self.fabric.world_size > 1:  # the others wait for this step's gradients
                    raise RunError(
                        "Memory ran out on one of the devices. Choose a smaller batch or image"
                        " size."
                    ) from error
                if p.micro_batches >= len(rows):
                    raise RunError(
                        "Not even one image fits into the memory. Choose a smaller image size or a"
                        " smaller backbone."
                    ) from error
                p.micro_batches *= 2
                self.optimiser.zero_grad(set_to_none=True)
                self.emit(
                    "message",
                    text=(
                        f"Memory ran out: each batch is now computed in {p.micro_batches} parts,"
                        " for the same step."
                    ),
                )
        loss, right = self._add_up(*(sum(values) for values in zip(*sums, strict=True)))
        p.right += int(right)
        if not math.isfinite(loss):
            place = f"epoch {p.epoch + 1}, step {p.step + 1}"
            raise RunError(
                f"The loss is no longer a number at {place}. Lower the learning rate or use"
                " float32."
            )
        self._stepper.step()
        self.optimiser.zero_grad(set_to_none=True)
        return loss

    def _accumulate(
        self, rows: NDArray[np.int64], part: NDArray[np.int64], seeds: Tensor, is_last: bool
    ) -> tuple[float, int]:
        """Add the gradient of one part of a batch; gives the part's share of the batch's mean loss,
        and how many images were right.
        """
        chosen, ranks = rows[part], self.fabric.world_size
        labels = torch.from_numpy(self.train.labels[chosen]).to(self.fabric.device)
        weight = self.criterion.weight
        whole = len(rows) if weight is None else float(weight.cpu()[self.train.labels[rows]].sum())
        with self.fabric.no_backward_sync(self.model, enabled=not is_last):
            logits = self.model(self.prepare(self.train.inputs[chosen], seeds))
            loss = self.criterion(logits.float(), labels) / whole
            self.fabric.backward(loss * ranks)  # the mean of all processes' gradients is taken
        return float(loss.detach()), int((logits.detach().argmax(1) == labels).sum())

    def _add_up(self, *values: float) -> list[float]:
        """Sums over all processes."""
        if self.fabric.world_size == 1:
            return list(values)
        added = self.fabric.all_reduce(
            torch.tensor(values, dtype=torch.float64, device=self.fabric.device), reduce_op="sum"
        )
        return [float(value) for value in added]

    def _set_rate(self, step: int) -> float:
        """Warm-up, then the schedule; gives the head's rate."""
        recipe, total = self.recipe, max(1, self.recipe.epochs * self.steps_per_epoch)
        warm = max(1, round(recipe.warmup * total))
        if step < warm:
            share = (step + 1) / warm
        else:
            share = (
                0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, total - warm)))
                if recipe.schedule == "cosine"
                else 1.0
            )
        for group in self.optimiser.param_groups:
            group["lr"] = group["peak"] * share
        return float(self.optimiser.param_groups[0]["lr"])

    def _finish_epoch(self) -> None:
        """Validate, keep the best, say so, and write a checkpoint where that costs little."""
        p, started = self.progress, time.perf_counter()
        train_loss, train_accuracy = (
            p.loss_sum / len(self.train.labels),
            p.right / len(self.train.labels),
        )
        figures = self._validate()
        p.epoch, p.step, p.loss_sum, p.right = p.epoch + 1, 0, 0.0, 0
        loss = figures.get("validation_loss", train_loss)
        # With no validation images the last epoch is as good as any other, so it is kept.
        is_best = loss < p.best_loss or not len(self.validation.labels)
        if is_best:
            p.best_loss, p.best_epoch = loss, p.epoch
            if self.fabric.is_global_zero:
                self.best_state = {
                    name: t.detach().cpu().clone() for name, t in self.suffix.state_dict().items()
                }
        p.seconds += time.perf_counter() - started
        row = {
            "epoch": p.epoch,
            "train_loss": train_loss,
            "train_accuracy": train_accuracy,
            **figures,
        }
        row |= {"seconds": p.seconds, "is_best": is_best}
        p.history.append(row)
        self.emit("epoch", **row)
        if time.perf_counter() - self.last_written > self.writing_seconds / WRITING_SHARE:
            self.save_checkpoint()

    def _validate(self) -> dict[str, float]:
        """Loss and metrics on the validation part; empty where there is none."""
        labels = self.validation.labels
        if not len(labels):
            return {}
        logits = self.predict(self.validation.inputs)
        if not bool(torch.isfinite(logits).all()):
            epoch = self.progress.epoch + 1
            raise RunError(
                f"The network gives no numbers on the validation images after epoch {epoch}. Lower"
                " the learning rate."
            )
        loss = float(nn.functional.cross_entropy(logits, torch.from_numpy(labels)))
        result = evaluate(torch.softmax(logits, 1).numpy(), labels, self.classes, resamples=0)
        names = ("accuracy", "balanced_accuracy", "macro_auroc")
        return {
            "validation_loss": loss,
            **{name: value for name in names if (value := getattr(result, name)) is not None},
        }

    def predict(self, inputs: NDArray[Any] | Tensor) -> Tensor:
        """Logits (N, K) float32 on the CPU, without augmentation, in evaluation mode."""
        self.suffix.eval()
        size = max(1, min(64, 2 * self.recipe.batch_size) // self.progress.micro_batches)
        logits = torch.zeros(len(inputs), len(self.classes), device=self.fabric.device)
        starts = range(0, len(inputs), size)[self.fabric.global_rank :: self.fabric.world_size]
        with torch.inference_mode():
            for start in starts:
                logits[start : start + size] = self.model(
                    self.prepare(inputs[start : start + size], None)
                )
        if self.fabric.world_size > 1:
            logits = self.fabric.all_reduce(
                logits, reduce_op="sum"
            )  # each row was computed by one process and is 0 elsewhere
        return logits.cpu()

    def save_checkpoint(self) -> None:
        """Write the best weights, then the checkpoint: killed in between, the steps are taken again
        with the same result.
        """
        before = time.perf_counter()
        if not self.fabric.is_global_zero:
            return
        if self.best_state is not None:
            self.save_best(self.best_state, self.progress.best_epoch)
            self.best_state = None
        state = {
            "suffix": self.suffix.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "progress": vars(self.progress),
        }
        with open_replacing(self.checkpoint_path) as file:
            try:
                torch.save(state, file)
            except (
                RuntimeError
            ) as error:  # torch's own, while it closes a file that the disk did not take
                if isinstance(error.__context__, OSError):
                    raise error.__context__ from None
                raise
        self.last_written = time.perf_counter()
        self.writing_seconds = self.last_written - before

    def load_checkpoint(self) -> bool:
        """Go on from the checkpoint, if there is one. False where there is none.

        Raises:
            RunError: the checkpoint is damaged.
        """
        if not self.checkpoint_path.exists():
            return False
        before = {name: tensor.clone() for name, tensor in self.suffix.state_dict().items()}
        try:
            with zipfile.ZipFile(self.checkpoint_path) as archive:
                if archive.testzip() is not None:  # torch does not look at the checksums
                    raise zipfile.BadZipFile
            state = torch.load(self.checkpoint_path, map_location="cpu", weights_only=True)
            progress = Progress(**state["progress"])
            self.suffix.load_state_dict(state["suffix"])
            self.optimiser.load_state_dict(state["optimiser"])
            self.progress = progress
        except DAMAGE as error:
            self.suffix.load_state_dict(before)  # a part of it may have been taken over
            raise RunError(
                f"The checkpoint cannot be read ({type(error).__name__}): it is damaged."
            ) from error
        return True


def _build_optimiser(groups: list[dict[str, object]], recipe: Recipe) -> torch.optim.Optimizer:
    if recipe.optimiser == "sgd":
        return torch.optim.SGD(groups, momentum=recipe.momentum, nesterov=recipe.momentum > 0)
    kind = torch.optim.AdamW if recipe.optimiser == "adamw" else torch.optim.Adam
    return kind(groups, fused=True)


def _weigh_classes(labels: NDArray[np.int64], count: int) -> Tensor:
    """Weights that make each class count alike: n / (K · n_k); 0 for a class without images."""
    counts = np.bincount(labels, minlength=count)
    return torch.tensor(
        np.where(counts > 0, len(labels) / (np.count_nonzero(counts) * np.maximum(counts, 1)), 0.0),
        dtype=torch.float32,
    )


def _is_out_of_memory(error: BaseException) -> bool:
    said = ("can't allocate memory", "not enough memory")  # how the CPU's allocator puts it
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or any(
        words in str(error) for words in said
    )
