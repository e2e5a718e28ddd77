"""The form of a recipe, drawn from its groups: labels, choices, ranges, units and help stand there.

What a setting is called in `values` is its own name, which is one in all groups.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from medapp.imaging.preprocess import Preprocess
from medapp.settings import find_choices, find_fact, find_range
from medapp.training.recipe.groups import AUTO, Machine
from medapp.training.recipe.names import Setting, list_settings
from medapp.training.recipe.presets import PRESETS
from medapp.training.recipe.recipe import DEFAULT_AUGMENTATION, Recipe
from medapp.training.strategies import STRATEGIES, find_default_rates

FIRST = ("strategy", "epochs", "image_size", "batch_size", "augmentation", "early_stopping")
# Drawn by the page, decided by the data set, or without a second choice.
APART = ("source", "architecture", "task", "objective")
RATES = ("learning_rate", "backbone_rate")


def draw_settings_form(preset: str) -> dict[str, Any]:
    """Draw all settings of a recipe but data, source and preprocessing; gives them by name.

    Another preset starts the form anew.
    """
    settings = {setting.short: setting for setting in list_form_settings()}
    values: dict[str, Any] = {}
    _draw_settings([settings[name] for name in FIRST], preset, values)
    st.caption(STRATEGIES[values["strategy"]].help)
    with st.expander("Expert settings", icon=":material/tune:"):
        rest = [setting for name, setting in settings.items() if name not in FIRST]
        _draw_settings(rest, preset, values)
    return values


def list_form_settings() -> list[Setting]:
    """The settings of a recipe and of the machine that the form asks for."""
    preprocess = [name for name in Preprocess.model_fields if name not in FIRST]
    left_out = {*APART, *preprocess}
    found = [*list_settings(Recipe), *list_settings(Machine)]
    return [setting for setting in found if setting.short not in left_out]


def _draw_settings(settings: Sequence[Setting], preset: str, values: dict[str, Any]) -> None:
    """Draw some settings, three in a row, and add their values.

    What was chosen before decides what has an effect.
    """
    for number, setting in enumerate(settings):
        if number % 3 == 0:
            columns = st.columns(3, vertical_alignment="bottom")
        name = setting.short
        start = PRESETS[preset].values.get(name, setting.field.default)
        with columns[number % 3]:
            idle = find_idle(values).get(name)
            stand_in = find_stand_in(name, values)
            values[name] = _draw_setting(setting, start, preset, idle, stand_in)


def find_idle(values: Mapping[str, Any]) -> dict[str, str]:
    """The settings that have no effect beside those chosen, and why."""
    idle = {}
    strategy = STRATEGIES.get(values.get("strategy", ""))
    if strategy is not None and strategy.must_keep_features:
        idle["augmentation"] = f"{strategy.title} computes features once, so images cannot vary."
    if strategy is not None and not strategy.learns_backbone:
        idle["backbone_rate"] = f"In {strategy.title} the backbone does not learn."
    if values.get("optimiser") != "sgd":
        idle["momentum"] = "Only SGD takes a momentum."
    return idle


def find_stand_in(name: str, values: Mapping[str, Any]) -> str | None:
    """What a rate of 0 stands for, in words; None for other settings."""
    if name not in RATES:
        return None
    rates = find_default_rates(values["strategy"], values["optimiser"])
    return f"{rates[RATES.index(name)]:g} (default)"


def draw_preprocess_form(key: str, image_size: int) -> Preprocess:
    """Draw the settings from file to square but the image size; gives all of them."""
    values: dict[str, Any] = {"image_size": image_size}
    for setting in list_settings_of_preprocess():
        values[setting.name] = _draw_setting(setting, setting.field.default, key)
    return Preprocess(**values)


def list_settings_of_preprocess() -> list[Setting]:
    """The settings from file to square but the image size."""
    fields = Preprocess.model_fields.items()
    return [Setting("preprocess", n, field) for n, field in fields if n != "image_size"]


def _draw_setting(
    setting: Setting, value: Any, key: str, idle: str | None = None, stand_in: str | None = None
) -> Any:
    field = setting.field
    said: dict[str, Any] = {
        "help": idle or field.description,
        "key": f"{key}-{setting.short}",
        "disabled": idle is not None,
    }
    # What has no effect is shown under a key of its own, so that the reader's choice is there
    # again later.
    if idle:
        said["key"] += "-idle"
    choices = find_choices(field)
    if choices is not None:
        return _draw_choice(setting, choices, value, said, is_idle=idle is not None)
    if setting.kind is bool:
        return st.toggle(_write_label(setting), value, **said)
    low, high = (setting.kind(end) for end in find_range(field) or (0, 0))
    if setting.kind is int:
        step = find_fact(field, "step") or 1
        return st.number_input(_write_label(setting), low, high, value, step=step, **said)
    said |= {"step": find_fact(field, "step") or (0.5 if high > 1 else 0.01), "format": "%g"}
    if stand_in is None:
        return st.number_input(_write_label(setting), low, high, value, **said)
    shown = value or None
    label = _write_label(setting)
    return st.number_input(label, low, high, shown, placeholder=stand_in, **said) or 0.0


def _draw_choice(
    setting: Setting, choices: Sequence[str], value: str, said: dict[str, Any], is_idle: bool
) -> str:
    """Draw a select box; a setting without effect shows what it comes to, and is left to itself."""
    if is_idle:
        st.selectbox(_write_label(setting), ["none"], **said)
        return AUTO
    start = list(choices).index(value)
    return str(
        st.selectbox(_write_label(setting), choices, start, format_func=_name_choice, **said)
    )


def _write_label(setting: Setting) -> str:
    label = str(setting.field.title)
    unit = find_fact(setting.field, "unit")
    return f"{label} ({unit})" if unit and unit != label.lower() else label


def _name_choice(choice: str) -> str:
    return STRATEGIES[choice].title if choice in STRATEGIES else choice


def name_augmentation(strategy: str, chosen: str) -> str:
    """The augmentation that a choice comes to under a strategy."""
    if chosen != AUTO:
        return chosen
    return "none" if STRATEGIES[strategy].must_keep_features else DEFAULT_AUGMENTATION
