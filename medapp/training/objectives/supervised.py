"""The task's own loss on labelled images."""

import torch
from torch import Tensor, nn

from medapp.task import Task
from medapp.task.task import Targets
from medapp.training.batch import Batch
from medapp.training.objectives.objective import Loss, Position


class Supervised:
    """Cross-entropy or what else the task takes, with class weights and label smoothing."""

    def __init__(self, task: Task, class_weights: Tensor | None, label_smoothing: float) -> None:
        self.extra = nn.Module()
        self.task = task
        self.class_weights = class_weights
        self.label_smoothing = label_smoothing

    def count_weight(self, targets: Targets) -> float:
        """The number of images, or the sum of their classes' weights; see `Task.count_weight`."""
        return self.task.count_weight(targets, self.class_weights)

    def loss(self, network: nn.Module, batch: Batch, position: Position) -> Loss:
        """The summed loss of a part's labelled images, over the weight of the whole batch."""
        return self.judge(network(batch.inputs), batch)

    def judge(self, outputs: Tensor, batch: Batch) -> Loss:
        """The loss of a part by what the network gives for its images: logits (n, …)."""
        logits = batch.pick_labelled(outputs)
        # In float32 at least; a fit in double precision stays so.
        exact = logits.to(torch.promote_types(logits.dtype, torch.float32))
        weights = self.class_weights
        if weights is not None:
            weights = weights.to(exact)
        summed = self.task.loss(exact, batch.targets, weights, self.label_smoothing)
        if batch.mix is not None:
            others = self.task.loss(exact, batch.mix.targets, weights, self.label_smoothing)
            summed = batch.mix.share * summed + (1 - batch.mix.share) * others
        total = summed / batch.whole_weight
        right = self.task.count_right(logits.detach(), batch.targets)
        return Loss(total, {"supervised": float(total.detach())}, right)

    def prepare_evaluation(self, network: nn.Module) -> None:
        """Nothing needs to be prepared."""
