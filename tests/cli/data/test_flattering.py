"""`medapp data flatter` says what a leak is worth."""

import json
from pathlib import Path

from conftest import draw_picture
from PIL import Image
from typer.testing import CliRunner

from medapp.cli import app
from medapp.data.importing.adding import add_folder
from medapp.store.workspace import Workspace


def add_set(workspace: Workspace, root: Path, is_leaky: bool) -> None:
    for i in range(24):
        for split, seed in (("train", i), ("test", i if i < 4 and is_leaky else 100 + i)):
            path = root / "set" / split / "ab"[i % 2] / f"{i:02d}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(draw_picture(seed, 40, 40)).save(path)
    add_folder(workspace, root / "set")


def test_both_figures_stand_beside_each_other(workspace: Workspace, tmp_path: Path) -> None:
    add_set(workspace, tmp_path, is_leaky=True)
    result = CliRunner().invoke(app, ["data", "flatter", "set", "--json"])
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert said["moved"] == 4
    assert {figure["name"] for figure in said["figures"]} == {"AUROC", "Balanced accuracy"}
    for figure in said["figures"]:
        low, high = figure["difference"]["interval"]
        assert low <= figure["difference"]["value"] <= high
        difference = figure["standing"]["value"] - figure["clean"]["value"]
        assert abs(figure["difference"]["value"] - difference) < 1e-12


def test_without_a_leak_nothing_flatters(workspace: Workspace, tmp_path: Path) -> None:
    add_set(workspace, tmp_path, is_leaky=False)
    result = CliRunner().invoke(app, ["data", "flatter", "set"])
    assert result.exit_code == 0, result.output
    assert "nothing flatters in this way" in " ".join(result.stdout.split())
