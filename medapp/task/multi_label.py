"""Several labels an image: each finding is there or not, and may be unknown.

A catalog holds an image's findings in one text, joined by `SEPARATOR`: `effusion|nodule`; an empty
text says that none is there, and a finding after `UNKNOWN` (`effusion|?nodule`) is not known.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from medapp.errors import DataError
from medapp.task.task import LEAST, WORST, Floats, Targets, Task
from medapp.task.thresholds import THRESHOLD

if TYPE_CHECKING:
    from torch import Tensor

SEPARATOR = "|"
UNKNOWN = "?"
NONE = "none"  # how an image without a finding is described
NO_FINDING = ""  # the stratum of images on which nothing is found


class MultiLabel(Task):
    """Targets are (N, K) float32: 1 where a finding is there, 0 where not, NaN where unknown."""

    name = "multi-label"
    title = "Several labels"
    help = "Each image may show several findings, or none."
    figures: ClassVar[tuple[str, ...]] = (
        "macro_auroc",
        "macro_average_precision",
        "balanced_accuracy",
        "macro_f1",
    )
    shown: ClassVar[tuple[str, ...]] = (
        "macro_auroc",
        "macro_average_precision",
        WORST,
        "balanced_accuracy",
    )
    has_several: ClassVar[bool] = True
    noun: ClassVar[str] = "finding"
    nouns: ClassVar[str] = "findings"

    def encode(self, labels: Sequence[str], classes: Sequence[str]) -> Targets:
        """Texts such as `effusion|?nodule` to targets (N, K) float32.

        A finding that is unknown and none of the classes claims nothing, and is passed over.
        """
        index = {name: i for i, name in enumerate(classes)}
        targets = np.zeros((len(labels), len(classes)), np.float32)
        for row, label in enumerate(labels):
            for part in filter(None, label.split(SEPARATOR)):
                name = part.removeprefix(UNKNOWN)
                is_unknown = part.startswith(UNKNOWN)
                if is_unknown and name not in index:
                    continue
                if name not in index:
                    known = ", ".join(classes)
                    raise DataError(f"The finding {name!r} is not among the classes {known}.")
                targets[row, index[name]] = np.nan if is_unknown else 1.0
        return targets

    def list_labels(self, label: str) -> tuple[str, ...]:
        """The findings that are there."""
        parts = filter(None, label.split(SEPARATOR))
        return tuple(part for part in parts if not part.startswith(UNKNOWN))

    def say_label(self, label: str) -> str:
        """The findings with commas, those that are unknown with a question mark, else "none"."""
        parts = filter(None, label.split(SEPARATOR))
        said = [f"{p.removeprefix(UNKNOWN)}?" if p.startswith(UNKNOWN) else p for p in parts]
        return ", ".join(said) or NONE

    def list_strata(self, label: str) -> tuple[str, ...]:
        """The findings, those that are unknown as `?nodule`, or that there is none."""
        return tuple(filter(None, label.split(SEPARATOR))) or (NO_FINDING,)

    def weigh_classes(self, targets: Targets, count: int) -> "Tensor":
        """Images without a finding over those with it, which weighs its positives (K,)."""
        import torch

        present = np.nansum(targets, axis=0)
        absent = np.nansum(1 - targets, axis=0)
        share = np.where(present > 0, absent / np.maximum(present, 1), 1.0)
        return torch.tensor(share, dtype=torch.float32)

    def count_weight(self, targets: Targets, class_weights: "Tensor | None") -> float:
        """The number of images."""
        return len(targets)

    def loss(
        self,
        logits: "Tensor",
        targets: "Tensor",
        class_weights: "Tensor | None" = None,
        label_smoothing: float = 0.0,
    ) -> "Tensor":
        """Binary cross-entropy, the mean over each image's known findings, summed over images."""
        from torch.nn import functional

        is_known = ~targets.isnan()
        wanted = targets.nan_to_num() * (1 - label_smoothing) + label_smoothing / 2
        each = functional.binary_cross_entropy_with_logits(
            logits, wanted, pos_weight=class_weights, reduction="none"
        )
        known = is_known.sum(1).clamp(min=1)
        return ((each * is_known).sum(1) / known).sum()

    def count_right(self, logits: "Tensor", targets: "Tensor") -> int:
        """Images of which every known finding is decided rightly."""
        is_right = ((logits > 0) == (targets > 0.5)) | targets.isnan()
        return int(is_right.all(1).sum())

    def normalise(self, scores: "Tensor") -> "Tensor":
        """The sigmoid of each score."""
        return scores.sigmoid()

    def find_logits(self, probabilities: "Tensor") -> "Tensor":
        """The log-odds of each finding."""
        return probabilities.logit()

    def decide(self, probabilities: Floats, thresholds: Floats | None = None) -> Targets:
        """Findings whose probability reaches the threshold: (N, K) bool."""
        found: Targets = probabilities >= (THRESHOLD if thresholds is None else thresholds)
        return found

    def pick(self, probabilities: Floats, thresholds: Floats | None = None) -> Targets:
        """The finding whose log-odds are highest above those of its threshold."""
        limits = THRESHOLD if thresholds is None else thresholds
        picked: Targets = (_find_odds(probabilities) - _find_odds(limits)).argmax(axis=1)
        return picked

    def measure_losses(self, probabilities: Floats, targets: Targets) -> Floats:
        """Binary cross-entropy (N,), the mean over each image's known findings."""
        likely = np.where(targets > 0.5, probabilities, 1 - probabilities.astype(np.float64))
        each = -np.log(np.maximum(likely, LEAST))
        is_known = ~np.isnan(targets)
        known = is_known.sum(axis=1)
        summed = np.where(is_known, each, 0.0).sum(axis=1)
        losses: Floats = np.where(known > 0, summed / np.maximum(known, 1), np.nan)
        return losses

    def mark_wrong(self, decisions: Targets, targets: Targets) -> NDArray[np.bool_]:
        """Images (N,) of which a known finding is decided wrongly."""
        is_other = (decisions != (targets > 0.5)) & ~np.isnan(targets)
        is_wrong: NDArray[np.bool_] = np.any(is_other, axis=1)
        return is_wrong

    def describe(self, decision: Any, classes: Sequence[str]) -> str:
        """The findings that were decided to be there, joined; "none" where there is none."""
        found = [name for name, is_there in zip(classes, decision, strict=True) if is_there]
        return ", ".join(found) or NONE


def answer_finding(label: str, finding: str, is_there: bool) -> str:
    """The text of findings with one of them there or not; the others stay as they are."""
    others = [p for p in label.split(SEPARATOR) if p and p.removeprefix(UNKNOWN) != finding]
    return SEPARATOR.join(sorted([*others, finding] if is_there else others))


def _find_odds(probabilities: Floats | float) -> Floats:
    """Log-odds, finite at 0 and 1 too."""
    inner = np.clip(np.asarray(probabilities, dtype=float), LEAST, 1 - LEAST)
    odds: Floats = np.log(inner / (1 - inner))
    return odds
