"""The form of a recipe, drawn from its groups: labels, choices, ranges, units and help stand there.

What a setting is called in `values` is its own name, which is one in all groups.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from medapp.data.preprocessing import load_preprocess
from medapp.data.samples import DataSet
from medapp.errors import RecipeError
from medapp.imaging.preprocess import Preprocess
from medapp.settings import find_choices, find_fact, find_range, write_value
from medapp.training.objectives.table import OBJECTIVES
from medapp.training.recipe.groups import AUTO
from medapp.training.recipe.machine import Machine
from medapp.training.recipe.names import Setting, list_settings
from medapp.training.recipe.recipe import DEFAULT_AUGMENTATION, Recipe, build_group
from medapp.training.strategies import STRATEGIES, find_default_rates, find_idle
from medapp.ui.shell.frame import escape
from medapp.ui.train.beginning import Beginning
from medapp.ui.train.faults import Faults

FIRST = (
    *("strategy", "epochs", "image_size", "batch_size", "augmentation", "early_stopping"),
    "folds",
)
# Drawn by the page, decided by the data set, or without a second choice.
APART = ("source", "architecture", "normalisation", "task", "fold", "adaptation_weight")
RATES = ("learning_rate", "backbone_rate")


def draw_settings_form(beginning: Beginning, faults: Faults) -> dict[str, Any]:
    """Draw all settings of a recipe but data, source and preprocessing; gives them by name.

    What has no effect beside the other choices is not asked. Another beginning starts anew.
    """
    settings = {setting.short: setting for setting in list_form_settings()}
    values: dict[str, Any] = {}
    _draw_settings([settings[name] for name in FIRST], beginning, values, faults)
    st.caption(STRATEGIES[values["strategy"]].help)
    with st.expander("Expert settings", icon=":material/tune:"):
        rest = [setting for name, setting in settings.items() if name not in FIRST]
        _draw_settings(rest, beginning, values, faults)
        idle = find_idle(values)
        # Asked beside the target (`further_sets`), and where folds are dealt.
        for name in ("adaptation_weight", "fold"):
            idle.pop(name, None)
        reasons = dict.fromkeys(idle.values())
        if reasons:
            st.caption(escape(f"Not asked: {' '.join(reasons)}"))
    return values


def list_form_settings() -> list[Setting]:
    """The settings of a recipe and of the machine that the form asks for."""
    preprocess = [name for name in Preprocess.model_fields if name not in FIRST]
    left_out = {*APART, *preprocess}
    found = [*list_settings(Recipe), *list_settings(Machine)]
    return [setting for setting in found if setting.short not in left_out]


def _draw_settings(
    settings: Sequence[Setting], beginning: Beginning, values: dict[str, Any], faults: Faults
) -> None:
    """Draw some settings, three in a row, and add the values of all.

    What has no effect beside what was chosen before is not asked, and keeps its default.
    """
    drawn = 0
    for setting in settings:
        name = setting.short
        if name in find_idle(values):
            values[name] = setting.field.default
            continue
        if drawn % 3 == 0:
            columns = st.columns(3, vertical_alignment="bottom")
        start = beginning.values.get(name, setting.field.default)
        with columns[drawn % 3]:
            stand_in = find_stand_in(name, values)
            values[name] = _draw_setting(setting, start, beginning.key, stand_in)
            faults.add_field(name, str(setting.field.title))
        drawn += 1


def find_stand_in(name: str, values: Mapping[str, Any]) -> str | None:
    """The number that a rate of 0 stands for; None for other settings."""
    if name not in RATES:
        return None
    rates = find_default_rates(values["strategy"], values["optimiser"])
    return f"{rates[RATES.index(name)]:g}"


def key_preprocess(data_set: DataSet) -> str:
    """What the keys of a data set's own settings from file to square begin with."""
    return f"preprocess-{data_set.uid}"


def draw_preprocess_form(key: str, start: Preprocess) -> Preprocess:
    """Draw the settings from file to square but the image size; gives all of them.

    Args:
        key: begins the keys of the fields; what is chosen under it is kept for the session.
        start: what the fields show until something else is chosen.
    """
    values: dict[str, Any] = {"image_size": start.image_size}
    for setting in list_settings_of_preprocess():
        values[setting.name] = _draw_setting(setting, getattr(start, setting.name), key)
    try:
        return build_group(Preprocess, values)
    except RecipeError as error:
        default = Preprocess.model_fields[error.setting].default
        st.error(escape(f"{error} Until then it is {default or 'left out'}."))
        return build_group(Preprocess, {**values, error.setting: default})


