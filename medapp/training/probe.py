"""The linear probe: a head fitted to kept features until nothing more is to be gained.

The head is a logistic regression. How strongly its weights are penalised is chosen by
cross-validation over the training and validation images, patient by patient; then the head is
fitted to the training images alone, so that figures on the validation split are of images that it
has not seen. With a penalty the optimum is one, whatever the start and the order of the images:
there are no epochs, no rate and no batches.
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from medapp.errors import RunError
from medapp.training.checkpoint import TrainingState
from medapp.training.feed import Batch, Examples, Inputs
from medapp.training.folds import draw_folds
from medapp.training.learner import Learner
from medapp.training.logistic import FINE, PATIENCE, PENALTIES, ROUGH, build_blank_head, fit_head
from medapp.training.objectives.objective import Objective, Position
from medapp.training.validation import judge_logits
from medapp.training.watcher import Epoch, Penalty, Watcher

FOLDS = 5
FALLBACK = 0.1  # where there is one patient alone; the optimum on benchmarks/accuracy's sets
ROWS = 256  # images prepared or predicted at once

SaveBest = Callable[[dict[str, Tensor], int], None]


class _StopError(Exception):
    """The fit was asked to stop."""


@dataclass(frozen=True)
class _Rows:
    """Standardised features (N, F) and targets, in double precision where they are no indices."""

    inputs: Tensor
    targets: Tensor

    def take(self, chosen: NDArray[np.bool_]) -> "_Rows":
        mask = torch.from_numpy(chosen)
        return _Rows(self.inputs[mask], self.targets[mask])


class Probe:
    """One fit. What it has in common with a `Loop` is what a sitting asks of either.

    Args:
        learner: the network, whose suffix is its head, with kept features.
        objective: what the fit makes small, beside the penalty.
        train, validation: features, targets, and whose images they are.
        seed: of the folds.
        save_best: writes the network, given the suffix's state and the epoch.
    """

    def __init__(
        self,
        learner: Learner,
        objective: Objective,
        train: Examples,
        validation: Examples,
        seed: int,
        watcher: Watcher,
        save_best: SaveBest,
    ) -> None:
        if list(objective.extra.parameters()):
            raise RunError(
                f"{learner.strategy.title!r} cannot learn what the objective brings beside the"
                " head.",
                remedy="Choose a strategy that takes steps.",
            )
        self.learner = learner
        self.objective = objective
        self.train = train
        self.validation = validation
        self.seed = seed
        self.watcher = watcher
        self.save_best = save_best
        self.state = TrainingState()
        self.penalty = math.nan

    def resume(self) -> bool:
        """A fit is made again from its start, with the same result."""
        return False

    def count_steps(self) -> int:
        """Steps that are kept between two sittings: none."""
        return 0

    def run(self) -> bool:
        """Choose the penalty, fit the head and save the network; False if asked to stop before.

        Raises:
            RunError: features or loss are no numbers.
        """
        started = time.perf_counter()
        train, validation = self._load_rows(self.train), self._load_rows(self.validation)
        penalty = self._choose_penalty(train, validation)
        if penalty is None:
            return False
        self.penalty = penalty
        head = self._build_head()
        train_loss = self._fit(head, train, penalty, FINE)
        if self._is_stopped():
            return False
        network = self.learner.network
        with torch.no_grad():
            network.head.weight.copy_(head.weight)
            network.head.bias.copy_(head.bias)
            right = network.task.count_right(head(train.inputs), train.targets)
            figures = judge_logits(head(validation.inputs), self.validation.targets, network)
        self.state.epoch = self.state.best_epoch = 1
        self.state.best_loss = figures.get("validation_loss", train_loss)
        self.state.seconds = time.perf_counter() - started
        if self.learner.fabric.is_global_zero:
            learned = {name: t.cpu() for name, t in self.learner.suffix.state_dict().items()}
            self.save_best(learned, 1)
        accuracy = right / len(self.train)
        self.watcher.on_epoch(Epoch(1, train_loss, accuracy, figures, self.state.seconds, True))
        return True

    def predict(self, inputs: Inputs) -> Tensor:
        """Logits (N, K) float32 on the CPU."""
        network = self.learner.network
        outputs = network.task.count_outputs(network.classes)
        logits = torch.zeros(len(inputs), outputs)
        with torch.inference_mode():
            for start in range(0, len(inputs), ROWS):
                rows = self.learner.prepare(inputs.take(slice(start, start + ROWS)))
                logits[start : start + ROWS] = self.learner.suffix(rows)
        return logits

    def _load_rows(self, examples: Examples) -> _Rows:
        """All features in double precision on the CPU, where every machine computes alike."""
        inputs = torch.empty(len(examples), self.learner.network.head.in_features).double()
        for start in range(0, len(examples), ROWS):
            rows = examples.inputs.take(slice(start, start + ROWS))
            inputs[start : start + ROWS] = self.learner.prepare(rows)
        if not bool(torch.isfinite(inputs).all()):
            raise RunError(
                "The backbone gives no numbers (NaN or infinite) for some images.",
                remedy="Use float32, or start from other weights.",
            )
        targets = torch.from_numpy(examples.targets)
        return _Rows(inputs, targets.double() if targets.is_floating_point() else targets)

    def _build_head(self) -> nn.Linear:
        """A head that says nothing yet."""
        head = self.learner.network.head
        return build_blank_head(head.in_features, head.out_features)

    def _choose_penalty(self, train: _Rows, validation: _Rows) -> float | None:
        """The penalty with the lowest loss on images held out; None if asked to stop.

        Every fold's fit goes from strong penalties to weak ones, each from where the last one
        ended.
        """
        rows = _Rows(
            torch.cat([train.inputs, validation.inputs]),
            torch.cat([train.targets, validation.targets]),
        )
        groups = [*self.train.groups, *self.validation.groups]
        targets = np.concatenate([self.train.targets, self.validation.targets])
        folds = draw_folds(groups, targets, FOLDS, self.seed)
        count = int(folds.max(initial=0)) + 1
        if count < 2:
            self.watcher.say(
                f"All images are of one patient, so the penalty could not be chosen: it is"
                f" {FALLBACK:g}."
            )
            return FALLBACK
        heads = [self._build_head() for _ in range(count)]
        losses: list[float] = []
        for number, penalty in enumerate(PENALTIES, 1):
            held_out = 0.0
            weight = 0.0
            for fold, head in enumerate(heads):
                self._fit(head, rows.take(folds != fold), penalty)
                if self._is_stopped():
                    return None
                batch = self._build_batch(rows.take(folds == fold))
                with torch.no_grad():
                    mean = float(self._compute_loss(head, batch))
                held_out += mean * batch.whole_weight
                weight += batch.whole_weight
            losses.append(held_out / weight)
            self.watcher.on_penalty(Penalty(number, len(PENALTIES), penalty, losses[-1]))
            if number - 1 - int(np.argmin(losses)) >= PATIENCE:
                break
        best: float = PENALTIES[int(np.argmin(losses))]
        self.watcher.say(
            f"Of {len(losses)} penalties, {best:.2g} has the lowest loss on images held out,"
            f" {min(losses):.3f} ({count} folds of the training and validation images; those of one"
            " patient stay together where patients are known). The head was then fitted to the"
            " training images alone."
        )
        return best

    def _build_batch(self, rows: _Rows) -> Batch:
        """All rows as one batch."""
        count = len(rows.targets)
        seeds = torch.zeros(count, dtype=torch.int64)
        weight = self.objective.count_weight(rows.targets.numpy())
        return Batch(rows.inputs, rows.targets, None, seeds, count, weight)

    def _compute_loss(self, head: nn.Linear, batch: Batch) -> Tensor:
        """The objective's mean loss over a batch."""
        return self.objective.loss(head, batch, Position(0, 0, 0.0)).total

    def _fit(self, head: nn.Linear, rows: _Rows, penalty: float, tolerance: float = ROUGH) -> float:
        """See `fit_head`; broken off, with no number for a loss, when asked to stop."""
        batch = self._build_batch(rows)

        def compute() -> Iterator[Tensor]:
            # Of several processes the first one listens, and `_is_stopped` tells the others.
            if self.learner.fabric.is_global_zero and self.watcher.should_stop():
                raise _StopError
            yield self._compute_loss(head, batch)

        try:
            return fit_head(head, compute, penalty, tolerance)
        except _StopError:
            return math.nan

    def _is_stopped(self) -> bool:
        """Whether to stop, as the first process has heard: all stop together."""
        return bool(self.learner.fabric.broadcast(self.watcher.should_stop()))
