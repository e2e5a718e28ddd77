"""One label an image: the classes exclude each other, and their probabilities add up to one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from medapp.errors import DataError
from medapp.task.task import LEAST, WORST, Floats, Targets, Task

if TYPE_CHECKING:
    from torch import Tensor


class SingleLabel(Task):
    """Targets are class indices (N,) int64."""

    name = "single-label"
    title = "One label"
    help = "Each image shows one of the classes."
    min_classes: ClassVar[int] = 2
    figures: ClassVar[tuple[str, ...]] = (
        "balanced_accuracy",
        "accuracy",
        "macro_f1",
        "macro_auroc",
    )
    shown: ClassVar[tuple[str, ...]] = ("balanced_accuracy", "macro_auroc", WORST, "accuracy")

    def encode(self, labels: Sequence[str], classes: Sequence[str]) -> Targets:
        """Labels to class indices (N,) int64."""
        index = {name: i for i, name in enumerate(classes)}
        unknown = sorted(set(labels) - set(index))
        if unknown:
            known = ", ".join(classes)
            raise DataError(f"The label {unknown[0]!r} is not among the classes {known}.")
        return np.array([index[label] for label in labels], np.int64)

    def list_labels(self, label: str) -> tuple[str, ...]:
        """The label itself."""
        return (label,)

    def weigh_classes(self, targets: Targets, count: int) -> "Tensor":
        """n / (K · n_k) for the K classes that occur; 0 for a class without images."""
        import torch

        counts = np.bincount(targets, minlength=count)
        share = len(targets) / (np.count_nonzero(counts) * np.maximum(counts, 1))
        return torch.tensor(np.where(counts > 0, share, 0.0), dtype=torch.float32)

    def count_weight(self, targets: Targets, class_weights: "Tensor | None") -> float:
        """The number of images, or the sum of their classes' weights."""
        if class_weights is None:
            return len(targets)
        return float(class_weights.cpu()[targets].sum())

    def loss(
        self,
        logits: "Tensor",
        targets: "Tensor",
        class_weights: "Tensor | None" = None,
        label_smoothing: float = 0.0,
    ) -> "Tensor":
        """Cross-entropy of the softmax, summed over the images."""
        from torch.nn import functional

        return functional.cross_entropy(
            logits,
            targets,
            weight=class_weights,
            label_smoothing=label_smoothing,
            reduction="sum",
        )

    def count_right(self, logits: "Tensor", targets: "Tensor") -> int:
        """Images whose highest logit is that of their class."""
        return int((logits.argmax(1) == targets).sum())

    def normalise(self, scores: "Tensor") -> "Tensor":
        """The softmax of each row."""
        return scores.softmax(1)

    def decide(self, probabilities: Floats, thresholds: Floats | None = None) -> Targets:
        """The most probable class (N,), the first of equals."""
        decisions: Targets = probabilities.argmax(axis=1)
        return decisions

    def measure_losses(self, probabilities: Floats, targets: Targets) -> Floats:
        """−ln of the probability of each image's class (N,)."""
        own = probabilities[np.arange(len(targets)), targets].astype(np.float64)
        losses: Floats = -np.log(np.maximum(own, LEAST))
        return losses

    def mark_wrong(self, decisions: Targets, targets: Targets) -> NDArray[np.bool_]:
        """Images (N,) whose decided class is another than theirs."""
        is_wrong: NDArray[np.bool_] = decisions != targets
        return is_wrong

    def describe(self, decision: Any, classes: Sequence[str]) -> str:
        """The class's name."""
        return classes[int(decision)]
