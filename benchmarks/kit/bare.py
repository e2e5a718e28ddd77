"""The least that work on images in memory can cost, a training step and a forward pass; and how
fast the steps of a run were.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from medapp.runs.events import PlanMade, StepTaken
from medapp.runs.run import Run

WARM_UP = 4  # steps of a process that do not count


class Step:
    """Forward, backward and AdamW on the same batch again and again.

    `how` goes to the optimiser.
    """

    def __init__(
        self,
        network: nn.Module,
        images: Tensor,
        classes: int,
        is_bfloat16: bool,
        is_compiled: bool = False,
        **how: bool,
    ) -> None:
        self.images, self.is_bfloat16 = images, is_bfloat16
        self.labels = torch.arange(len(images)) % classes
        self.network: Callable[[Tensor], Tensor] = (
            torch.compile(network) if is_compiled else network
        )
        self.optimiser = torch.optim.AdamW(network.train().parameters(), 1e-4, **how)

    def __call__(self) -> None:
        with torch.autocast("cpu", torch.bfloat16, enabled=self.is_bfloat16):
            logits = self.network(self.images)
        nn.functional.cross_entropy(logits.float(), self.labels).backward()
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)


def forward(
    network: nn.Module,
    images: Tensor,
    is_bfloat16: bool,
    mode: Callable[[], torch.no_grad | torch.inference_mode] = torch.inference_mode,
) -> None:
    """All images, 64 at a time."""
    with mode(), torch.autocast("cpu", torch.bfloat16, enabled=is_bfloat16):
        for start in range(0, len(images), 64):
            network(images[start : start + 64])


def find_rate(run: Run, epoch: int) -> float:
    """Images per second over the steps of an epoch, without the first ones, which every process
    needs to warm up.
    """
    events = run.list_events()
    plan = next(event for event in events if isinstance(event, PlanMade))
    times = [e.time for e in events if isinstance(e, StepTaken) and e.epoch == epoch]
    start = min(WARM_UP, len(times) - 2)
    images = plan.train / plan.steps_per_epoch * (len(times) - 1 - start)
    return images / (times[-1] - times[start])
