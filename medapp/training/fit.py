"""A head fitted to kept features in one go: what the fits of `probe` and `neighbours` share.

There are no epochs, no rate and no batches. What a fit has in common with a `Loop` is what a
sitting asks of either.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable

import torch
from torch import Tensor

from medapp.errors import RunError
from medapp.training.checkpoint import TrainingState
from medapp.training.examples import Examples, Inputs, JoinedInputs
from medapp.training.learner import Learner
from medapp.training.validation import judge_logits
from medapp.training.watcher import Epoch, Watcher

ROWS = 256  # images prepared or predicted at once

SaveBest = Callable[[dict[str, Tensor], int, dict[str, Tensor]], None]


class Fit(ABC):
    """One fit.

    Args:
        learner: the network, whose suffix is its head, with kept features.
        train, validation: features, targets, and whose images they are.
        save_best: writes the network, given the suffix's state and the epoch.
    """

    def __init__(
        self,
        learner: Learner,
        train: Examples,
        validation: Examples,
        watcher: Watcher,
        save_best: SaveBest,
    ) -> None:
        self.learner = learner
        self.train = train
        self.validation = validation
        self.watcher = watcher
        self.save_best = save_best
        self.state = TrainingState()

    def resume(self) -> bool:
        """A fit is made again from its start, with the same result."""
        return False

    def count_steps(self) -> int:
        """Steps that are kept between two sittings: none."""
        return 0

    def run(self) -> bool:
        """Fit the head and save the network; False if asked to stop before.

        Raises:
            RunError: features or loss are no numbers.
        """
        started = time.perf_counter()
        fitted = self.fit_head()
        if fitted is None:
            return False
        loss, accuracy = fitted
        logits = self.predict(self.validation.inputs)
        figures = judge_logits(logits, self.validation.targets, self.learner.network)
        self.state.epoch = self.state.best_epoch = 1
        self.state.best_loss = figures.get("validation_loss", loss)
        self.state.seconds = time.perf_counter() - started
        if self.learner.fabric.is_global_zero:
            learned = {name: t.cpu() for name, t in self.learner.suffix.state_dict().items()}
            self.save_best(learned, 1, {})
        self.watcher.on_epoch(Epoch(1, loss, accuracy, figures, self.state.seconds, True))
        return True

    @abstractmethod
    def fit_head(self) -> tuple[float, float] | None:
        """Fit the network's head; gives the training loss and accuracy, None if asked to stop."""

    def predict(self, inputs: Inputs | JoinedInputs) -> Tensor:
        """Logits (N, K) float32 on the CPU."""
        network = self.learner.network
        outputs = network.task.count_outputs(network.classes)
        logits = torch.zeros(len(inputs), outputs)
        with torch.inference_mode():
            for start in range(0, len(inputs), ROWS):
                rows = self.learner.prepare(inputs.take(slice(start, start + ROWS)))
                logits[start : start + ROWS] = self.learner.suffix(rows)
        return logits

    def load_features(self, examples: Examples) -> Tensor:
        """All features (N, F) in double precision on the CPU, where every machine computes alike.

        Raises:
            RunError: some are no numbers.
        """
        features = torch.empty(len(examples), self.learner.network.head.in_features).double()
        for start in range(0, len(examples), ROWS):
            rows = examples.inputs.take(slice(start, start + ROWS))
            features[start : start + ROWS] = self.learner.prepare(rows)
        if not bool(torch.isfinite(features).all()):
            raise RunError(
                "The backbone gives no numbers (NaN or infinite) for some images.",
                remedy="Use float32, or start from other weights.",
            )
        return features

    def is_stopped(self) -> bool:
        """Whether to stop, as the first process has heard: all stop together."""
        return bool(self.learner.fabric.broadcast(self.watcher.should_stop()))
