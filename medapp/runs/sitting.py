"""The whole way of a run on one screen: data set → split → pixels or features → training →
evaluation.
"""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import psutil
import torch
from numpy.typing import NDArray
from torch import Tensor

from medapp.data.catalog import Catalog
from medapp.data.pixels import hash_pixels, load_pixels
from medapp.data.samples import Sample
from medapp.errors import RunError
from medapp.models.network import normalise, to_unit
from medapp.models.weights import build_network, read_weights, save_network
from medapp.runs.evaluate import judge
from medapp.runs.plan import TRAINING_COST, find_size, plan_run
from medapp.runs.results import save_evaluation
from medapp.runs.run import Run
from medapp.runs.split_table import match_split, save_split
from medapp.store.cache import open_cache
from medapp.store.workspace import Workspace
from medapp.training.augmentation import AUGMENTATIONS, augment
from medapp.training.features import (
    fold_scale,
    load_features,
    measure_features,
    measure_room,
    measure_scale,
    place,
    to_tensor,
)
from medapp.training.loop import Loop, Part
from medapp.training.machine.devices import open_fabric, synchronise_norms
from medapp.training.machine.memory import choose_parts
from medapp.training.machine.precision import choose_device, choose_precision
from medapp.training.recipe.recipe import STRATEGIES
from medapp.training.strategies import cut_network, group_parameters


