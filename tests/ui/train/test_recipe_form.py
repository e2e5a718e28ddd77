"""The form is drawn from the recipe's groups."""

import pytest
from streamlit.testing.v1 import AppTest

from medapp.imaging.preprocess import Preprocess
from medapp.training.recipe import build_settings
from medapp.training.recipe.presets import PRESETS
from medapp.ui.train.recipe_form import list_form_settings


def _draw_form() -> None:
    import streamlit as st

    from medapp.ui.train.recipe_form import draw_preprocess_form, draw_settings_form

    values = draw_settings_form(st.session_state.get("preset", "fine-tune"))
    st.session_state["values"] = values
    st.session_state["preprocess"] = draw_preprocess_form("p", values["image_size"])


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


def test_what_has_no_effect_cannot_be_set_and_says_why() -> None:
    app = AppTest.from_function(_draw_form)
    app.session_state["preset"] = "quick-look"
    app.run()
    augmentation = app.selectbox(key="quick-look-augmentation-idle")
    assert augmentation.disabled
    assert augmentation.value == "none"
    assert "features once" in augmentation.help
    assert app.session_state["values"]["augmentation"] == "auto"
    app.selectbox(key="quick-look-strategy").select("fine-tune").run()
    assert not app.selectbox(key="quick-look-augmentation").disabled
    assert app.session_state["values"]["augmentation"] == "auto"


@pytest.mark.parametrize(
    ("optimiser", "shown"), [("adamw", "0.001 (default)"), ("sgd", "0.02 (default)")]
)
def test_a_rate_of_zero_shows_the_number_it_stands_for(optimiser: str, shown: str) -> None:
    app = AppTest.from_function(_draw_form).run()
    app.selectbox(key="fine-tune-optimiser").select(optimiser).run()
    assert app.number_input(key="fine-tune-learning_rate").placeholder == shown
    assert app.session_state["values"]["learning_rate"] == 0.0


def test_another_preset_starts_the_form_anew() -> None:
    app = AppTest.from_function(_draw_form).run()
    app.number_input(key="fine-tune-epochs").set_value(3).run()
    assert app.session_state["values"]["epochs"] == 3
    app.session_state["preset"] = "textbook"
    app.run()
    assert app.session_state["values"]["epochs"] == 10
