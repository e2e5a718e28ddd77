"""The training loop, on Lightning Fabric: from batches to the weights of the best epoch.

Everything random is drawn from (seed, epoch, step), so that a run that goes on from a checkpoint
takes the very steps it would have taken. Where several processes train, each runs this same loop:
it computes its share of every batch, sums are taken over all, and only the first writes. The loop
does not know what its inputs are (pixels or features), what is predicted, where runs live.
"""

import itertools
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from medapp.errors import RunError
from medapp.training.averaging import WeightAverage
from medapp.training.batch import Batch
from medapp.training.checkpoint import TrainingState, copy_state, load_checkpoint, save_checkpoint
from medapp.training.examples import Examples, Inputs, JoinedInputs
from medapp.training.feed import Feed
from medapp.training.gradients import Gradients
from medapp.training.learner import Learner
from medapp.training.norms import measure_statistics
from medapp.training.objectives.objective import Objective
from medapp.training.optimisers import OPTIMISERS
from medapp.training.rate import Rate
from medapp.training.recipe.groups import Optimisation
from medapp.training.recipe.recipe import Recipe
from medapp.training.stopping import Fall, find_fall
from medapp.training.validation import judge_logits, predict_logits
from medapp.training.watcher import Epoch, Step, Watcher

CHECKPOINT_SECONDS = 180.0  # between two checkpoints within a long epoch
WRITING_SHARE = 0.05  # of the time that checkpoints at the ends of epochs may take
NORM_IMAGES = 10_000  # that are enough for BatchNorm's statistics (Wu & Johnson 2021, section 3)

SaveBest = Callable[[dict[str, Tensor], int, dict[str, Tensor]], None]


class DivergedError(RunError):
    """The loss is no longer a number: the steps were too long."""


@dataclass(frozen=True)
class Course:
    """What a loop is made of.

    Attributes:
        learner: the network, what of it learns, and how inputs are prepared.
        objective: what a step makes smaller.
        feed: the training images in batches.
        validation: what decides which epoch is best.
        checkpoint_path: None where nothing is to be written, nor gone on from.
        watcher: who is told what happens, and may ask for an end.
        save_best: writes the weights of the best epoch so far, given the suffix's state, the epoch,
            and the state of what the objective has beside the network.
        parts: how many parts a batch is computed in from the start.
        build_rate: how the rate goes over the steps, where not by the recipe's schedule.
    """

    recipe: Recipe
    learner: Learner
    objective: Objective
    feed: Feed
    validation: Examples
    checkpoint_path: Path | None
    watcher: Watcher
    save_best: SaveBest
    parts: int = 1
    build_rate: Callable[[torch.optim.Optimizer, Optimisation, int], Rate] = Rate


