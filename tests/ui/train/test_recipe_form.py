"""The form is drawn from the recipe's groups."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from medapp.imaging.preprocess import Preprocess
from medapp.training.recipe import build_settings
from medapp.training.recipe.presets import PRESETS
from medapp.ui.train.recipe_form import list_form_settings


def _draw_form() -> None:
    import streamlit as st

    from medapp.imaging.preprocess import Preprocess
    from medapp.training.recipe.presets import PRESETS
    from medapp.ui.train.beginning import Beginning
    from medapp.ui.train.faults import Faults
    from medapp.ui.train.recipe_form import draw_preprocess_form, draw_settings_form

    preset = st.session_state.get("preset", "balanced")
    if preset:
        beginning = Beginning(preset, False, PRESETS[preset].values)
        values = draw_settings_form(beginning, Faults())
        st.session_state["values"] = values
        start = Preprocess(image_size=values["image_size"])
        st.session_state["preprocess"] = draw_preprocess_form("p", start)


def list_keys(app: AppTest) -> set[str]:
    return {str(field.key) for field in [*app.selectbox, *app.number_input, *app.toggle]}


@pytest.mark.parametrize("preset", PRESETS)
def test_an_untouched_form_gives_the_preset_and_the_defaults(preset: str) -> None:
    app = AppTest.from_function(_draw_form)
    app.session_state["preset"] = preset
    app.run()
    assert not app.exception
    values = app.session_state["values"]
    assert set(values) == {setting.short for setting in list_form_settings()}
    asked = dict(PRESETS[preset].values)
    source = asked.pop("source", "auto")
    found = build_settings({"data": "any", **values, "source": source})
    assert found == build_settings({"data": "any", **asked, "source": source})
    assert app.session_state["preprocess"] == Preprocess(image_size=values["image_size"])


def test_what_has_no_effect_is_not_asked_and_says_why() -> None:
    app = AppTest.from_function(_draw_form)
    app.session_state["preset"] = "quick-look"
    app.run()
    assert "quick-look-augmentation" not in list_keys(app)
    assert any("features once" in caption.value for caption in app.caption)
    assert app.session_state["values"]["augmentation"] == "auto"
    app.selectbox(key="quick-look-strategy").select("fine-tune").run()
    app.selectbox(key="quick-look-augmentation").select("strong").run()
    assert app.session_state["values"]["augmentation"] == "strong"
    app.selectbox(key="quick-look-strategy").select("linear-probe").run()
    assert app.session_state["values"]["augmentation"] == "auto"
    app.selectbox(key="quick-look-strategy").select("fine-tune").run()
    assert app.session_state["values"]["augmentation"] == "strong"


@pytest.mark.parametrize(
    ("optimiser", "shown"),
    [("adamw", "0.001 (default)"), ("sgd", "0.02 (default)")],
)
def test_a_rate_of_zero_shows_the_number_it_stands_for(optimiser: str, shown: str) -> None:
    app = AppTest.from_function(_draw_form).run()
    app.selectbox(key="balanced-optimiser").select(optimiser).run()
    assert app.number_input(key="balanced-learning_rate").placeholder == shown
    assert app.session_state["values"]["learning_rate"] == 0.0


def test_a_label_says_what_zero_is() -> None:
    app = AppTest.from_function(_draw_form).run()
    field = app.number_input(key="balanced-early_stopping")
    assert (field.label, field.value) == ("Early stopping (0 is off)", 0)
    assert app.number_input(key="balanced-threads").label == "Threads (0 is all cores)"
    assert app.number_input(key="p-percentile_clip").label == "Percentile clip (%, 0 is off)"
    assert app.number_input(key="balanced-epochs").label == "Epochs"
    assert app.number_input(key="balanced-learning_rate").label == "Learning rate"


def test_another_preset_starts_the_form_anew_and_the_first_one_is_as_it_was_left() -> None:
    app = AppTest.from_function(_draw_form).run()
    app.number_input(key="balanced-epochs").set_value(3).run()
    app.number_input(key="p-clahe").set_value(2.0).run()
    for preset, epochs in (("textbook", 10), ("", None), ("balanced", 3)):
        values: dict[str, Any] = {}
        app.session_state["preset"] = preset
        app.session_state["values"] = values
        app.run()
        assert app.session_state["values"].get("epochs") == epochs
    assert app.session_state["preprocess"].clahe == 2.0
