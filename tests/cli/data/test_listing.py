"""`medapp data images` in the shell, and the same from Python."""

import json
from typing import Any

import pytest
from conftest import Trained
from typer.testing import CliRunner

from medapp.cli import app
from medapp.data.edits import RELABEL, Change
from medapp.errors import DataError, RunError
from medapp.session import Session


def list_in_shell(*args: str) -> str:
    words = ["data", "images", "bands", *args]
    result = CliRunner().invoke(app, words, env={"COLUMNS": "200"})
    if result.exception is not None:
        raise result.exception
    return result.stdout


def ask(*args: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(list_in_shell(*args, "--json"))
    return rows


def test_the_worst_judged_image_is_first_and_those_that_were_not_judged_are_last(
    trained: Trained,
) -> None:
    rows = ask("--judged-by", "probe")
    losses = [row["loss"] for row in rows if row["loss"] is not None]
    assert len(rows) == 32
    assert 0 < len(losses) < 32
    assert losses == sorted(losses, reverse=True)
    assert all(row["loss"] is None for row in rows[len(losses) :])
    assert all(row["split"] == "test" for row in rows[: len(losses)])
    back = ask("--judged-by", "probe", "--sort", "loss", "--reverse")
    assert [row["loss"] for row in back[: len(losses)]] == losses[::-1]
    assert all(row["loss"] is None for row in back[len(losses) :])
    text = list_in_shell("--judged-by", "probe", "--most", "2")
    assert f"bands: 32 images, {len(losses)} of them judged by probe." in text
    assert f"{losses[1]:.3f}" in text
    assert "and 30 more" in text


def test_images_that_were_judged_wrongly_can_be_asked_for_alone(trained: Trained) -> None:
    session = Session(trained.workspace)
    best = session.list_images("bands", "loss", "probe", is_reversed=True)[0]
    assert best.judgement is not None
    assert not best.judgement.is_wrong
    before = [row["image"] for row in ask("--judged-by", "probe", "--wrong")]
    label = next(c for c in session.find_data("bands").classes if c != best.sample.label)
    session.edit("bands", [Change(best.sample.id, RELABEL, label)])
    wrong = ask("--judged-by", "probe", "--wrong")
    assert [row["image"] for row in wrong] == [best.sample.name, *before]
    assert all(row["prediction"] != row["label"] for row in wrong)


def test_columns_sort_as_what_they_hold(trained: Trained) -> None:
    rows = ask("--sort", "height")
    assert [row["value"] for row in rows] == [32] * 16 + [40] * 16
    assert [row["label"] for row in ask("--sort", "class", "--reverse")] == (
        ["below"] * 16 + ["above"] * 16
    )
    assert ask("--sort", "NAME")[0]["image"] == "above/p00.png"
    splits = [row["split"] for row in ask("--sort", "split")]
    assert splits == sorted(splits, key=["train", "validation", "test"].index)


def test_what_a_sort_needs_is_said(trained: Trained) -> None:
    with pytest.raises(DataError, match="cannot be sorted by 'age'"):
        ask("--sort", "age")
    with pytest.raises(DataError, match="By which run is not said"):
        ask("--sort", "loss")
    with pytest.raises(DataError, match=r"has not been measured.*Run the audit first"):
        ask("--sort", "unlike the rest")
    with pytest.raises(RunError, match="There is no run 'prob'"):
        ask("--judged-by", "prob")
