"""What the frozen part of a network gives for each image: computed once, kept in the cache, the
same numbers as when computed again.
"""

import hashlib
import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from medapp.models.network import normalise, to_unit
from medapp.store.cache import Cache
from medapp.store.threads import Progress

BATCH = 64  # fixed: another batch may round differently


def hash_module(module: nn.Module) -> str:
    """SHA-256 of a module's weights and buffers, in hex."""
    digest = hashlib.sha256()
    for name, tensor in module.state_dict().items():
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy())
    return digest.hexdigest()


def compute_features(
    prefix: nn.Module, pixels: NDArray[np.uint8], fabric: Any, on_progress: Progress | None = None
) -> Iterator[NDArray[Any]]:
    """Pixels (N, S, S, C) to the prefix's output (N, …), a batch at a time, so that memory holds no
    more than one.

    Yields:
        float32, or bfloat16's bits as uint16 where the prefix computed in bfloat16 (numpy has no
        such type); `to_tensor` reads both.
    """
    prefix.to(memory_format=torch.channels_last)
    for start in range(0, len(pixels), BATCH):
        with torch.inference_mode(), fabric.autocast():
            images = torch.from_numpy(np.array(pixels[start : start + BATCH])).to(fabric.device)
            out = prefix(normalise(to_unit(images))).cpu().contiguous()
        yield out.view(torch.uint16).numpy() if out.dtype == torch.bfloat16 else out.float().numpy()
        if on_progress is not None:
            on_progress(min(start + BATCH, len(pixels)), len(pixels))


def load_features(
    prefix: nn.Module,
    pixels: NDArray[np.uint8],
    pixels_key: str,
    fabric: Any,
    cache: Cache,
    on_progress: Progress | None = None,
) -> NDArray[Any]:
    """All that `compute_features` gives, memory-mapped; not computed again where these images went
    through these weights at this precision.

    Raises:
        WorkspaceError: the disk has no room for them.
    """
    words = (
        f"{pixels_key} {hash_module(prefix)} {fabric.strategy.precision.precision}"
        f" {fabric.device.type} torch {torch.__version__}"
    )
    key = hashlib.sha256(words.encode()).hexdigest()
    known = cache.load_array("features", key)
    if known is not None:
        return known
    parts = compute_features(prefix, pixels, fabric, on_progress)
    first = next(parts, np.zeros((0, 1), np.float32))

    def fill(target: NDArray[Any]) -> None:
        at = 0
        for part in itertools.chain([first], parts):
            target[at : at + len(part)] = part
            at += len(part)

    return cache.build_array("features", key, (len(pixels), *first.shape[1:]), first.dtype, fill)


def measure_features(prefix: nn.Module, image_size: int, is_bfloat16: bool) -> int:
    """Bytes that the features of one image take."""
    with torch.inference_mode():
        device = next(prefix.parameters()).device
        return int(prefix(torch.zeros(1, 3, image_size, image_size, device=device)).numel()) * (
            2 if is_bfloat16 else 4
        )


def to_tensor(rows: NDArray[Any] | Tensor) -> Tensor:
    """Pixels, or features as `compute_features` gives them; a tensor stays as it is."""
    if isinstance(rows, Tensor):
        return rows
    tensor = torch.from_numpy(np.array(rows))
    return tensor.view(torch.bfloat16) if tensor.dtype == torch.uint16 else tensor


def measure_room(device: torch.device) -> int:
    """Bytes of a graphics card that inputs may take: a quarter of what is free; of a CPU none,
    since its memory holds them anyway.
    """
    return int(torch.cuda.mem_get_info(device)[0]) // 4 if device.type == "cuda" else 0


def place(
    inputs: NDArray[Any] | Tensor, device: torch.device, room_bytes: int
) -> NDArray[Any] | Tensor:
    """Inputs (N, …) on a device where they take no more than the room there is; else as they are,
    to be sent batch by batch.
    """
    if inputs.nbytes > room_bytes:
        return inputs
    there = torch.empty(inputs.shape, dtype=to_tensor(inputs[:0]).dtype, device=device)
    for start in range(0, len(inputs), BATCH):  # the host need not hold them all
        there[start : start + BATCH] = to_tensor(inputs[start : start + BATCH])
    return there


def measure_scale(features: NDArray[Any] | Tensor) -> tuple[Tensor, Tensor]:
    """Mean and spread (F,) of the training features (N, F).

    A backbone's features can have any scale; standardised, one learning rate suits them all.
    """
    values = to_tensor(features).double()
    return values.mean(0).float(), (values.std(0, unbiased=False) + 1e-6).float()


def fold_scale(head: nn.Linear, mean: Tensor, std: Tensor) -> None:
    """Change a head that learned from standardised features so that it gives the same logits for
    plain ones.
    """
    with torch.no_grad():
        weight = head.weight.cpu() / std.cpu()
        head.bias.copy_(head.bias.cpu() - weight @ mean.cpu())
        head.weight.copy_(weight)
