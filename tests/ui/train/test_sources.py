"""What a run starts from, as the form asks for it."""

from streamlit.testing.v1 import AppTest


def _draw_form() -> None:
    import streamlit as st

    from medapp.training.recipe.presets import PRESETS
    from medapp.ui.train.beginning import Beginning
    from medapp.ui.train.faults import Faults
    from medapp.ui.train.sources import draw_source_form

    preset = st.session_state.get("preset", "balanced")
    values = {**PRESETS[preset].values, **st.session_state.get("asked", {})}
    beginning = Beginning(preset, False, values)
    found = draw_source_form(beginning, Faults())
    st.session_state["source"] = found["source"]
    st.session_state["normalisation"] = found["normalisation"]


def test_the_bundled_backbone_is_the_first_choice_and_is_left_to_the_recipe(
    workspace: object,
) -> None:
    app = AppTest.from_function(_draw_form).run()
    assert app.session_state["source"] == "auto"
    assert app.selectbox[0].value == "bundled"


def test_from_scratch_leaves_no_choice(workspace: object) -> None:
    app = AppTest.from_function(_draw_form)
    app.session_state["preset"] = "from-scratch"
    app.run()
    assert app.session_state["source"] == "auto"
    assert app.selectbox[0].disabled
    assert "random weights" in app.selectbox[0].help


def test_a_strategy_chosen_by_hand_counts_before_the_preset(workspace: object) -> None:
    app = AppTest.from_function(_draw_form)
    app.session_state["balanced-strategy"] = "scratch"
    app.run()
    assert app.selectbox[0].disabled


def test_random_weights_for_a_strategy_that_could_transfer_are_said(workspace: object) -> None:
    app = AppTest.from_function(_draw_form).run()
    app.selectbox[0].select("none").run()
    assert app.session_state["source"] == "none"


def test_a_file_that_is_not_named_is_nothing_else(workspace: object) -> None:
    app = AppTest.from_function(_draw_form)
    app.session_state["balanced-source"] = "file"
    app.run()
    assert app.session_state["source"] == ""
    app.text_input[0].set_value(" /models/mine.pth").run()
    assert app.session_state["source"] == "/models/mine.pth"


def test_what_an_earlier_run_started_from_is_chosen(workspace: object) -> None:
    for asked, chosen, field in (
        ("/models/mine.pth", "file", "/models/mine.pth"),
        ("run:20260101", "run:20260101", None),
        ("resnet50", "resnet50", None),
    ):
        app = AppTest.from_function(_draw_form)
        app.session_state["asked"] = {"source": asked}
        app.run()
        assert app.selectbox[0].value == chosen
        assert app.session_state["source"] == asked
        assert [text.value for text in app.text_input] == ([field] if field else [])


def test_how_a_files_images_were_is_asked_and_goes_with_the_file(workspace: object) -> None:
    app = AppTest.from_function(_draw_form)
    app.session_state["asked"] = {"source": "/m.pth", "normalisation": "minus-one-to-one"}
    app.run()
    assert app.session_state["normalisation"] == "minus-one-to-one"
    asked = next(box for box in app.selectbox if box.label == "Its images were")
    asked.select("torchxrayvision").run()
    assert app.session_state["normalisation"] == "torchxrayvision"
    # The bundled backbone is not fed as the file was.
    app.selectbox[0].select("bundled").run()
    assert app.session_state["normalisation"] == "auto"
