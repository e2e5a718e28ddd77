"""What a model's file holds beside its network: metadata, and arrays. No torch here."""

from pathlib import Path
from typing import Any

import safetensors
from numpy.typing import NDArray

from medapp.errors import WeightsError

CARRIED = "medapp."  # what the names of such arrays begin with


def read_metadata(path: Path) -> dict[str, str]:
    """The metadata of a `.safetensors` file; none of a file that is missing or damaged."""
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            return dict(file.metadata() or {})
    except (OSError, safetensors.SafetensorError):
        return {}


def read_carried(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays that a model's file carries beside its network, by name.

    Raises:
        WeightsError: no such file, or a damaged one.
    """
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            names = file.keys()
            carried = [name for name in names if name.startswith(CARRIED)]
            return {name.removeprefix(CARRIED): file.get_tensor(name) for name in carried}
    except (OSError, ValueError, TypeError, safetensors.SafetensorError) as error:
        raise WeightsError(
            f"{path.name} cannot be read as weights: it is truncated or of another format.",
            remedy="Copy it again.",
        ) from error
