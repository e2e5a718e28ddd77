"""What the frozen part of a network gives for each image: computed once, kept in the cache."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from medapp.data.pixels import Table
from medapp.models.network import to_input
from medapp.models.normalisation import Normalisation
from medapp.store.cache import Cache
from medapp.store.threads import OnProgress

# Images at once. The number is fixed: with another one the last bits of features may differ.
BATCH = 64
AT_ONCE = 1024  # images whose features are in double precision at a time
# Of the root mean square of all features' spreads; benchmarks/accuracy/linear_probe.py.
LEAST_SPREAD = 0.05


def hash_module(module: nn.Module) -> str:
    """SHA-256 of a module's layers, weights and buffers, in hex."""
    digest = hashlib.sha256(repr(module).encode())
    for name, tensor in module.state_dict().items():
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy())
    return digest.hexdigest()


class FrozenPart:
    """The frozen part of a network, with all that decides a bit of what it gives for an image.

    Attributes:
        shape, dtype: of one image's features as they are kept: float32, or bfloat16's bits as
            uint16 where the part computes in bfloat16 (numpy has no such type); `to_tensor` reads
            both.
    """

    def __init__(
        self, prefix: nn.Module, normalisation: Normalisation, image_size: int, fabric: Any
    ) -> None:
        self.prefix = prefix.to(memory_format=torch.channels_last)
        self.normalisation = normalisation
        self.fabric = fabric
        device = next((p.device for p in prefix.parameters()), fabric.device)
        blank = torch.zeros(1, 3, image_size, image_size, device=device)
        with torch.inference_mode(), fabric.autocast():
            out = prefix(blank)
        self.shape = tuple(out.shape[1:])
        self.dtype = np.uint16 if out.dtype == torch.bfloat16 else np.float32
        self._setting = " ".join(
            [
                hash_module(prefix),
                repr(normalisation),
                fabric.strategy.precision.precision,
                fabric.device.type,
                f"torch {torch.__version__}",
            ]
        )

    @property
    def image_bytes(self) -> int:
        """Bytes that the features of one image take."""
        return int(np.prod(self.shape)) * np.dtype(self.dtype).itemsize

    def hash_setting(self, pixels_key: str) -> str:
        """What features are kept under: all that decides a bit of them but the image, in hex."""
        return hashlib.sha256(f"{pixels_key} {self._setting}".encode()).hexdigest()

    def compute(self, batches: Iterator[NDArray[np.uint8]]) -> Iterator[NDArray[Any]]:
        """Batches of pixels (n, S, S, C) to features (n, …), one after the other."""
        for pixels in batches:
            with torch.inference_mode(), self.fabric.autocast():
                x = to_input(torch.from_numpy(pixels).to(self.fabric.device), self.normalisation)
                out = self.prefix(x).cpu().contiguous()
            is_half = out.dtype == torch.bfloat16
            yield out.view(torch.uint16).numpy() if is_half else out.float().numpy()

    def load(
        self,
        pixels: Table,
        keys: Sequence[str],
        cache: Cache,
        on_progress: OnProgress | None = None,
    ) -> Table:
        """The features of many images; only those that are not kept yet are computed.

        Args:
            pixels: the images' squares.
            keys: (N,) the content hash of each image.

        Raises:
            WorkspaceError: the disk has no room for them.
        """
        key = self.hash_setting(pixels.key)
        rows = cache.open_rows("features", key, self.shape, self.dtype)
        computed = 0

        def compute(missing: list[int]) -> Iterator[NDArray[Any]]:
            nonlocal computed
            computed = len(missing)
            numbers = pixels.numbers[missing]
            starts = range(0, len(numbers), BATCH)
            batches = (pixels.rows[numbers[start : start + BATCH]] for start in starts)
            done = 0
            for batch in self.compute(batches):
                yield from batch
                done += len(batch)
                if on_progress is not None:
                    on_progress(done, computed)

        numbers = rows.fill(keys, compute)
        return Table(key, rows.open_array(), numbers, computed, rows)


def to_tensor(rows: NDArray[Any] | Tensor) -> Tensor:
    """Pixels, or features as `FrozenPart` gives them; a tensor stays as it is."""
    if isinstance(rows, Tensor):
        return rows
    tensor = torch.from_numpy(np.array(rows))
    return tensor.view(torch.bfloat16) if tensor.dtype == torch.uint16 else tensor


def measure_scale(
    features: NDArray[Any] | Tensor, rows: NDArray[np.integer] | None = None
) -> tuple[Tensor, Tensor]:
    """Mean and spread (F,) float32 of the training features (N, F), a part in memory at a time.

    A backbone's features can have any scale; standardised, one rate or penalty suits them all. A
    feature that hardly varies over the training images counts as if it had `LEAST_SPREAD` of the
    others' spread: divided by next to nothing, it would outweigh all others on a new image that
    shows more of it.

    Args:
        rows: the numbers of the training images among the N; without them all are.
    """
    chosen = np.arange(len(features)) if rows is None else rows
    starts = range(0, len(chosen), AT_ONCE)

    def average(change: Callable[[Tensor], Tensor]) -> Tensor:
        total = torch.zeros(features.shape[1], dtype=torch.float64)
        for start in starts:
            part = to_tensor(features[chosen[start : start + AT_ONCE]])
            total += change(part.double().cpu()).sum(0)
        return total / len(chosen)

    mean = average(lambda values: values)
    spread = average(lambda values: (values - mean).square()).sqrt()
    least = LEAST_SPREAD * spread.square().mean().sqrt()
    # Where no feature varies there is nothing to scale.
    spread = spread.clamp(min=least) if least > 0 else torch.ones_like(spread)
    return mean.float(), spread.float()


def fold_scale(head: nn.Linear, mean: Tensor, std: Tensor) -> None:
    """Change a head that learned from standardised features to give the same for plain ones."""
    weight = head.weight.detach().cpu().double() / std.cpu().double()
    bias = head.bias.detach().cpu().double() - weight @ mean.cpu().double()
    _set_head(head, weight, bias)


def unfold_scale(head: nn.Linear, mean: Tensor, std: Tensor) -> None:
    """The inverse of `fold_scale`: a head of plain features gives the same for scaled ones."""
    weight = head.weight.detach().cpu().double()
    bias = head.bias.detach().cpu().double() + weight @ mean.cpu().double()
    _set_head(head, weight * std.cpu().double(), bias)


def _set_head(head: nn.Linear, weight: Tensor, bias: Tensor) -> None:
    with torch.no_grad():
        head.weight.copy_(weight)
        head.bias.copy_(bias)
