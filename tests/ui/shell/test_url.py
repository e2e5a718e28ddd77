"""A page's state in its address: strangers and nonsense are ignored."""

import pytest
from streamlit.testing.v1 import AppTest


def _read() -> None:
    import streamlit as st

    from medapp.ui.shell import url

    st.session_state["read"] = (
        url.read_number("n"),
        url.read_choice("c", ["a", "b"]),
        url.read_text("t"),
    )


def _bind() -> None:
    import streamlit as st

    from medapp.ui.shell import url

    choices = ["all", "a", "b"]
    current = url.read_choice("c", choices) or "all"
    st.selectbox("Choice", choices, choices.index(current), **url.bind("c", "all", ["page"]))


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"n": "7", "c": "a", "t": " x "}, (7, "a", "x")),
        ({"n": "-7", "c": "c", "other": "1"}, (None, None, "")),
        ({"n": "²", "c": "", "t": "x" * 201}, (None, None, "")),
        ({"n": "9" * 30}, (None, None, "")),
    ],
)
def test_only_what_makes_sense_is_read(
    given: dict[str, str], read: tuple[int | None, str | None, str]
) -> None:
    app = AppTest.from_function(_read)
    for name, value in given.items():
        app.query_params[name] = value
    assert app.run().session_state["read"] == read


def test_a_bound_widget_shows_the_address_writes_it_and_drops_what_no_longer_fits() -> None:
    app = AppTest.from_function(_bind)
    app.query_params["c"], app.query_params["page"] = "b", "3"
    app.run()
    assert app.selectbox[0].value == "b"
    app.selectbox[0].select("a").run()
    assert app.query_params["c"] in ("a", ["a"])
    assert "page" not in app.query_params
    app.selectbox[0].select("all").run()
    assert "c" not in app.query_params


def test_back_which_changes_the_address_alone_changes_the_widget() -> None:
    app = AppTest.from_function(_bind).run()
    app.selectbox[0].select("a").run()
    app.query_params["c"] = "b"
    assert app.run().selectbox[0].value == "b"
