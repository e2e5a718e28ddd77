"""What the frozen part of a network gives for each image: computed once, kept in the cache, the same numbers as when computed again."""

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from medapp.data.cache import Cache
from medapp.models.network import normalise, to_unit

BATCH = 64  # fixed: another batch may round differently
Forward = Callable[[NDArray[np.uint8]], Tensor]


def hash_module(module: nn.Module) -> str:
    """SHA-256 of a module's weights and buffers, in hex."""
    digest = hashlib.sha256()
    for name, tensor in module.state_dict().items():
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy())
    return digest.hexdigest()


def compute_features(
    prefix: nn.Module, pixels: NDArray[np.uint8], fabric: Any, on_progress: Callable[[int, int], None] | None = None
) -> NDArray[Any]:
    """Pixels (N, S, S, C) to the prefix's output (N, …).

    Returns:
        float32, or bfloat16's bits as uint16 where the prefix computed in bfloat16 (numpy has no such type); `as_tensor` reads both.
    """
    parts = []
    prefix.to(memory_format=torch.channels_last)
    with torch.inference_mode(), fabric.autocast():
        for start in range(0, len(pixels), BATCH):
            images = torch.from_numpy(np.array(pixels[start : start + BATCH])).to(fabric.device)
            out = prefix(normalise(to_unit(images))).cpu().contiguous()
            parts.append(out.view(torch.uint16).numpy() if out.dtype == torch.bfloat16 else out.float().numpy())
            if on_progress is not None:
                on_progress(min(start + BATCH, len(pixels)), len(pixels))
    return np.concatenate(parts) if parts else np.zeros((0, 1), np.float32)


def load_features(
    prefix: nn.Module, pixels: NDArray[np.uint8], pixels_key: str, fabric: Any, cache: Cache,
    on_progress: Callable[[int, int], None] | None = None,
) -> NDArray[Any]:  # fmt: skip
    """`compute_features`, from the cache where the same images went through the same weights at the same precision before."""
    words = f"{pixels_key} {hash_module(prefix)} {fabric.strategy.precision.precision} {fabric.device.type} torch {torch.__version__}"
    key = hashlib.sha256(words.encode()).hexdigest()
    known = cache.load_array("features", key)
    if known is not None:
        return known
    return cache.save_array("features", key, compute_features(prefix, pixels, fabric, on_progress))


def as_tensor(features: NDArray[Any]) -> Tensor:
    """Features as `compute_features` gives them, to float32."""
    tensor = torch.from_numpy(np.array(features))
    return tensor.view(torch.bfloat16).float() if tensor.dtype == torch.uint16 else tensor


def measure_scale(features: NDArray[Any]) -> tuple[Tensor, Tensor]:
    """Mean and spread (F,) of the training features (N, F).

    A backbone's features can have any scale; standardised, one learning rate suits them all.
    """
    values = as_tensor(features).double()
    return values.mean(0).float(), (values.std(0, unbiased=False) + 1e-6).float()


def fold_scale(head: nn.Linear, mean: Tensor, std: Tensor) -> None:
    """Change a head that learned from standardised features so that it gives the same logits for plain ones."""
    with torch.no_grad():
        weight = head.weight.cpu() / std
        head.bias.copy_(head.bias.cpu() - weight @ mean)
        head.weight.copy_(weight)
