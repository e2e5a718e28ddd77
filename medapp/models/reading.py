"""Tensors out of a weights file, without running anything that is in it.

A `.pth` file is a pickle, which can carry code. It is read with torch's weights-only reader, which
runs none; where other programs' objects stand in it, with stand-ins for these (`pickles`); and a
file that asks for Python's own functions is refused.
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
from medapp.models.carried import CARRIED
from medapp.models.pickles import StandIn, load_without_code

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
WRAPPERS = (
    *("state_dict", "model_state_dict", "model", "network", "net", "weights", "params"),
    "checkpoint",
)
UNREAD = "unread"  # in the metadata: classes of other programs whose objects stand in the file
DEEPEST = 5  # of tables within tables


def read_weights(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors and the metadata of a `.safetensors` or `.pth` file, on the CPU.

    What a model carries beside its network is left out, see `carried.read_carried`.

    Raises:
        WeightsError: no such file, truncated, or a pickle that wants to run code.
    """
    if not path.is_file():
        raise WeightsError(f"There is no weights file {path}.", remedy="Check the path.")
    try:
        if path.suffix == ".safetensors":
            with safetensors.safe_open(path, framework="pt") as file:
                names = file.keys()
                own = [name for name in names if not name.startswith(CARRIED)]
                return {name: file.get_tensor(name) for name in own}, dict(file.metadata() or {})
        values, strangers = _load(path)
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
    tensors = _find_table(values)
    if not tensors:
        raise WeightsError(
            f"{path.name} holds no table of tensors.",
            remedy="Save the network's state_dict, or better .safetensors.",
        )
    return tensors, {UNREAD: ", ".join(strangers)} if strangers else {}


def _load(path: Path) -> tuple[Any, list[str]]:
    """What a pickle holds, and which classes of other programs were left out."""
    try:
        return torch.load(path, map_location="cpu", weights_only=True), []
    except pickle.UnpicklingError:
        return load_without_code(path)


def _find_table(values: Any, depth: int = 0) -> dict[str, Tensor]:
    """The tensors by name in what a pickle holds: alone, or among what a training keeps.

    Of several tables that no usual name tells apart, each stays behind its own name.
    """
    if isinstance(values, StandIn):
        return dict(values.list_tensors())
    if not isinstance(values, dict) or depth > DEEPEST:
        return {}
    named = {name: value for name, value in values.items() if isinstance(name, str)}
    tensors = {name: value for name, value in named.items() if isinstance(value, Tensor)}
    if len(tensors) == len(values):
        return tensors
    for name in WRAPPERS:
        found = _find_table(named.get(name), depth + 1)
        if found:
            return found
    for name, value in named.items():
        table = _find_table(value, depth + 1)
        tensors |= {f"{name}.{inner}": tensor for inner, tensor in table.items()}
    return tensors
