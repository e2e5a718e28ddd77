"""What this machine can do: the device, the threads, and whether bfloat16 is faster here. Measured
once, kept in the workspace.

bfloat16 is twice as fast as float32 on CPUs that have it in hardware and many times slower on
others, so it is never assumed.
"""

import contextlib
import json
import os
import platform
import time
from dataclasses import asdict, dataclass

import torch
from torch import nn

from medapp.errors import RecipeError
from medapp.store.files import write_bytes
from medapp.store.workspace import Workspace


@dataclass(frozen=True)
class Speed:
    """Of a 3×3 convolution forward and backward on this CPU, in 10^9 floating-point operations a
    second.
    """

    float32: float
    bfloat16: float


def choose_device(wanted: str, count: int = 1) -> str:
    """The device that 'auto' stands for here, or the wanted one.

    Raises:
        RecipeError: the wanted device is not there, or not so many of them.
    """
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    device = (
        next(name for name, is_there in there.items() if is_there) if wanted == "auto" else wanted
    )
    if not there[device]:
        raise RecipeError(
            f"This machine has no usable {device} device.", remedy="Set the device to auto or cpu."
        )
    most = {"cuda": torch.cuda.device_count(), "mps": 1, "cpu": os.cpu_count() or 1}[device]
    if count > most:
        raise RecipeError(
            f"devices is {count} and this machine has {most} of the kind {device}.",
            remedy=f"Set devices to {most} or less.",
        )
    return device


def choose_precision(wanted: str, device: str, workspace: Workspace) -> str:
    """'bfloat16' or 'float32': what was wanted, or for 'auto' the faster of the two on this
    device.
    """
    if wanted != "auto":
        return wanted
    if device == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
    if device == "cpu":
        speed = measure_speed(workspace)
        return "bfloat16" if speed.bfloat16 > 1.2 * speed.float32 else "float32"
    return "float32"


def measure_speed(workspace: Workspace) -> Speed:
    """This CPU's speed, from the workspace's `machine.json` where it was measured with this torch
    and these threads.
    """
    path = workspace.root / "machine.json"
    key = (
        f"{platform.processor() or platform.machine()} torch {torch.__version__} threads"
        f" {torch.get_num_threads()} of {os.cpu_count()}"
    )
    known: dict[str, dict[str, float]] = {}
    with contextlib.suppress(OSError, ValueError):  # absent or damaged: it is measured again
        said = json.loads(path.read_text(encoding="utf-8"))
        known = said if isinstance(said, dict) else {}
    if key not in known:
        known[key] = asdict(
            Speed(_time_convolution(torch.float32), _time_convolution(torch.bfloat16))
        )
        write_bytes(path, json.dumps(known, indent=1).encode())
    return Speed(**known[key])


def _time_convolution(dtype: torch.dtype) -> float:
    """Billions of operations a second of a ResNet's commonest layer, in about a second at most.

    The fastest of five, after one to warm up: what else is done on the machine only ever slows it,
    and the figure is kept.
    """
    layer = nn.Conv2d(64, 64, 3, padding=1, bias=False).to(memory_format=torch.channels_last)
    images = (
        torch.randn(8, 64, 32, 32).contiguous(memory_format=torch.channels_last).requires_grad_()
    )
    seconds: list[float] = []
    start = time.perf_counter()
    while len(seconds) < 6 and (len(seconds) < 2 or time.perf_counter() - start < 1):
        before = time.perf_counter()
        with torch.autocast("cpu", dtype, enabled=dtype != torch.float32):
            layer(images).float().mean().backward()
        seconds.append(time.perf_counter() - before)
    operations = 3 * 2 * 8 * 32 * 32 * 64 * 64 * 9
    return operations / min(seconds[1:]) / 1e9


def measure_room(device: torch.device) -> int:
    """Bytes of a graphics card that inputs may take: a quarter of what is free.

    Of a CPU none, since its memory holds them anyway.
    """
    return int(torch.cuda.mem_get_info(device)[0]) // 4 if device.type == "cuda" else 0
