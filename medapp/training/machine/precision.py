"""What this machine can do: the device, and whether bfloat16 is faster on it.

bfloat16 is twice as fast as float32 on CPUs that have it in hardware and many times slower on
others, so the speed is measured, once, and kept in the workspace.
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
    """The speed of this CPU, in 10^9 floating-point operations a second.

    Measured with a 3×3 convolution, forward and backward, at each precision.
    """

    float32: float
    bfloat16: float


def choose_device(wanted: str, count: int = 1) -> str:
    """The device that 'auto' stands for here, or the wanted one.

    Raises:
        RecipeError: the wanted device is not there, or not so many of them.
    """
    is_there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    device = wanted
    if wanted == "auto":
        device = next(name for name in is_there if is_there[name])
    if not is_there[device]:
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
    """'bfloat16' or 'float32': what was wanted; for 'auto', the faster one on this device."""
    if wanted != "auto":
        return wanted
    if device == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
    if device == "cpu":
        speed = measure_speed(workspace)
        return "bfloat16" if speed.bfloat16 > 1.2 * speed.float32 else "float32"
    return "float32"


def measure_speed(workspace: Workspace) -> Speed:
    """This CPU's speed with this version of torch and so many threads.

    A speed that was measured before is read from the workspace's `machine.json`.
    """
    path = workspace.root / "machine.json"
    processor = platform.processor() or platform.machine()
    threads = f"{torch.get_num_threads()} of {os.cpu_count()}"
    key = f"{processor} torch {torch.__version__} threads {threads}"
    known: dict[str, dict[str, float]] = {}
    # Where the file is absent or damaged, the speed is measured again.
    with contextlib.suppress(OSError, ValueError):
        said = json.loads(path.read_text(encoding="utf-8"))
        known = said if isinstance(said, dict) else {}
    if key not in known:
        speed = Speed(_time_convolution(torch.float32), _time_convolution(torch.bfloat16))
        known[key] = asdict(speed)
        write_bytes(path, json.dumps(known, indent=1).encode())
    return Speed(**known[key])


def _time_convolution(dtype: torch.dtype) -> float:
    """Billions of operations a second of a ResNet's commonest layer.

    The measurement takes about a second at most. The fastest of five passes counts, after one to
    warm up: other work on the machine only ever slows a pass.
    """
    layer = nn.Conv2d(64, 64, 3, padding=1, bias=False).to(memory_format=torch.channels_last)
    images = torch.randn(8, 64, 32, 32).contiguous(memory_format=torch.channels_last)
    images.requires_grad_()
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

    0 for a CPU, whose memory holds the inputs anyway.
    """
    return int(torch.cuda.mem_get_info(device)[0]) // 4 if device.type == "cuda" else 0
