"""Why one class and not another: the difference of their scores is explained instead of one score.

Where one softmax decides, that difference is the logarithm of how many times as probable the one
class is as the other, whatever the rest. Places that speak for both classes alike go dark.
"""

from collections.abc import Sequence

from torch import Tensor, nn

from medapp.explanation.explain import Explainable


class Contrasted:
    """A network whose score of each class is that score less another class's.

    Args:
        network: what is explained.
        against: the index of the other class; its own score becomes 0.
    """

    def __init__(self, network: Explainable, against: int) -> None:
        self.training = network.training
        self._network = network
        self._against = against

    @property
    def stages(self) -> Sequence[tuple[str, nn.Module]]:
        """As the network's."""
        return self._network.stages

    def logits_from_maps(self, maps: Tensor) -> Tensor:
        """Maps (N, C, h, w) to differences (N, K)."""
        scores = self._network.logits_from_maps(maps)
        return scores - scores[:, self._against : self._against + 1]
