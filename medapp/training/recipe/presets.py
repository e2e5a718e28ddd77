"""Named starts for a recipe: what each is for, and the settings that differ from the defaults."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from medapp.errors import RecipeError


@dataclass(frozen=True)
class Preset:
    """One named start; `values` are settings by their own name."""

    title: str
    help: str
    values: Mapping[str, Any]


PRESETS: dict[str, Preset] = {
    "quick-look": Preset(
        "Quick look",
        "A linear probe on features computed once: seconds. A first answer; letting the network"
        " learn is usually better.",
        {"strategy": "linear-probe"},
    ),
    "fine-tune": Preset(
        "Fine-tune",
        "Everything learns, the backbone at a lower rate: the usual choice.",
        {"strategy": "fine-tune", "epochs": 15},
    ),
    "thorough": Preset(
        "Thorough",
        "Larger images, more epochs, and an end when validation no longer gets better. Hours on a"
        " laptop.",
        {
            "strategy": "fine-tune",
            "epochs": 60,
            "image_size": 224,
            "augmentation": "standard",
            "early_stopping": 10,
        },
    ),
    "textbook": Preset(
        "Textbook",
        "ResNet-50 frozen, new head, Adam 0.001, batch 32, 224 px, 10 epochs: what the tutorials"
        " do, to compare with.",
        {
            "source": "resnet50",
            "strategy": "head-by-steps",
            "optimiser": "adam",
            "learning_rate": 0.001,
            "weight_decay": 0.0,
            "schedule": "constant",
            "warmup": 0.0,
            "batch_size": 32,
            "image_size": 224,
            "epochs": 10,
        },
    ),
    "from-scratch": Preset(
        "From scratch",
        "No transfer: the control that shows what the pretrained backbone is worth.",
        {"strategy": "scratch", "epochs": 30},
    ),
}


def find_preset(name: str) -> Preset:
    """The preset of that name.

    Raises:
        RecipeError: there is none; lists those there are.
    """
    if name not in PRESETS:
        raise RecipeError(
            f"There is no preset {name!r}.", remedy=f"Choose one of {', '.join(PRESETS)}."
        )
    return PRESETS[name]
