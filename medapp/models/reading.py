"""Tensors out of a weights file, without running anything that is in it.

A `.pth` file is a pickle, which can carry code; it is read with torch's weights-only reader, which
runs none, and a file that asks for more is refused.
"""

import pickle
import struct
import zipfile
from pathlib import Path
from typing import Any

import safetensors
import torch
from torch import Tensor

from medapp.errors import WeightsError

# What torch raises on damaged files, found by reading files with changed bytes.
DAMAGE = (
    OSError,
    EOFError,
    RuntimeError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    MemoryError,
    struct.error,
    pickle.UnpicklingError,
    zipfile.BadZipFile,
)

# What a training's file calls the table of the network's tensors, among other things it keeps.
WRAPPERS = ("state_dict", "model_state_dict", "model", "network", "net", "weights", "params")


def read_weights(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors and the metadata of a `.safetensors` or `.pth` file, on the CPU.

    Raises:
        WeightsError: no such file, truncated, or a pickle that wants to run code.
    """
    if not path.is_file():
        raise WeightsError(f"There is no weights file {path}.", remedy="Check the path.")
    try:
        if path.suffix == ".safetensors":
            with safetensors.safe_open(path, framework="pt") as file:
                names = file.keys()
                return {name: file.get_tensor(name) for name in names}, dict(file.metadata() or {})
        values = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise WeightsError(
            f"{path.name} is refused: it is no plain weights file (a pickle that holds code or"
            " foreign objects). Nothing in it was run.",
            remedy="Ask its author for .safetensors, or save it anew where it was made:"
            " torch.save(model.state_dict(), 'weights.pth').",
        ) from error
    except (safetensors.SafetensorError, *DAMAGE) as error:
        raise WeightsError(
            f"{path.name} cannot be read as weights: it is truncated or of another format.",
            remedy="Copy it again.",
        ) from error
    return _unwrap(values, path.name), {}


def _unwrap(values: Any, origin: str) -> dict[str, Tensor]:
    """The table of tensors in what a pickle holds: alone, or among what a training keeps."""
    if isinstance(values, dict):
        values = next((values[n] for n in WRAPPERS if isinstance(values.get(n), dict)), values)
    if isinstance(values, dict) and values:
        tensors = {name: v for name, v in values.items() if isinstance(v, Tensor)}
        if len(tensors) == len(values) and all(isinstance(name, str) for name in tensors):
            return tensors
    raise WeightsError(
        f"{origin} holds no table of tensors.",
        remedy="Save the network's state_dict, or better .safetensors.",
    )