def find_preprocess(data_set: DataSet) -> Preprocess:
    """What was chosen from file to square on a data set's page, else what is kept with the set.

    Raises:
        RecipeError: a text that was typed there is no setting.
    """
    key = key_preprocess(data_set)
    start = load_preprocess(data_set)
    values: dict[str, Any] = {}
    for setting in list_settings_of_preprocess():
        kept = st.session_state.get(f"{key}-{setting.short}", getattr(start, setting.name))
        values[setting.name] = ", ".join(kept) if isinstance(kept, list) else kept
    return build_group(Preprocess, values)


def list_settings_of_preprocess() -> list[Setting]:
    """The settings from file to square but the image size."""
    fields = Preprocess.model_fields.items()
    return [Setting("preprocess", n, field) for n, field in fields if n != "image_size"]


def _draw_setting(setting: Setting, value: Any, key: str, stand_in: str | None = None) -> Any:
    """Draw one field; gives its value.

    Args:
        value: what the field shows until something else is chosen.
        key: begins the field's own key.
        stand_in: what 0 stands for, where that depends on other settings.
    """
    field = setting.field
    said: dict[str, Any] = {
        "help": field.description,
        "key": f"{key}-{setting.short}",
        "persist_state": "session",
    }
    label = _write_label(setting)
    choices = _list_choices(setting, value)
    if choices is not None:
        start = choices.index(value)
        return st.selectbox(label, choices, start, format_func=partial(write_value, field), **said)
    if setting.kind is bool:
        return st.toggle(label, value, **said)
    if find_fact(field, "suggestions"):
        return _draw_names(setting, value, said)
    low, high = (setting.kind(end) for end in find_range(field) or (0, 0))
    if setting.kind is int:
        said["step"] = find_fact(field, "step") or 1
    else:
        said |= {"step": find_fact(field, "step") or (0.5 if high > 1 else 0.01), "format": "%g"}
    # A 0 that stands for another number is an empty field that says which.
    shown = (value or None) if stand_in else value
    said["placeholder"] = f"{stand_in} (default)" if stand_in else None
    chosen = st.number_input(label, low, high, shown, **said)
    return setting.kind(chosen or 0) if stand_in else chosen


def _list_choices(setting: Setting, value: Any) -> list[str] | None:
    """The names that a field offers; None where it is free.

    An objective that learns from further data sets is not offered, as the form names one alone.
    """
    choices = find_choices(setting.field)
    if choices is None or setting.short != "objective":
        return None if choices is None else list(choices)
    return [name for name in choices if name == value or not OBJECTIVES[name].takes]


def _draw_names(setting: Setting, value: str, said: Mapping[str, Any]) -> str:
    """Draw a field of several names, of which some are offered and others can be typed."""
    label = _write_label(setting)
    chosen = [name for name in value.split(", ") if name]
    names = st.multiselect(
        label,
        list(dict.fromkeys([*find_fact(setting.field, "suggestions"), *chosen])),
        chosen,
        max_selections=find_fact(setting.field, "most"),
        accept_new_options=True,
        select_all=False,
        placeholder=write_value(setting.field, ""),
        **said,
    )
    return ", ".join(names)


def _write_label(setting: Setting) -> str:
    """The label with its unit, and what a 0 is called, such as "Threads (0 is all cores)"."""
    label = str(setting.field.title)
    unit = find_fact(setting.field, "unit") or ""
    words = find_fact(setting.field, "words") or {}
    has_zero = "0" in words and setting.short not in RATES
    # A unit in letters is told by the help where the label has more to say.
    facts = [unit] if unit and unit != label.lower() and not (has_zero and unit.isalpha()) else []
    if has_zero:
        facts.append(f"0 is {words['0']}")
    return f"{label} ({', '.join(facts)})" if facts else label


def name_augmentation(strategy: str, chosen: str) -> str:
    """The augmentation that a choice comes to under a strategy."""
    if chosen != AUTO:
        return chosen
    return "none" if STRATEGIES[strategy].must_keep_features else DEFAULT_AUGMENTATION
