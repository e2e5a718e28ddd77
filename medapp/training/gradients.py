"""The gradient of a batch, added up over parts of it, which are smaller where memory runs out."""

import numpy as np
import torch
from torch import nn

from medapp.errors import RunError
from medapp.training.batch import Batch
from medapp.training.checkpoint import TrainingState
from medapp.training.learner import Learner
from medapp.training.machine.devices import is_out_of_memory
from medapp.training.objectives.objective import Objective, Position
from medapp.training.seeds import seed_of
from medapp.training.sums import Sums
from medapp.training.watcher import Watcher

PARTS = "The steps stay as large; BatchNorm, where it learns, sees each part by itself."


class Gradients:
    """What adds the gradient of a batch's mean loss to the parameters.

    Args:
        seed: of the run.
        model: the learner's suffix as the processes share it.
        watcher: told where a batch is computed in more parts from then on.
    """

    def __init__(
        self, seed: int, learner: Learner, model: nn.Module, objective: Objective, watcher: Watcher
    ) -> None:
        self.seed = seed
        self.learner = learner
        self.model = model
        self.objective = objective
        self.watcher = watcher
        self.fabric = learner.fabric

    def add(self, batch: Batch, state: TrainingState, share: float) -> Sums:
        """Add up the gradient of a batch, in smaller parts where memory runs out.

        Args:
            state: says the step, and in how many parts a batch is computed; these are doubled where
                memory runs out.
            share: of all steps that were taken, 0 to 1.

        Returns:
            This process's share of the batch's mean loss.

        Raises:
            RunError: memory does not suffice for one image.
        """
        rank = self.fabric.global_rank
        while True:
            torch.manual_seed(seed_of(self.seed, state.epoch, state.step, "dropout", rank))
            # Every process computes as many parts.
            count = min(state.micro_batches, batch.count // self.fabric.world_size)
            parts = np.array_split(np.arange(len(batch)), count)
            position = Position(state.epoch, state.step, share)
            try:
                sums = [
                    self._add_part(batch.take(part), position, is_last=part is parts[-1])
                    for part in parts
                ]
            except (torch.OutOfMemoryError, RuntimeError, MemoryError) as error:
                self._make_do_with_less(error, state, batch.count)
            else:
                return Sums.add_up(sums)

    def _make_do_with_less(self, error: BaseException, state: TrainingState, images: int) -> None:
        """Compute batches in twice as many parts from now on, if memory ran out and that helps."""
        if not is_out_of_memory(error):
            raise error
        # The other processes wait for this step's gradients.
        if self.fabric.world_size > 1:
            raise RunError(
                "Memory ran out on one of the devices.",
                remedy="Choose a smaller batch or image size.",
            ) from error
        if state.micro_batches >= images:
            raise RunError(
                "Not even one image fits into the memory.",
                remedy="Choose a smaller image size or a smaller backbone.",
            ) from error
        state.micro_batches *= 2
        self.model.zero_grad(set_to_none=True)
        self.objective.extra.zero_grad(set_to_none=True)
        self.watcher.say(
            f"Memory ran out: each batch is now computed in {state.micro_batches} parts. {PARTS}"
        )

    def _add_part(self, part: Batch, position: Position, is_last: bool) -> Sums:
        """Add the gradient of one part of a batch; gives its share of the loss."""
        inputs = self.learner.prepare(part.inputs, part.seeds, part.mix)
        brought = part.bring(inputs, self.fabric.device)
        with self.fabric.no_backward_sync(self.model, enabled=not is_last):
            loss = self.objective.loss(self.model, brought, position)
            # The mean of all processes' gradients is taken.
            self.fabric.backward(loss.total * self.fabric.world_size)
        return Sums(float(loss.total.detach()), loss.right, loss.terms)
