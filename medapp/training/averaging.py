"""A moving average of the weights: what is judged and kept in place of the last step's weights."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel


class WeightAverage:
    """An exponential moving average of a module's weights and of its norms' statistics.

    It begins with the weights after the first step. After each later one, the average a becomes
    d·a + (1 − d)·w with d = min(decay, (1 + n)/(10 + n)), where n steps were taken in before, so
    that the first weights are soon forgotten (Polyak & Juditsky 1992, doi:10.1137/0330046; the
    rising decay is that of TensorFlow's ExponentialMovingAverage).

    With the decay 1 it is the rising one that counts: the average is over weights that are a tenth
    of all steps old, however many these are (polynomial-decay averaging of order 8, Shamir & Zhang
    2013, arXiv 1212.1824). It stands in for the plain mean of a run's last quarter
    (stochastic weight averaging, Izmailov et al. 2018, arXiv 1803.05407), which needs a start, a
    schedule of its own and another pass for BatchNorm.

    Attributes:
        kept: holds the average, for a checkpoint; an empty module where the decay is 0.
    """

    def __init__(self, module: nn.Module, decay: float) -> None:
        self.module = module
        self.kept: nn.Module = nn.Module()
        if decay:

            def average(kept: Any, new: Any, count: Tensor | int) -> None:
                _move(kept, new, min(decay, (1 + int(count)) / (10 + int(count))))

            self.kept = AveragedModel(module, multi_avg_fn=average, use_buffers=True)

    def update(self) -> None:
        """Take in the module's weights; call it after each step."""
        if isinstance(self.kept, AveragedModel):
            self.kept.update_parameters(self.module)

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Within, the module has the average for its weights."""
        if not isinstance(self.kept, AveragedModel) or not int(self.kept.n_averaged):
            yield
            return
        own = {name: tensor.clone() for name, tensor in self.module.state_dict().items()}
        self.module.load_state_dict(self.kept.module.state_dict())
        try:
            yield
        finally:
            self.module.load_state_dict(own)


def _move(kept: Sequence[Tensor], new: Sequence[Tensor], decay: float) -> None:
    """Move averages towards new values; whole numbers, such as counts of steps, are taken over."""
    if kept[0].is_floating_point():
        torch._foreach_lerp_(list(kept), list(new), 1 - decay)
    else:
        torch._foreach_copy_(list(kept), list(new))
