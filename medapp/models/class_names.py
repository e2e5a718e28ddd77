"""The classes that a model's file was trained for, without reading its tensors. No torch here."""

import json
from collections.abc import Mapping
from pathlib import Path

from medapp.errors import WeightsError
from medapp.models.carried import read_metadata

CLASS_NAMES = "class_names"  # the key in the metadata


def parse_classes(metadata: Mapping[str, str], path: Path) -> tuple[str, ...]:
    """The classes that a file's metadata name.

    Raises:
        WeightsError: they are missing or damaged.
    """
    try:
        names = json.loads(metadata[CLASS_NAMES])
        are_texts = isinstance(names, list) and all(isinstance(name, str) for name in names)
        if are_texts and len(set(names)) == len(names):
            return tuple(names)
    except (KeyError, ValueError, RecursionError):
        pass
    raise WeightsError(
        f"{path.name} does not say its architecture and classes, or damaged ones.",
        remedy="Export the run again.",
    )


def read_classes(path: Path) -> tuple[str, ...]:
    """The classes of a `.safetensors` file that `save_network` wrote, in the order of its logits.

    Raises:
        WeightsError: the file is damaged, or does not name them.
    """
    return parse_classes(read_metadata(path), path)