class Loop:
    """One training."""

    def __init__(self, course: Course) -> None:
        self.recipe = recipe = course.recipe
        self.learner = learner = course.learner
        self.objective = course.objective
        self.feed = course.feed
        self.validation = course.validation
        self.checkpoint_path = course.checkpoint_path
        self.watcher = course.watcher
        self.save_best = course.save_best
        self.fabric = learner.fabric
        self.state = TrainingState(micro_batches=course.parts)
        row = OPTIMISERS[recipe.optimisation.optimiser]
        self._optimiser = row.build(self._group_parameters(), recipe.optimisation)
        steps = recipe.budget.epochs * self.feed.steps_per_epoch
        self._rate = course.build_rate(self._optimiser, recipe.optimisation, steps)
        self._average = WeightAverage(learner.suffix, recipe.optimisation.averaging)
        # The stepper wraps the optimiser and shares its state.
        self.model, self._stepper = self.fabric.setup(learner.suffix, self._optimiser)
        self._gradients = Gradients(recipe.seed, learner, self.model, self.objective, self.watcher)
        # The suffix's state after the best epoch, while it is not yet on disk.
        self._best: dict[str, Tensor] | None = None
        self._best_extra: dict[str, Tensor] = {}
        self._last_written = time.perf_counter()
        self._writing_seconds = 0.0

    def _group_parameters(self) -> list[dict[str, Any]]:
        """What learns: of the network, and of the objective at the head's rate."""
        groups = self.learner.group_parameters(self.recipe.optimisation)
        extra = self.objective.extra.to(self.fabric.device)
        if self.fabric.world_size > 1:
            # Every process starts from the first one's.
            extra.load_state_dict(self.fabric.broadcast(extra.state_dict()))
        own = list(extra.parameters())
        if not own:
            return groups
        peak = groups[0]["peak"]
        decay = self.recipe.optimisation.weight_decay
        return [*groups, {"params": own, "lr": peak, "peak": peak, "weight_decay": decay}]

    def run(self) -> bool:
        """Train to the last epoch, to early stopping, or until the watcher asks for an end.

        Returns:
            True when the training came to its end.

        Raises:
            DivergedError: the loss is no longer a number.
            RunError: memory does not suffice for one image.
        """
        # A run that goes on in its fall has said so before, but its plan is made anew.
        if (begun := self._find_fall()) is not None:
            self.watcher.on_shortened(begun.end)
        while not self._is_over():
            if not self._train_epoch():
                self.save_checkpoint()
                return False
            self._finish_epoch()
        self.save_checkpoint()
        return True

    def _is_over(self) -> bool:
        fall = self._find_fall()
        return self.state.epoch >= (fall.end if fall else self.recipe.budget.epochs)

    def _find_fall(self) -> Fall | None:
        """How early stopping ends the training, once the epochs so far have brought that about."""
        rows = self.state.history
        losses = [row["validation_loss"] for row in rows if "validation_loss" in row]
        budget = self.recipe.budget
        joined = math.ceil(self.recipe.strategy.unfreezing * budget.epochs)
        return find_fall(losses, budget.early_stopping, budget.epochs, joined)

    def _tell_fall(self) -> None:
        """Say that the epoch just finished has brought the end about, if it has."""
        fall = self._find_fall()
        if fall is None or fall.start != self.state.epoch:
            return
        self.watcher.on_shortened(fall.end)
        self.watcher.say(
            f"The validation loss no longer falls after epoch {fall.start}: the rate now falls to"
            f" nothing, and the training ends after epoch {fall.end}."
        )

    def _train_epoch(self) -> bool:
        """Take the steps that the epoch under way still lacks; False if asked to stop meanwhile."""
        state = self.state
        batches = self.feed.batches(state.epoch, state.step, self.objective.count_weight)
        fall = self._find_fall()
        started = time.perf_counter()
        images = 0
        while state.step < self.feed.steps_per_epoch:
            if any(self._add_up(self.watcher.should_stop())):
                return False
            before = time.perf_counter()
            batch = next(batches)
            self.learner.train(self._find_share())
            step = self.count_steps()
            left = fall.find_share(step, self.feed.steps_per_epoch) if fall else 1.0
            rate = self._rate.set(step, left)
            loss = self._take_step(batch)
            state.loss_sum += loss * batch.count
            state.step += 1
            state.seconds += time.perf_counter() - before
            images += batch.count
            speed = images / (time.perf_counter() - started)
            self.watcher.on_step(Step(state.epoch + 1, self.count_steps(), loss, rate, speed))
            if time.perf_counter() - self._last_written > CHECKPOINT_SECONDS:
                self.save_checkpoint()
        return True

    def count_steps(self) -> int:
        """Steps that were taken over the whole run."""
        return self.state.epoch * self.feed.steps_per_epoch + self.state.step

    def _find_share(self) -> float:
        """The share of all steps that were taken, 0 to 1."""
        total = self.recipe.budget.epochs * self.feed.steps_per_epoch
        return self.count_steps() / max(1, total)

    def _take_step(self, batch: Batch) -> float:
        """One optimiser step on a batch; gives the batch's loss."""
        state = self.state
        whole = self._gradients.add(batch, state, self._find_share())
        loss, right, *terms = self._add_up(whole.total, whole.right, *whole.terms.values())
        state.right += int(right)
        for name, term in zip(whole.terms, terms, strict=True):
            state.terms[name] = state.terms.get(name, 0.0) + term * batch.count
        if not math.isfinite(loss):
            where = f"epoch {state.epoch + 1}, step {state.step + 1}"
            raise DivergedError(
                f"The loss is no longer a number at {where}.",
                remedy="Lower the learning rate or use float32.",
            )
        if self.fabric.world_size > 1:
            # The network's wrapper takes the mean of the network's gradients alone.
            for parameter in self.objective.extra.parameters():
                if parameter.grad is not None:
                    parameter.grad = self.fabric.all_reduce(parameter.grad, reduce_op="mean")
        if self.recipe.optimisation.clipping:
            self.fabric.clip_gradients(
                self.model, self._stepper, max_norm=self.recipe.optimisation.clipping
            )
        self._stepper.step()
        self._average.update()
        self._optimiser.zero_grad(set_to_none=True)
        return loss

    def _add_up(self, *values: float) -> list[float]:
        """The sum of each value over all processes."""
        if self.fabric.world_size == 1:
            return list(values)
        own = torch.tensor(values, dtype=torch.float64, device=self.fabric.device)
        return [float(value) for value in self.fabric.all_reduce(own, reduce_op="sum")]

    def _finish_epoch(self) -> None:
        """Validate, keep the best weights, tell the watcher, write a checkpoint if it is cheap."""
        state = self.state
        started = time.perf_counter()
        train_loss = state.loss_sum / self.feed.count_images()
        train_accuracy = state.right / max(1, self.feed.count_own())
        terms = {name: term / self.feed.count_images() for name, term in state.terms.items()}
        with self._average.shown():
            self._measure_norms()
            self.objective.prepare_evaluation(self.learner.suffix)
            figures = self._validate()
            state.epoch += 1
            is_best = self._keep_best(figures.get("validation_loss", train_loss))
        state.step = 0
        state.loss_sum = 0.0
        state.terms = {}
        state.right = 0
        state.seconds += time.perf_counter() - started
        epoch = Epoch(
            state.epoch, train_loss, train_accuracy, figures, state.seconds, is_best, terms
        )
        state.history.append(epoch.flatten())
        self.watcher.on_epoch(epoch)
        self._tell_fall()
        writing = self._writing_seconds / WRITING_SHARE
        if time.perf_counter() - self._last_written > writing:
            self.save_checkpoint()

    def _measure_norms(self) -> None:
        """Take BatchNorm's statistics of the training images, where the recipe asks for that."""
        if self.recipe.find_norms() != "measure":
            return
        self.learner.train(self._find_share())
        batches = self.feed.batches(self.state.epoch, 0, self.objective.count_weight)
        enough = -(-NORM_IMAGES // self.recipe.optimisation.batch_size)
        measure_statistics(
            self.learner.suffix,
            ((batch.count, batch.inputs) for batch in itertools.islice(batches, enough)),
            lambda inputs: self.model(self.learner.prepare(inputs)),
        )

    def _keep_best(self, loss: float) -> bool:
        """Keep the weights of the epoch just finished, if they are the best so far."""
        state = self.state
        # With no validation images the last epoch is as good as any other, so it is kept.
        if loss >= state.best_loss and len(self.validation):
            return False
        state.best_loss = loss
        state.best_epoch = state.epoch
        if self.fabric.is_global_zero:
            self._best = copy_state(self.learner.suffix)
            self._best_extra = copy_state(self.objective.extra)
        return True

    def _validate(self) -> dict[str, float]:
        """Loss and figures on the validation split; empty where there is none."""
        logits = self.predict(self.validation.inputs)
        if not bool(torch.isfinite(logits).all()):
            epoch = self.state.epoch + 1
            raise RunError(
                f"The network gives no numbers on the validation images after epoch {epoch}.",
                remedy="Lower the learning rate.",
            )
        return judge_logits(logits, self.validation.targets, self.learner.network)

    def predict(self, inputs: Inputs | JoinedInputs) -> Tensor:
        """Logits (N, K) float32 on the CPU, without augmentation, in evaluation mode."""
        most = min(64, 2 * self.recipe.optimisation.batch_size)
        size = max(1, most // self.state.micro_batches)
        return predict_logits(self.learner, self.model, inputs, size)

    def save_checkpoint(self) -> None:
        """Write the best weights, then the checkpoint.

        Where the process is killed in between, the steps since the last checkpoint are taken again,
        with the same result.
        """
        before = time.perf_counter()
        if self.checkpoint_path is None or not self.fabric.is_global_zero:
            return
        if self._best is not None:
            self.save_best(self._best, self.state.best_epoch, self._best_extra)
            self._best = None
        save_checkpoint(
            self.checkpoint_path,
            self.learner.suffix,
            self.objective.extra,
            self._average.kept,
            self._optimiser,
            self.state,
        )
        self._last_written = time.perf_counter()
        self._writing_seconds = self._last_written - before

    def resume(self) -> bool:
        """Go on from the checkpoint; False where there is none. Call this before `run`.

        Raises:
            RunError: the checkpoint is damaged.
        """
        if self.checkpoint_path is None:
            return False
        parts = self.state.micro_batches
        found = load_checkpoint(
            self.checkpoint_path,
            self.learner.suffix,
            self.objective.extra,
            self._average.kept,
            self._optimiser,
        )
        if found is None:
            return False
        self.state = found
        self.state.micro_batches = max(parts, found.micro_batches)
        return True
