"""A training in one process or in several, each with a device of its own.

This module starts the processes, and lets BatchNorm see the images of all of them.
"""

import datetime
from typing import Any

import torch
from lightning_fabric import Fabric
from lightning_fabric.plugins.environments.lightning import LightningEnvironment
from lightning_fabric.strategies.ddp import DDPStrategy
from torch import Tensor, nn
from torch.distributed.nn.functional import all_reduce

# How long a process waits for another one's share of a step.
PATIENCE = datetime.timedelta(minutes=30)


def open_fabric(device: str, precision: str, count: int, is_partly_frozen: bool = False) -> Any:
    """A launched `lightning_fabric.Fabric`.

    For several devices, Fabric has then started this very command again for each of the others.

    Args:
        device: "cpu", "cuda" or "mps". Processes on a CPU talk over gloo, those on graphics cards
            over NCCL.
        precision: "bfloat16" or "float32".
        is_partly_frozen: some of what learns in the end gets no gradient at first.
    """
    settings: dict[str, Any] = {
        "accelerator": device,
        "devices": count,
        "precision": "bf16-mixed" if precision == "bfloat16" else "32-true",
    }
    if count > 1:
        # `synchronise_norms` keeps the statistics of BatchNorm equal, so none are sent around.
        settings["strategy"] = DDPStrategy(
            broadcast_buffers=False,
            gradient_as_bucket_view=True,
            find_unused_parameters=is_partly_frozen,
            timeout=PATIENCE,
        )
        settings["plugins"] = [LightningEnvironment()]
    fabric = Fabric(**settings)
    threads = torch.get_num_threads()
    fabric.launch()
    # Fabric sets a number of threads of its own.
    torch.set_num_threads(threads)
    return fabric


def synchronise_norms(module: nn.Module) -> None:
    """Let every BatchNorm of a module use mean and variance of the whole batch.

    Without this call, each process uses those of its own share.
    """
    for layer in module.modules():
        if type(layer) is nn.BatchNorm2d:
            # The layers are changed, not replaced: a network's stages hold the same objects.
            layer.__class__ = _SynchronisedBatchNorm


class _SynchronisedBatchNorm(nn.BatchNorm2d):
    """Ioffe & Szegedy 2015 over the shares of all processes, on every device.

    torch's own `SyncBatchNorm` knows graphics cards alone.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Maps (N, C, H, W) of this process's share; the same out. Every process has to call it."""
        if not self.training:
            return super().forward(x)
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.num_batches_tracked is not None
        with torch.autocast(x.device.type, enabled=False):
            values = x.float()
            count = values.new_full((1,), values.numel() / values.shape[1])
            sums = _add_up(torch.cat([values.sum((0, 2, 3)), count]))
            total = sums[-1]
            mean = sums[:-1] / total
            centred = values - mean.view(1, -1, 1, 1)
            variance = _add_up(centred.square().sum((0, 2, 3))) / total
            share = self.momentum or 0.1
            with torch.no_grad():
                self.running_mean.lerp_(mean, share)
                self.running_var.lerp_(variance * total / (total - 1), share)
                self.num_batches_tracked.add_(1)
            gain = self.weight / (variance + self.eps).sqrt()
            normal = centred * gain.view(1, -1, 1, 1) + self.bias.view(1, -1, 1, 1)
            out: Tensor = normal.to(x.dtype)
            return out


def _add_up(values: Tensor) -> Tensor:
    """The sum over all processes, with gradients."""
    summed: Tensor = all_reduce(values)  # type: ignore[no-untyped-call]
    return summed


def is_out_of_memory(error: BaseException) -> bool:
    """Whether a step failed because a device, or the machine, had no memory left."""
    # The CPU's allocator raises a RuntimeError with one of these texts.
    texts = ("can't allocate memory", "not enough memory")
    is_typed = isinstance(error, (torch.OutOfMemoryError, MemoryError))
    return is_typed or any(text in str(error) for text in texts)
