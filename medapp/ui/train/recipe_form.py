"""The form of a recipe, drawn from the recipe's own table of settings: choices, ranges, units and
help stand there.
"""

import dataclasses
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from medapp.imaging.preprocess import Preprocess
from medapp.training.recipe.recipe import STRATEGIES, Recipe, find_default_rates

APART = (
    "dataset",
    "source",
    "architecture",
    "preprocess",
)  # drawn by the page, or in their own group


@dataclass(frozen=True)
class Preset:
    """A named start: what it is for, and the settings that differ from the defaults."""

    help: str
    values: Mapping[str, Any]


PRESETS: dict[str, Preset] = {
    "Quick look": Preset(
        "A linear probe on features computed once: seconds. A first answer; letting the network"
        " learn is usually better.",
        {"strategy": "linear-probe", "epochs": 30},
    ),
    "Fine-tune": Preset(
        "Everything learns, the backbone at a lower rate: the usual choice.",
        {"strategy": "fine-tune", "epochs": 15},
    ),
    "Thorough": Preset(
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
    "Textbook": Preset(
        "ResNet-50 frozen, new head, Adam 0.001, batch 32, 224 px, 10 epochs: what the tutorials"
        " do, to compare with.",
        {
            "source": "resnet50",
            "strategy": "linear-probe",
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
    "From scratch": Preset(
        "No transfer: the control that shows what the pretrained backbone is worth.",
        {"source": "none", "strategy": "scratch", "epochs": 30},
    ),
}


def draw_settings_form(preset: str) -> dict[str, Any]:
    """Draw all settings of a recipe but data and source; gives their values.

    Another preset starts the form anew.
    """
    fields = [f for f in dataclasses.fields(Recipe) if f.name not in APART]
    values: dict[str, Any] = {}
    _draw_settings([f for f in fields if not f.metadata.get("expert")], preset, values)
    st.caption(STRATEGIES[values["strategy"]].help)
    with st.expander("Expert settings", icon=":material/tune:"):
        _draw_settings([f for f in fields if f.metadata.get("expert")], preset, values)
    return values


def _draw_settings(
    fields: Sequence[dataclasses.Field[Any]], preset: str, values: dict[str, Any]
) -> None:
    """Draw some settings, three in a row, and add their values; what was chosen before decides what
    has an effect.
    """
    for place, setting in enumerate(fields):
        if place % 3 == 0:
            columns = st.columns(3, vertical_alignment="bottom")
        start = PRESETS[preset].values.get(setting.name, setting.default)
        with columns[place % 3]:
            reason = find_idle(values).get(setting.name)
            values[setting.name] = _draw_setting(
                Recipe, setting, start, preset, reason, find_stand_in(setting.name, values)
            )


def find_idle(values: Mapping[str, Any]) -> dict[str, str]:
    """The settings that have no effect beside those chosen, and why."""
    idle = {}
    if values.get("strategy") == "linear-probe":
        idle["augmentation"] = "The linear probe computes features once, so images cannot vary."
        idle["backbone_rate"] = "In the linear probe the backbone does not learn."
    if values.get("optimiser") != "sgd":
        idle["momentum"] = "Only SGD takes it."
    return idle


def find_stand_in(name: str, values: Mapping[str, Any]) -> str | None:
    """What a rate of 0 stands for, in words; None for other settings."""
    if name not in ("learning_rate", "backbone_rate"):
        return None
    rates = dict(
        zip(
            ("learning_rate", "backbone_rate"),
            find_default_rates(values["strategy"], values["optimiser"]),
            strict=True,
        )
    )
    return f"{rates[name]:g} (default)"


def draw_preprocess_form(key: str) -> Preprocess:
    """Draw the settings from file to square; gives them."""
    values = {
        f.name: _draw_setting(Preprocess, f, f.default, key) for f in dataclasses.fields(Preprocess)
    }
    return Preprocess(**values)


def _draw_setting(
    owner: type,
    setting: dataclasses.Field[Any],
    value: Any,
    key: str,
    idle: str | None = None,
    stand_in: str | None = None,
) -> Any:
    facts, kind = setting.metadata, typing.get_type_hints(owner)[setting.name]
    unit = facts.get("unit", "")
    label = (
        f"{facts['label']} ({unit})" if unit and unit != facts["label"].lower() else facts["label"]
    )
    said: dict[str, Any] = {
        "help": idle or facts["help"],
        "key": f"{key}-{setting.name}",
        "disabled": idle is not None,
    }
    # shown as what it comes to, and under a key of its own, so that the reader's choice is there
    # again later
    if idle:
        said["key"] += "-idle"
    if "choices" in facts:
        choices = ("none",) if idle else facts["choices"]
        return st.selectbox(
            label,
            choices,
            index=0 if idle else choices.index(value),
            format_func=_name_choice,
            **said,
        )
    if kind is bool:
        return st.toggle(label, value, **said)
    low, high = kind(facts["low"]), kind(facts["high"])
    if kind is int:
        return st.number_input(label, low, high, value, step=facts.get("step", 1), **said)
    step = facts.get("step", 0.5 if high > 1 else 0.01)
    if stand_in is None:
        return st.number_input(label, low, high, value, step=step, format="%g", **said)
    return (
        st.number_input(
            label, low, high, value or None, step=step, format="%g", placeholder=stand_in, **said
        )
        or 0.0
    )


def _name_choice(choice: str) -> str:
    return STRATEGIES[choice].title if choice in STRATEGIES else choice
