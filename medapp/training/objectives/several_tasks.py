"""Several labelled data sets at once: one backbone, a head for each data set."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from medapp.models.network import Head
from medapp.task import Task
from medapp.task.task import Targets
from medapp.training.batch import Batch
from medapp.training.objectives.features import compute_with_features
from medapp.training.objectives.objective import Loss, Position
from medapp.training.seeds import seed_of


@dataclass(frozen=True)
class Taught:
    """One data set that is learned.

    Attributes:
        name: what the data set is called; its term of the loss is called so too.
        classes: in the order of its head's logits.
        class_weights: (K,) of its own classes, or None.
    """

    name: str
    task: Task
    classes: tuple[str, ...]
    class_weights: Tensor | None = None


class SeveralTasks:
    """Each image's own loss by the head of its data set; hard sharing of the rest.

    The loss of a batch is the mean over its N images, Σᵢ wᵢ·ℓ(h_d(f(xᵢ)), yᵢ) / N, where d is the
    image's data set, h_d that set's head and wᵢ the weight of the image's class, one on average
    over the data set (Caruana 1997, doi:10.1023/A:1007379606734). How much a data set weighs is
    thus its share of a batch, which the feed decides. The first data set's head is the network's
    own; the others' are in `extra`.

    Args:
        tasks: by the number of their domain.
        features: how many a head takes.
        seed: of the other heads.
    """

    def __init__(
        self, tasks: Sequence[Taught], features: int, label_smoothing: float, seed: int
    ) -> None:
        self.tasks = tuple(tasks)
        self.label_smoothing = label_smoothing
        self.heads = nn.ModuleList()
        for number, taught in enumerate(self.tasks[1:], start=1):
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(seed_of(seed, "head", number))
                outputs = taught.task.count_outputs(taught.classes)
                self.heads.append(Head(features, outputs))
        self.extra: nn.Module = self.heads

    def count_weight(self, targets: Targets) -> float:
        """The number of images: class weights are one on average over their data set."""
        return len(targets)

    def loss(self, network: nn.Module, batch: Batch, position: Position) -> Loss:
        """The summed loss of a part's images, over the weight of the whole batch.

        Every head computes in every part, also where no image is its own: processes that share a
        batch add up the gradients of all heads.
        """
        # A run with one data set alone names no domains.
        domains = torch.zeros_like(batch.targets) if batch.domains is None else batch.domains
        logits, features = compute_with_features(network, batch.inputs)
        total = torch.zeros((), device=logits.device)
        terms: dict[str, float] = {}
        right = 0
        for number, taught in enumerate(self.tasks):
            own = domains == number
            said = logits[own] if number == 0 else self.heads[number - 1](features[own])
            term = self._sum_losses(taught, said, batch.targets[own]) / batch.whole_weight
            total = total + term
            terms[taught.name] = terms.get(taught.name, 0.0) + float(term.detach())
            if number == 0:
                right = taught.task.count_right(said.detach(), batch.targets[own])
        return Loss(total, terms, right)

    def _sum_losses(self, taught: Taught, logits: Tensor, targets: Tensor) -> Tensor:
        # In float32 at least, as `Supervised` does.
        exact = logits.to(torch.promote_types(logits.dtype, torch.float32))
        weights = taught.class_weights
        if weights is not None:
            weights = weights.to(exact)
        return taught.task.loss(exact, targets, weights, self.label_smoothing)

    def prepare_evaluation(self, network: nn.Module) -> None:
        """Nothing needs to be prepared."""
