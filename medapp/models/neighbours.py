"""A head that keeps its training images' features and asks which of them are most like an image.

A model with this head holds what a backbone saw in every training image, unlike a linear head.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from medapp.task import Task

KIND = "neighbours"  # what a model's file calls this head
UNEXPLAINED = (
    "No map: this model counts the labels of the most similar training images, and a vote has no"
    " slope that would lead back to a place in the image."
)


class NeighboursHead(nn.Module):
    """Votes of the nearest neighbours by cosine (Cover & Hart 1967), smoothed as Laplace did.

    Of the `count` training images whose standardised features are most like an image's, v show a
    class; its probability is (v + 1) / (count + K) where K classes exclude one another, and
    (v + 1) / (known + 2) where each may be there or not and `known` neighbours say which.

    Args:
        features: F.
        rows: M, of training images.
        classes: K.
    """

    def __init__(self, features: int, rows: int, classes: int, task: Task) -> None:
        super().__init__()
        self.in_features = features
        self.task = task
        self.mean: Tensor
        self.spread: Tensor
        self.rows: Tensor
        self.shown: Tensor
        self.known: Tensor
        self.count: Tensor
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("spread", torch.ones(features))
        self.register_buffer("rows", torch.zeros(rows, features))
        self.register_buffer("shown", torch.zeros(rows, classes, dtype=torch.uint8))
        self.register_buffer("known", torch.ones(rows, classes, dtype=torch.uint8))
        self.register_buffer("count", torch.ones((), dtype=torch.int64))

    def take_over(self, other: "NeighboursHead") -> None:
        """Become what another head is, with as many training images as it has."""
        for name, buffer in other.named_buffers():
            self.register_buffer(name, buffer)

    def scale(self, features: Tensor) -> Tensor:
        """Features (N, F) standardised as the training images' were, each of length 1."""
        return nn.functional.normalize((features.float() - self.mean) / self.spread)

    def vote(self, nearest: Tensor) -> Tensor:
        """The probabilities (N, K) from the numbers (N, k) of the nearest training images."""
        shown = self.shown[nearest].sum(1, dtype=torch.float32)
        known = self.known[nearest].sum(1, dtype=torch.float32)
        alternatives = 2 if self.task.has_several else self.shown.shape[1]
        return (shown + 1) / (known + alternatives)

    def forward(self, features: Tensor) -> Tensor:
        """Features (N, F) to the logits that say so, float32 also where the rest is bfloat16."""
        with torch.autocast(features.device.type, enabled=False):
            likeness = self.scale(features) @ self.rows.T
            nearest = likeness.topk(min(int(self.count), len(self.rows))).indices
            return self.task.find_logits(self.vote(nearest))


def count_rows(tensors: Mapping[str, Tensor], head: str) -> int:
    """How many training images the head of that dotted name keeps in a file's tensors."""
    rows = tensors.get(f"{head}.rows")
    return 0 if rows is None else len(rows)
