"""The form of a recipe, drawn from the recipe's own table of settings: choices, ranges, units and help stand there."""

import dataclasses
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from medapp.data.pixels import Preprocess
from medapp.training.recipe import STRATEGIES, Recipe

APART = ("dataset", "source", "architecture", "preprocess")  # drawn by the page, or in their own group


@dataclass(frozen=True)
class Preset:
    """A named start: what it is for, and the settings that differ from the defaults."""

    help: str
    values: Mapping[str, Any]


PRESETS: dict[str, Preset] = {
    "Quick look": Preset(
        "A linear probe on features computed once: seconds, and often close to the best.",
        {"strategy": "linear-probe", "epochs": 30},
    ),
    "Fine-tune": Preset("Everything learns, the backbone at a lower rate: the usual choice.", {"strategy": "fine-tune", "epochs": 15}),
    "Thorough": Preset(
        "Larger images, more epochs, and an end when validation no longer gets better. Hours on a laptop.",
        {"strategy": "fine-tune", "epochs": 60, "image_size": 224, "augmentation": "standard", "early_stopping": 10},
    ),
    "Textbook": Preset(
        "ResNet-50 frozen, new head, Adam 0.001, batch 32, 224 px, 10 epochs: what the tutorials do, to compare with.",
        {
            "source": "resnet50", "strategy": "linear-probe", "optimiser": "adam", "learning_rate": 0.001, "weight_decay": 0.0,
            "schedule": "constant", "warmup": 0.0, "batch_size": 32, "image_size": 224, "epochs": 10,
        },
    ),
    "From scratch": Preset(
        "No transfer: the control that shows what the pretrained backbone is worth.",
        {"source": "none", "strategy": "scratch", "epochs": 30},
    ),
}  # fmt: skip


def draw_settings_form(preset: str) -> dict[str, Any]:
    """Draw all settings of a recipe but data and source; gives their values. Another preset starts the form anew."""
    start = PRESETS[preset].values
    fields = [f for f in dataclasses.fields(Recipe) if f.name not in APART]
    values = {}
    columns = st.columns(3)
    for place, setting in enumerate(f for f in fields if not f.metadata.get("expert")):
        with columns[place % 3]:
            values[setting.name] = _draw_setting(Recipe, setting, start.get(setting.name, setting.default), preset)
    st.caption(STRATEGIES[values["strategy"]])
    with st.expander("Expert settings", icon=":material/tune:"):
        columns = st.columns(3)
        for place, setting in enumerate(f for f in fields if f.metadata.get("expert")):
            with columns[place % 3]:
                values[setting.name] = _draw_setting(Recipe, setting, start.get(setting.name, setting.default), preset)
    return values


def draw_preprocess_form(key: str) -> Preprocess:
    """Draw the settings from file to square; gives them."""
    values = {f.name: _draw_setting(Preprocess, f, f.default, key) for f in dataclasses.fields(Preprocess)}
    return Preprocess(**values)


def _draw_setting(owner: type, setting: dataclasses.Field[Any], value: Any, key: str) -> Any:
    facts, kind = setting.metadata, typing.get_type_hints(owner)[setting.name]
    unit = facts.get("unit", "")
    label = f"{facts['label']} ({unit})" if unit and unit != facts["label"].lower() else facts["label"]
    said: dict[str, Any] = {"help": facts["help"], "key": f"{key}-{setting.name}"}
    if "choices" in facts:
        return st.selectbox(label, facts["choices"], index=facts["choices"].index(value), format_func=_name_choice, **said)
    if kind is bool:
        return st.toggle(label, value, **said)
    low, high = kind(facts["low"]), kind(facts["high"])
    if kind is int:
        return st.number_input(label, low, high, value, step=32 if setting.name == "image_size" else 1, **said)
    return st.number_input(label, low, high, value, step=_find_step(high), format="%g", **said)


def _find_step(high: float) -> float:
    return 0.5 if high > 1 else 0.01


def _name_choice(choice: str) -> str:
    return STRATEGIES[choice].partition(":")[0] if choice in STRATEGIES else choice
