"""The linear probe: a head fitted to kept features until nothing more is to be gained.

The head is a logistic regression. How strongly its weights are penalised is chosen by
cross-validation over the training and validation images, patient by patient; then the head is
fitted to the training images alone, so that figures on the validation split are of images that it
has not seen. With a penalty the optimum is one, whatever the start and the order of the images:
there are no epochs, no rate and no batches.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from medapp.errors import RunError
from medapp.training.batch import Batch
from medapp.training.examples import Examples
from medapp.training.fit import Fit, SaveBest
from medapp.training.folds import draw_folds
from medapp.training.learner import Learner
from medapp.training.logistic import FINE, PATIENCE, PENALTIES, ROUGH, build_blank_head, fit_head
from medapp.training.objectives.objective import Objective, Position
from medapp.training.watcher import Penalty, Watcher

FOLDS = 5
FALLBACK = 0.1  # where there is one patient alone; the optimum on benchmarks/accuracy's sets


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


class Probe(Fit):
    """The fit of a logistic regression.

    Args:
        objective: what the fit makes small, beside the penalty.
        seed: of the folds.
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
        super().__init__(learner, train, validation, watcher, save_best)
        self.objective = objective
        self.seed = seed
        self.penalty = math.nan

    def fit_head(self) -> tuple[float, float] | None:
        """Choose the penalty and fit the head to the training images."""
        train, validation = self._load_rows(self.train), self._load_rows(self.validation)
        penalty = self._choose_penalty(train, validation)
        if penalty is None:
            return None
        self.penalty = penalty
        head = self._build_head()
        loss = self._fit(head, train, penalty, FINE)
        if self.is_stopped():
            return None
        network = self.learner.network
        with torch.no_grad():
            network.head.weight.copy_(head.weight)
            network.head.bias.copy_(head.bias)
            right = network.task.count_right(head(train.inputs), train.targets)
        return loss, right / len(self.train)

    def _load_rows(self, examples: Examples) -> _Rows:
        """Features as `load_features` gives them, and targets."""
        targets = torch.from_numpy(examples.targets)
        inputs = self.load_features(examples)
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
                if self.is_stopped():
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
            # Of several processes the first one listens, and `is_stopped` tells the others.
            if self.learner.fabric.is_global_zero and self.watcher.should_stop():
                raise _StopError
            yield self._compute_loss(head, batch)

        try:
            return fit_head(head, compute, penalty, tolerance)
        except _StopError:
            return math.nan
