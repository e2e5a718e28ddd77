"""Named starts for a recipe: what each is for, and the settings that differ from the defaults."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from medapp.errors import RecipeError


@dataclass(frozen=True)
class Preset:
    """One named start.

    Attributes:
        values: settings by their own name.
        minutes: that the run may take on the machine at hand; `studies.time.fit_preset` then
            chooses the image size, and epochs up to those of `values`. 0 for values as they are.
    """

    title: str
    help: str
    values: Mapping[str, Any]
    minutes: float = 0.0


PRESETS: dict[str, Preset] = {
    "quick-look": Preset(
        "Quick look",
        "A linear probe on features computed once: seconds. A first answer; letting the network"
        " learn is usually better.",
        {"strategy": "linear-probe"},
    ),
    "balanced": Preset(
        "Balanced",
        "Everything learns, the backbone at a lower rate, for 15 epochs: the usual choice between"
        " time and quality.",
        {"strategy": "fine-tune", "epochs": 15},
    ),
    "best-in-an-hour": Preset(
        "Best I can get in an hour",
        "Everything learns, on images as large and for as many epochs as fit into an hour on this"
        " machine; it ends sooner when validation no longer gets better.",
        {
            "strategy": "fine-tune",
            "epochs": 60,
            "augmentation": "standard",
            "early_stopping": 10,
        },
        minutes=60,
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

# What presets were called before, in addresses and scripts.
FORMER = {"fine-tune": "balanced", "thorough": "best-in-an-hour"}


def find_preset(name: str) -> Preset:
    """The preset of that name, or of that former name.

    Raises:
        RecipeError: there is none; lists those there are.
    """
    name = FORMER.get(name, name)
    if name not in PRESETS:
        raise RecipeError(
            f"There is no preset {name!r}.", remedy=f"Choose one of {', '.join(PRESETS)}."
        )
    return PRESETS[name]
