"""Figures on the validation split, as each epoch and each fit reports them."""

import torch
from torch import Tensor

from medapp.evaluation.evaluate import evaluate
from medapp.models.network import Network
from medapp.task.task import Targets

FIGURES = ("accuracy", "balanced_accuracy", "macro_auroc", "quadratic_kappa")


def judge_logits(logits: Tensor, targets: Targets, network: Network) -> dict[str, float]:
    """The mean loss and the figures of logits (N, K) by name; empty where there are no images."""
    if not len(targets):
        return {}
    task = network.task
    loss = float(task.loss(logits.float(), torch.from_numpy(targets)) / len(targets))
    probabilities = task.activate(logits).numpy()
    found = evaluate(probabilities, targets, network.classes, task=task)
    figures = {name: getattr(found, name) for name in FIGURES}
    known = {name: value for name, value in figures.items() if value is not None}
    return {"validation_loss": loss, **known}
