"""The table of strategies: what learns and what stays as it was, with all that follows from it.

No torch here: a form, a plan and a shell read the rows. `learner` makes the cut in a network.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from medapp.training.objectives.table import OBJECTIVES
from medapp.training.optimisers import OPTIMISERS


@dataclass(frozen=True)
class Strategy:
    """One way to learn. To add a strategy, write a row of `STRATEGIES`.

    Attributes:
        learning_stages: how many of the last stages learn beside the head; None for all of them.
        learning_rate: the head's default for AdamW; that of another optimiser is
            its `rate_factor` times that.
        backbone_rate: what learns of the backbone, as a share of the head's rate.
        training_passes: what a training image costs in an epoch, in forward passes.
        weights_share, maps_share: what a step keeps for the way back, as shares of the network's
            weights and of its maps.
        is_from_random: nothing is transferred, so that the weights are drawn at random.
        must_keep_features: images cannot vary, because the frozen part sees each of them once.
        standardises_features: what the frozen part gives is brought to mean 0 and spread 1.
        starts_from_probe: the head is that of a linear probe when steps begin.
        is_fitted: the head is fitted to its one optimum instead of taking steps, see `probe`.
        keeps_neighbours: the head is the training images' features themselves, see `neighbours`.
        architecture: the network that the strategy brings; empty for that of the source.
    """

    title: str
    help: str
    learning_stages: int | None
    learning_rate: float
    backbone_rate: float
    training_passes: float
    weights_share: float
    maps_share: float
    is_from_random: bool = False
    must_keep_features: bool = False
    standardises_features: bool = False
    starts_from_probe: bool = False
    is_fitted: bool = False
    keeps_neighbours: bool = False
    architecture: str = ""

    @property
    def learns_backbone(self) -> bool:
        """Whether something beside the head learns, BatchNorm included."""
        return self.learning_stages != 0

    @property
    def lacks_source(self) -> str:
        """Why there is nothing to start from, as what the strategy does; empty where there is."""
        if self.architecture:
            return "has no backbone"
        return "starts from random weights" if self.is_from_random else ""


ATTACK = ("attack_strength", "attack_steps")
LOSS = ("objective", "class_weights", "label_smoothing")  # what votes have no use for
# What steps are taken with, and a fit has no use for.
STEPS = (
    "epochs",
    "early_stopping",
    "batch_size",
    "optimiser",
    "learning_rate",
    "backbone_rate",
    "stage_rate",
    "weight_decay",
    "momentum",
    "schedule",
    "warmup",
    "clipping",
    "averaging",
    "balanced_sampling",
)
# What says how the backbone learns.
BACKBONE = ("backbone_rate", "stage_rate", "unfreezing", "norms", "anchor")

STRATEGIES: dict[str, Strategy] = {
    "linear-probe": Strategy(
        "Linear probe",
        "Only a new head learns, from features computed once: a logistic regression, its penalty"
        " chosen by cross-validation. Seconds.",
        learning_stages=0,
        learning_rate=0.0,
        backbone_rate=0.0,
        training_passes=0.0,
        weights_share=0.0,
        maps_share=0.0,
        must_keep_features=True,
        standardises_features=True,
        is_fitted=True,
    ),
    "nearest-neighbours": Strategy(
        "Nearest neighbours",
        "Nothing is trained: an image is taken for what the training images most like it are, by"
        " features computed once (k-NN). A baseline; the model holds features of those images.",
        learning_stages=0,
        learning_rate=0.0,
        backbone_rate=0.0,
        training_passes=0.0,
        weights_share=0.0,
        maps_share=0.0,
        must_keep_features=True,
        is_fitted=True,
        keeps_neighbours=True,
    ),
    "small-pixels": Strategy(
        "Small pixels",
        "No network: a logistic regression on the grey means of 16 × 16 cells. A baseline: what a"
        " network gains beyond it is more than where images are bright.",
        learning_stages=0,
        learning_rate=0.0,
        backbone_rate=0.0,
        training_passes=0.0,
        weights_share=0.0,
        maps_share=0.0,
        is_from_random=True,
        must_keep_features=True,
        standardises_features=True,
        is_fitted=True,
        architecture="small-pixels",
    ),
    "head-by-steps": Strategy(
        "Head by steps",
        "Only a new head learns, step by step, as tutorials do: a linear probe that depends on rate"
        " and epochs. To compare with.",
        learning_stages=0,
        learning_rate=1e-2,
        backbone_rate=0.0,
        training_passes=0.0,
        weights_share=0.0,
        maps_share=0.0,
        must_keep_features=True,
        standardises_features=True,
    ),
    "last-stage": Strategy(
        "Last stage",
        "The head and the backbone's last stage learn.",
        learning_stages=1,
        learning_rate=1e-3,
        backbone_rate=0.5,
        training_passes=1.5,
        weights_share=0.65,
        maps_share=0.08,
    ),
    "fine-tune": Strategy(
        "Fine-tune",
        "Everything learns, the backbone at a lower rate.",
        learning_stages=None,
        learning_rate=1e-3,
        backbone_rate=0.5,
        training_passes=3.0,
        weights_share=1.0,
        maps_share=1.0,
    ),
    "probe-then-fine-tune": Strategy(
        "Probe, then fine-tune",
        "The head is fitted first, as by a linear probe; then everything learns. So the backbone is"
        " not pulled about by a head that knows nothing yet (LP-FT, Kumar et al. 2022).",
        learning_stages=None,
        learning_rate=1e-3,
        backbone_rate=0.5,
        training_passes=3.0,
        weights_share=1.0,
        maps_share=1.0,
        starts_from_probe=True,
    ),
    "scratch": Strategy(
        "From scratch",
        "Everything learns from random weights: the control that shows what transfer is worth.",
        learning_stages=None,
        learning_rate=1e-3,
        backbone_rate=1.0,
        training_passes=3.0,
        weights_share=1.0,
        maps_share=1.0,
        is_from_random=True,
    ),
}


def find_default_rates(strategy: str, optimiser: str) -> tuple[float, float]:
    """What rates of 0 stand for: the head's learning rate, and the backbone's as a share of it."""
    row = STRATEGIES[strategy]
    return row.learning_rate * OPTIMISERS[optimiser].rate_factor, row.backbone_rate


def find_idle(values: Mapping[str, Any]) -> dict[str, str]:
    """The settings that have no effect beside those chosen, by their own name, and why.

    Args:
        values: settings by their own name, see `recipe.names`; some may be missing.
    """
    idle: dict[str, str] = {}
    row = STRATEGIES.get(values.get("strategy", ""))
    if values.get("folds") == 0:
        idle["fold"] = "Without folds the data set's split is used."
    objective = OBJECTIVES.get(values.get("objective", ""))
    if objective is None or not objective.changes_images:
        idle |= dict.fromkeys(ATTACK, "Only an adversarial objective attacks images.")
    optimiser = OPTIMISERS.get(values.get("optimiser", ""))
    if optimiser is None or not optimiser.takes_momentum:
        takers = " or ".join(row.title for row in OPTIMISERS.values() if row.takes_momentum)
        idle["momentum"] = f"Only {takers} takes a momentum."
    if row is not None and row.must_keep_features:
        reason = f"{row.title} computes features once, so images cannot vary."
        idle |= dict.fromkeys(("augmentation", "mixup"), reason)
    if row is not None and not row.learns_backbone:
        idle |= dict.fromkeys(BACKBONE, f"In {row.title} the backbone does not learn.")
    if row is not None and row.architecture:
        idle["architecture"] = f"{row.title} {row.lacks_source}."
    if row is not None and row.keeps_neighbours:
        idle |= dict.fromkeys(LOSS, f"{row.title} counts labels and has no loss.")
    objective = OBJECTIVES.get(values.get("objective", ""))
    if objective is None or objective.takes != "target":
        idle["adaptation_weight"] = "Nothing is adapted to another hospital's images."
    if row is not None and row.is_fitted:
        idle |= dict.fromkeys(STEPS, f"{row.title} is fitted in one go, without steps.")
    return idle
