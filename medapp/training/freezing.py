"""What of a network learns at which moment: stages that join later, norms that keep statistics."""

from collections.abc import Sequence

from torch import nn

from medapp.training.norms import list_norms
from medapp.training.recipe.groups import StrategyChoice


class Freezing:
    """What stays as it is while the rest learns.

    Gradual unfreezing (Howard & Ruder 2018, arXiv 1801.06146, section 3.3): the head learns from
    the start, the stages join one after the other, the last one first. Until then a stage takes no
    step and its BatchNorm keeps its statistics.

    Args:
        learning: what learns in the end.
        stages: those of the network in `learning`, first to last.
    """

    def __init__(
        self, learning: nn.Module, stages: Sequence[nn.Module], settings: StrategyChoice
    ) -> None:
        self.learning = learning
        self.stages = stages
        self.settings = settings
        self._joined = -1

    def count_joined(self, done: float) -> int:
        """How many of the last stages learn once the share `done` of all steps was taken.

        The first of n to join does so after an n-th of the share in which all do.
        """
        if not self.settings.unfreezing:
            return len(self.stages)
        # A hair more, so that the very step at which a stage joins is not missed by rounding.
        return min(len(self.stages), int(len(self.stages) * done / self.settings.unfreezing + 1e-9))

    def set(self, done: float) -> None:
        """Bring what learns into training mode, but for what is frozen at this moment."""
        joined = self.count_joined(done)
        if self.learning.training and joined == self._joined:
            return
        self._joined = joined
        self.learning.train()
        if self.settings.norms == "keep":
            for norm in list_norms(self.learning):
                norm.eval()
        frozen = len(self.stages) - joined
        for stage in self.stages[:frozen]:
            stage.eval()
        for place, stage in enumerate(self.stages):
            stage.requires_grad_(place >= frozen)
