"""What leads to a first model, on each page that lacks one."""

import shutil

import pytest
from conftest import Trained
from ui.test_pages import _one_server_a_test, find_button, open_page  # noqa: F401

from medapp.store.workspace import Workspace


@pytest.mark.parametrize("file", ["models", "predict", "compare"])
def test_where_there_are_images_training_on_them_comes_first(trained: Trained, file: str) -> None:
    for folder in trained.workspace.runs_folder.iterdir():
        if folder.is_dir():
            shutil.rmtree(folder)
    app = open_page(file)
    labels = [button.label for button in app.button]
    assert labels.index("Train a model") < labels.index("Try it on phantom images")
    find_button(app, "Train a model").click().run()
    assert not app.exception, app.exception
    assert app.title[0].value == "Train a model"


@pytest.mark.parametrize("file", ["models", "predict", "compare"])
def test_an_empty_workspace_has_the_phantom_alone(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    monkeypatch.setenv("MEDAPP_HOME", str(workspace.root))
    labels = [button.label for button in open_page(file).button]
    assert "Try it on phantom images" in labels
    assert "Train a model" not in labels
