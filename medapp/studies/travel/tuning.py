"""A short fine-tune of a run's own network on labelled images of another hospital."""

import copy
import time
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from medapp.models.network import Network
from medapp.prediction.model import Model
from medapp.runs.objective import weigh_classes
from medapp.studies.travel.judging import Truth
from medapp.studies.travel.sides import Indices, Mask
from medapp.training.examples import Examples, Inputs
from medapp.training.feed import Feed
from medapp.training.learner import Learner
from medapp.training.loop import Course, Loop
from medapp.training.machine.devices import open_fabric
from medapp.training.objectives.supervised import Supervised
from medapp.training.recipe import Recipe
from medapp.training.recipe.groups import Budget, Optimisation, StrategyChoice
from medapp.training.strategies import STRATEGIES
from medapp.training.watcher import Epoch, NeighbourCount, Penalty, Step

EPOCHS = 20
BATCH = 16
STRATEGY = "fine-tune"
DRAWS = 3  # of so many labelled images, at most

Hear = Callable[[], None]


class Tuner:
    """Fine-tunes copies of a run's network, as long as there is time.

    The network starts from all that the run learned, its head included, and learns whole, at the
    strategy's own rates, for `EPOCHS` passes. Images vary, are mixed and drawn as in the run, and
    its task's loss is the same; what an objective adds to that, of other data sets or of attacks,
    is left out: what is asked is what labels buy.

    Args:
        pixels: of the images there (M).
        minutes: how long all trainings together may take.
        hear: called at each step; an error that it raises ends the training.

    Attributes:
        trainings: how many ended.
    """

    def __init__(
        self, model: Model, pixels: Inputs, truth: Truth, minutes: float, hear: Hear
    ) -> None:
        self.model = model
        self.pixels = pixels
        self.truth = truth
        self.trainings = 0
        self._hear = hear
        self._seconds = 60 * minutes
        self._spent = 0.0
        self._passes = 0
        self._fabric = open_fabric(model.device, model.precision, 1)

    def has_time(self, count: int) -> bool:
        """Whether a training on so many images would end in time, by the pace of those so far."""
        if not self._passes:
            return self._seconds > 0
        return self._spent * (1 + count / self._passes) <= self._seconds

    def learn(self, rows: Indices, is_judged: Mask, draw: int) -> Indices | None:
        """Decisions for the judged images by a network that learned from some rows' labels.

        None where time is over before the training is.

        Raises:
            RunError: the loss is no longer a number, or memory does not suffice.
        """
        before = time.perf_counter()
        logits = self._train(rows, self._take(np.flatnonzero(is_judged)), draw)
        self._passes += len(rows)
        self._spent += time.perf_counter() - before
        if logits is None:
            return None
        self.trainings += 1
        task = self.model.task
        decided: Indices = task.decide(task.activate(logits).numpy())
        return decided

    def _take(self, rows: Indices) -> Inputs:
        return Inputs(self.pixels.rows, self.pixels.numbers[rows])

    def _train(self, rows: Indices, judged: Inputs, seed: int) -> Tensor | None:
        """Logits (J, K) after a training; None where it was broken off."""
        recipe = write_recipe(self.model.recipe, seed)
        network: Network = copy.deepcopy(self.model.network).requires_grad_(True)
        variation = recipe.find_variation()
        learner = Learner(network, STRATEGIES[STRATEGY], variation, self._fabric)
        examples = Examples(self._take(rows), self.truth.labels[rows])
        nothing = Examples(self._take(rows[:0]), self.truth.labels[rows[:0]])
        loop = Loop(
            Course(
                recipe,
                learner,
                build_loss(recipe, examples, learner),
                build_feed(recipe, examples),
                nothing,
                None,
                _Listener(self._hear, time.perf_counter() + self._seconds - self._spent),
                lambda *_: None,
            )
        )
        if not loop.run():
            return None
        return torch.as_tensor(loop.predict(judged)).float()


def write_recipe(recipe: Recipe, seed: int) -> Recipe:
    """How a run's network is fine-tuned."""
    return recipe.model_copy(
        update={
            "strategy": StrategyChoice(name=STRATEGY),
            "optimisation": Optimisation(batch_size=BATCH),
            "budget": Budget(epochs=EPOCHS),
            "seed": seed,
        }
    )


def build_loss(recipe: Recipe, examples: Examples, learner: Learner) -> Supervised:
    """The run's own loss on labelled images; class weights are those of these images."""
    network = learner.network
    weights = weigh_classes(recipe, network.classes, examples, learner)
    return Supervised(network.task, weights, recipe.objective.label_smoothing)


def build_feed(recipe: Recipe, examples: Examples) -> Feed:
    """The images in batches, mixed and drawn as the run's were."""
    return Feed(
        examples,
        BATCH,
        recipe.seed,
        mixup=recipe.augmentation.mixup,
        is_balanced=recipe.objective.balanced_sampling,
    )


class _Listener:
    """Passes on that a training is alive, and ends it where time is over."""

    def __init__(self, hear: Hear, end: float) -> None:
        self._hear = hear
        self._end = end

    def on_step(self, step: Step) -> None:
        self._hear()

    def on_epoch(self, epoch: Epoch) -> None:
        self._hear()

    def on_penalty(self, penalty: Penalty) -> None:
        self._hear()

    def on_neighbours(self, tried: NeighbourCount) -> None:
        self._hear()

    def on_shortened(self, epochs: int) -> None:
        self._hear()

    def say(self, text: str) -> None:
        self._hear()

    def should_stop(self) -> bool:
        return time.perf_counter() > self._end
