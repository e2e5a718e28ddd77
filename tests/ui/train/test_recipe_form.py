"""The form is drawn from the recipe's own table."""

import dataclasses

import pytest
from streamlit.testing.v1 import AppTest

from medapp.imaging.preprocess import Preprocess
from medapp.training.recipe.recipe import Recipe, build_recipe
from medapp.ui.train.recipe_form import APART, PRESETS


@pytest.mark.parametrize("name", PRESETS)
def test_each_preset_is_a_valid_recipe(name: str) -> None:
    assert build_recipe({"dataset": "any", **PRESETS[name].values}).dataset == "any"


def test_the_textbook_preset_is_the_textbook_recipe() -> None:
    recipe = build_recipe({"dataset": "any", **PRESETS["Textbook"].values})
    wanted = ("resnet50", "linear-probe", "adam", 0.001, 32, 224, 10)
    assert wanted == (
        recipe.source,
        recipe.strategy,
        recipe.optimiser,
        recipe.learning_rate,
        recipe.batch_size,
        recipe.image_size,
        recipe.epochs,
    )


def _draw_form() -> None:
    import streamlit as st

    from medapp.ui.train.recipe_form import draw_preprocess_form, draw_settings_form

    st.session_state["values"] = draw_settings_form(st.session_state.get("preset", "Fine-tune"))
    st.session_state["preprocess"] = draw_preprocess_form("p")


def test_an_untouched_form_gives_the_preset_and_the_defaults() -> None:
    app = AppTest.from_function(_draw_form).run()
    assert not app.exception
    values = {
        "dataset": "any",
        **app.session_state["values"],
        "preprocess": app.session_state["preprocess"],
    }
    assert build_recipe(values) == build_recipe({"dataset": "any", **PRESETS["Fine-tune"].values})
    assert set(app.session_state["values"]) == {f.name for f in dataclasses.fields(Recipe)} - set(
        APART
    )
    assert app.session_state["preprocess"] == Preprocess()


def test_what_has_no_effect_cannot_be_set_and_says_why() -> None:
    app = AppTest.from_function(_draw_form)
    app.session_state["preset"] = "Quick look"
    app.run()
    augmentation = app.selectbox(key="Quick look-augmentation-idle")
    assert augmentation.disabled
    assert "features once" in augmentation.help
    assert app.session_state["values"]["augmentation"] == "none"
    app.selectbox(key="Quick look-strategy").select("fine-tune").run()
    assert not app.selectbox(key="Quick look-augmentation").disabled
    assert app.session_state["values"]["augmentation"] == "light"


@pytest.mark.parametrize(
    ("optimiser", "shown"), [("adamw", "0.001 (default)"), ("sgd", "0.02 (default)")]
)
def test_a_rate_of_zero_shows_the_number_it_stands_for(optimiser: str, shown: str) -> None:
    app = AppTest.from_function(_draw_form).run()
    app.selectbox(key="Fine-tune-optimiser").select(optimiser).run()
    assert app.number_input(key="Fine-tune-learning_rate").placeholder == shown
    assert app.session_state["values"]["learning_rate"] == 0.0


def test_another_preset_starts_the_form_anew() -> None:
    app = AppTest.from_function(_draw_form).run()
    app.number_input(key="Fine-tune-epochs").set_value(3).run()
    assert app.session_state["values"]["epochs"] == 3
    app.session_state["preset"] = "Textbook"
    app.run()
    assert app.session_state["values"]["epochs"] == 10
