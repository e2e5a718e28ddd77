"""What somebody types, or an address says, ends in words and never in a traceback."""

import pytest
from conftest import Trained
from ui.test_pages import _one_server_a_test, open_page  # noqa: F401 - a fixture

from medapp.runs.making import find_run

ODD_FOLDERS = (
    "~nouser/x",
    "/proc/self",
    "/dev/null",
    "/nowhere",
    "a\0b",
    "x" * 300,
    "/" + "y" * 900,
    "*",
    "![x](http://evil.example/a.png)",
)


@pytest.mark.parametrize("folder", ODD_FOLDERS)
def test_an_odd_folder_to_predict_is_refused_in_words(trained: Trained, folder: str) -> None:
    app = open_page("predict", **{"from": "A folder on this machine", "folder": folder})
    next(b for b in app.button if b.label == "Predict all images in it").click().run()
    assert not app.exception, app.exception
    assert app.error


@pytest.mark.parametrize("folder", ODD_FOLDERS)
def test_an_odd_folder_to_add_is_refused_in_words(trained: Trained, folder: str) -> None:
    app = open_page("data_sets", add="folder")
    next(t for t in app.text_input if t.label == "Path").set_value(folder).run()
    assert not app.exception, app.exception
    button = next((b for b in app.button if b.label in ("Look", "Look again")), None)
    if button is not None and not button.disabled:
        button.click().run()
    assert not app.exception, app.exception
    assert app.error


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b", "a\x1b[31m", "a\nb", " "])
def test_an_odd_name_is_refused_in_words(trained: Trained, name: str) -> None:
    for page, parameters in (
        ("data_sets", {"set": "1", "view": "Manage"}),
        ("models", {"model": find_run(trained.workspace, "probe").id, "show": "Manage"}),
    ):
        app = open_page(page, **parameters)
        next(t for t in app.text_input if t.label == "Name").set_value(name).run()
        assert not app.exception, app.exception
        assert app.error
        assert next(b for b in app.button if b.label == "Rename").disabled
