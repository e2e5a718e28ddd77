"""What a run starts from, as the form asks for it."""

from streamlit.testing.v1 import AppTest


def _draw_form() -> None:
    import streamlit as st

    from medapp.ui.train.sources import draw_source_form

    preset = st.session_state.get("preset", "fine-tune")
    st.session_state["source"] = draw_source_form(preset)["source"]


def test_the_bundled_backbone_is_the_first_choice(workspace: object) -> None:
    app = AppTest.from_function(_draw_form).run()
    assert app.session_state["source"] == "bundled"


def test_from_scratch_leaves_no_choice(workspace: object) -> None:
    app = AppTest.from_function(_draw_form)
    app.session_state["preset"] = "from-scratch"
    app.run()
    assert app.session_state["source"] == "none"
    assert app.selectbox[0].disabled
    assert "random weights" in app.selectbox[0].help


def test_a_strategy_chosen_by_hand_counts_before_the_preset(workspace: object) -> None:
    app = AppTest.from_function(_draw_form)
    app.session_state["fine-tune-strategy"] = "scratch"
    app.run()
    assert app.session_state["source"] == "none"


def test_a_file_that_is_not_named_is_nothing_else(workspace: object) -> None:
    app = AppTest.from_function(_draw_form)
    app.session_state["fine-tune-source"] = "file"
    app.run()
    assert app.session_state["source"] == ""
    app.text_input[0].set_value("/models/mine.pth").run()
    assert app.session_state["source"] == "/models/mine.pth"