class Work:
    """One sitting of a run: from its recipe, or its checkpoint, to its figures.

    Where several processes share it, each does this work on its share of every batch; only the
    first one writes.
    """

    def __init__(self, workspace: Workspace, run: Run, should_stop: Callable[[], bool]) -> None:
        self.workspace, self.run, self.should_stop = workspace, run, should_stop
        self.recipe, self.cache = run.recipe, open_cache(workspace)
        self.passes, self.passing_seconds = (
            0.0,
            0.0,
        )  # forward passes in this sitting, and what they took
        plan_run(workspace, self.recipe)  # the data may have changed while the run was in the queue
        torch.set_num_threads(
            self.recipe.threads or max(1, (os.cpu_count() or 1) // self.recipe.devices)
        )
        device = choose_device(self.recipe.device, self.recipe.devices)
        self.precision = choose_precision(self.recipe.precision, device, workspace)
        self.fabric = open_fabric(device, self.precision, self.recipe.devices)
        self.say: Callable[..., object] = (
            run.append_event if self.fabric.is_global_zero else lambda kind, **values: None
        )

    def do(self) -> bool:
        """All of it. False when asked to stop before the end.

        Raises:
            MedAppError: in words, what stands in the way.
        """
        try:
            return self._do()
        except StopRequestedError:
            return False

    def _do(self) -> bool:
        with self.fabric.rank_zero_first():
            samples, self.classes = self._choose_sides()
        sides = {
            side: [s for s in samples if s.split == side]
            for side in ("train", "validation", "test")
        }
        self.network = build_network(
            self.recipe.source,
            self.recipe.architecture,
            self.classes,
            self.recipe.seed,
            self.workspace,
        )
        self.prefix, suffix = cut_network(self.network, STRATEGIES[self.recipe.strategy])
        self.network.to(self.fabric.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        if self.fabric.world_size > 1:
            synchronise_norms(suffix)
        self.keeps_features = self._can_keep_features(len(samples))
        self._say_plan(sides, suffix)
        parts = [self._load_part(sides[side], side) for side in ("train", "validation")]
        device, is_probe = self.fabric.device, self.recipe.strategy == "linear-probe"
        self.scale = (
            tuple(t.to(device) for t in measure_scale(parts[0].inputs)) if is_probe else None
        )
        train, validation = (
            replace(part, inputs=place(part.inputs, device, measure_room(device))) for part in parts
        )
        self.loop = Loop(
            self.fabric,
            suffix,
            group_parameters(self.network, suffix, self.recipe),
            self._prepare,
            train,
            validation,
            self.classes,
            self.recipe,
            self.run.checkpoint_path,
            self.say,
            self.should_stop,
            self._save_best,
        )
        with self.fabric.rank_zero_first():
            self._resume()
        self._bound_memory()
        self.say("state", state="training")
        if not self.loop.run():
            return False
        self._say_speed(len(train.labels))
        self.say("state", state="evaluating")
        self._evaluate(sides["test"])
        return True

    def _choose_sides(self) -> tuple[list[Sample], tuple[str, ...]]:
        """Who is on which side: as first decided, also when the run is resumed."""
        catalog, path = Catalog(self.workspace), self.run.folder / "split.parquet"
        data_set = catalog.find_data_set(self.recipe.dataset)
        samples = catalog.load_samples(data_set)
        if not path.exists():
            save_split(path, samples)
        return match_split(path, samples, self.run.name), data_set.classes

    def _can_keep_features(self, images: int) -> bool:
        """Images do not vary, and what the frozen part makes of them leaves half of the cache to
        others.
        """
        if self.prefix is None or self.recipe.augmentation != "none":
            return False
        size = images * measure_features(
            self.prefix, self.recipe.image_size, self.precision == "bfloat16"
        )
        return size <= self.cache.limit_bytes / 2 or self.recipe.strategy == "linear-probe"

    def _say_plan(self, sides: dict[str, list[Sample]], suffix: torch.nn.Module) -> None:
        counts = {side: len(samples) for side, samples in sides.items()}
        steps = -(-counts["train"] // self.recipe.batch_size)
        parameters = sum(p.numel() for p in suffix.parameters())
        asked = {
            "epochs": self.recipe.epochs,
            "batch_size": self.recipe.batch_size,
            "classes": self.classes,
        }
        asked["passes"] = TRAINING_COST[
            "fine-tune" if self.keeps_features else self.recipe.strategy
        ]  # a kept feature costs as an image
        machine = {
            "device": str(self.fabric.device),
            "precision": self.precision,
            "threads": torch.get_num_threads(),
        }
        machine["devices"] = self.fabric.world_size
        network = {"architecture": self.network.architecture, "parameters": parameters}
        self.say("plan", **asked, **counts, steps_per_epoch=steps, **network, **machine)

    def _load_part(self, samples: Sequence[Sample], side: str) -> Part:
        """Pixels, or the frozen part's features of them where images do not vary, with labels."""
        with self.fabric.rank_zero_first():
            return self._load_alone(samples, side)

    def _load_alone(self, samples: Sequence[Sample], side: str) -> Part:
        progress = _Progress(self.say, f"Reading {side} images", self.should_stop)
        pixels = load_pixels(
            samples, self.recipe.preprocess, self.recipe.image_size, self.cache, progress
        )
        labels = np.array([self.classes.index(s.label) for s in samples], np.int64)
        if not self.keeps_features or not len(samples):
            return Part(pixels, labels)
        assert self.prefix is not None
        key = hash_pixels(samples, self.recipe.preprocess, self.recipe.image_size)
        progress, before = (
            _Progress(self.say, f"Features of {side} images", self.should_stop),
            time.perf_counter(),
        )
        features = load_features(self.prefix, pixels, key, self.fabric, self.cache, progress)
        if progress.said:  # they were not kept from an earlier run
            self.passes += len(samples)
            self.passing_seconds += time.perf_counter() - before
        return Part(features, labels)

    def _prepare(self, rows: NDArray[Any] | Tensor, seeds: Tensor | None) -> Tensor:
        """Rows of pixels or features to what the learning part takes."""
        there = to_tensor(rows).to(self.fabric.device)
        if self.scale is not None:
            return (there.float() - self.scale[0]) / self.scale[1]
        if self.keeps_features:
            return there.float()
        images = to_unit(there)
        if seeds is not None:
            images = augment(images, AUGMENTATIONS[self.recipe.augmentation], seeds)
        x = normalise(images)
        if self.prefix is None:
            return x
        with torch.no_grad(), self.fabric.autocast():
            frozen: Tensor = self.prefix.eval()(x)
        return frozen.float()

    def _resume(self) -> None:
        """Go on from the checkpoint where there is one; a damaged one is said and put aside."""
        try:
            found = self.loop.load_checkpoint()
        except RunError as error:
            if not self.fabric.is_global_zero:
                raise  # the first process could read it
            self.run.checkpoint_path.rename(self.run.checkpoint_path.with_suffix(".damaged"))
            self.say("message", text=f"{error} Training starts again from the first epoch.")
            found = False
        p = self.loop.progress
        self.say("resume", epoch=p.epoch, step=p.epoch * self.loop.steps_per_epoch + p.step)
        if found:
            self.say("message", text=f"Going on after epoch {p.epoch}.")

    def _bound_memory(self) -> None:
        """Compute each batch in parts where it would take more than four fifths of the memory that
        is free.
        """
        if self.fabric.device.type != "cpu":
            # a card says itself when its memory runs out, and the loop halves what it computes at
            # once
            return
        available = round(0.8 * psutil.virtual_memory().available / self.fabric.world_size)
        parts = self.fabric.broadcast(
            choose_parts(self.recipe, *find_size(self.recipe), self.precision, available)
        )
        if parts > self.loop.progress.micro_batches:
            self.loop.progress.micro_batches = parts
            self.say(
                "message",
                text=(
                    f"Memory is short: each batch is computed in {parts} parts, for the same step."
                ),
            )

    def _save_best(self, state: dict[str, Tensor], epoch: int) -> None:
        """The whole network with the learning part as it was after its best epoch."""
        now = {
            name: tensor.detach().clone() for name, tensor in self.loop.suffix.state_dict().items()
        }
        self.loop.suffix.load_state_dict(state)
        if self.scale is not None:
            fold_scale(self.network.head, *self.scale)
        facts = {"precision": self.precision, "epoch": str(epoch), "recipe": self.recipe.to_json()}
        save_network(self.network, self.run.model_path, facts)
        self.loop.suffix.load_state_dict(now)

    def _say_speed(self, images: int) -> None:
        """What an estimate for the next run like this one needs: how many forward passes a second
        this one did.
        """
        p = self.loop.progress
        cost = TRAINING_COST[self.recipe.strategy]
        if cost:
            self.passes, self.passing_seconds = (
                p.epoch * (images * cost + len(self.loop.validation.labels)),
                p.seconds,
            )
        if self.passing_seconds > 0:
            self.say(
                "speed",
                forwards_per_second=self.passes / self.passing_seconds,
                seconds=self.passing_seconds,
            )

    def _evaluate(self, samples: list[Sample]) -> None:
        """Read the test part, once, with the weights of the best epoch."""
        if not samples:
            self.say(
                "message", text="There are no test images, so nothing says how good the model is."
            )
            return
        self.fabric.barrier()  # the first process has written it
        tensors, _ = read_weights(self.run.model_path)
        self.network.model.load_state_dict(tensors, strict=False)
        self.scale = None  # it is folded into the saved head
        self.say("test_read", reason="end of the run")
        part = self._load_part(samples, "test")
        probabilities = torch.softmax(self.loop.predict(part.inputs), 1).numpy()
        figures = judge(samples, probabilities, self.classes) | {
            "split": "test",
            "dataset": self.recipe.dataset,
        }
        if self.fabric.is_global_zero:
            save_evaluation(self.run, figures, samples, probabilities)


class _Progress:
    """Says how far a long step is, four times a second at most, and ends it when the run is to
    stop.
    """

    def __init__(
        self, say: Callable[..., object], text: str, should_stop: Callable[[], bool]
    ) -> None:
        self.say, self.text, self.should_stop, self.said = say, text, should_stop, 0.0

    def __call__(self, done: int, total: int) -> None:
        if self.should_stop():
            raise StopRequestedError("Stopped while preparing.")
        if time.perf_counter() - self.said > 0.25 or done == total:
            self.said = time.perf_counter()
            self.say("progress", text=self.text, done=done, total=total)


class StopRequestedError(RunError):
    """The run was asked to stop while it prepared."""
