"""Below the list of models: what of the best test figure is luck."""

import shutil

import pytest
from conftest import Trained
from ui.test_pages import (
    _one_server_a_test,  # noqa: F401
    open_page,
    read_text,
)

from medapp.session import Session
from medapp.ui.compare import luck


def test_the_list_says_what_chance_adds_to_the_best(trained: Trained) -> None:
    run = Session(trained.workspace).find_run(trained.run)
    twin = run.folder.parent / f"{run.id[:-3]}777"
    shutil.copytree(run.folder, twin)
    (twin / "name.txt").write_text("<twin>")
    text = read_text(open_page("models")).replace("\\", "")
    assert "Were these 2 models equally good, the best would still say" in text


def test_one_model_has_no_luck(trained: Trained) -> None:
    assert "equally good" not in read_text(open_page("models"))


def test_many_predictions_are_read_on_a_click(
    trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(luck, "AT_ONCE", 1)
    run = Session(trained.workspace).find_run(trained.run)
    shutil.copytree(run.folder, run.folder.parent / f"{run.id[:-3]}777")
    app = open_page("models")
    assert "equally good" not in read_text(app)
    app.toggle[0].set_value(True).run()
    assert "Were these 2 models equally good" in read_text(app)
