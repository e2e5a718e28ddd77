"""Figures on the validation split, as each epoch and each fit reports them."""

import torch
from torch import Tensor, nn

from medapp.evaluation.evaluate import evaluate
from medapp.models.network import Network
from medapp.task.task import Targets
from medapp.training.examples import Inputs, JoinedInputs
from medapp.training.learner import Learner

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


def predict_logits(
    learner: Learner, model: nn.Module, inputs: Inputs | JoinedInputs, size: int
) -> Tensor:
    """Logits (N, K) float32 on the CPU, without augmentation, in evaluation mode.

    Args:
        model: the learner's suffix, as its processes share it.
        size: images that are computed at once.
    """
    network = learner.network
    fabric = learner.fabric
    learner.suffix.eval()
    outputs = network.task.count_outputs(network.classes)
    logits = torch.zeros(len(inputs), outputs, device=fabric.device)
    starts = range(0, len(inputs), size)[fabric.global_rank :: fabric.world_size]
    with torch.inference_mode():
        for start in starts:
            rows = inputs.take(slice(start, start + size))
            logits[start : start + size] = model(learner.prepare(rows))
    if fabric.world_size > 1:
        # Each row was computed by one process and is 0 elsewhere.
        logits = fabric.all_reduce(logits, reduce_op="sum")
    return logits.cpu()
