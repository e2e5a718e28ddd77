"""The card of a weights file: what its publisher says beside it, in JSON. No torch here.

`NAME.json` beside `NAME.pth`, as MedApp writes it, or the `config.json` beside a file called
`model.…` or `pytorch_model.…`, as timm and the Hugging Face Hub have it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from medapp.errors import WeightsError
from medapp.models.architectures import ARCHITECTURES

HUB_STEMS = ("model", "pytorch_model")
LARGEST_BYTES = 1_000_000  # a card is small; what is larger is something else


@dataclass(frozen=True)
class Card:
    """What is said.

    Attributes:
        origin: the card's file name; empty where there is none.
        architecture: a key of `ARCHITECTURES`, or the publisher's own word where it is none of
            them; empty where nothing is said.
        normalisation: "mean" and "std" as JSON texts, as `read_normalisation` reads them.
    """

    origin: str = ""
    architecture: str = ""
    normalisation: Mapping[str, str] = field(default_factory=dict)


def read_card(path: Path) -> Card:
    """The card of a weights file; an empty one where there is none.

    Raises:
        WeightsError: there is one, and it is no JSON object.
    """
    found = path.with_suffix(".json")
    if not found.is_file() and path.stem in HUB_STEMS:
        found = path.with_name("config.json")
    try:
        if not found.is_file() or found.stat().st_size > LARGEST_BYTES:
            return Card()
        values = json.loads(found.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise WeightsError(
            f"{found.name}, the card of {path.name}, cannot be read as JSON.",
            remedy="Mend it, or move it elsewhere.",
            setting="source",
        ) from error
    if not isinstance(values, dict):
        return Card()
    places = [values, *(values.get(name) for name in ("normalisation", "pretrained_cfg"))]
    tables = [place for place in places if isinstance(place, dict)]
    said = {
        name: json.dumps(table[name])
        for table in tables
        for name in ("mean", "std")
        if name in table
    }
    return Card(found.name, _read_architecture(values), said)


def _read_architecture(values: Mapping[str, Any]) -> str:
    """The name before a publisher's variant: `resnet50.a1_in1k` is a resnet50."""
    said = values.get("architecture")
    if not isinstance(said, str) or not said.strip():
        return ""
    words = re.split(r"[^A-Za-z0-9_]+", said.removeprefix("torchvision "))
    return words[0] if words[0] in ARCHITECTURES else said
