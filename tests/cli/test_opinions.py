"""`medapp predict --again --siblings`: beside an answer, and not where there is none."""

import json

from conftest import Trained
from typer.testing import CliRunner

from medapp.cli import app
from medapp.runs.making import find_run
from medapp.runs.split_table import load_split


def test_a_second_opinion_and_siblings_stand_beside_an_answer(trained: Trained) -> None:
    image = str(trained.folder / "above" / "p00.png")
    asked = ["predict", trained.run, image, "--answer-all", "--again", "--siblings"]
    (row,) = json.loads(CliRunner().invoke(app, [*asked, "--json"]).stdout)
    opinion = row["second_opinion"]
    assert opinion["label"] == row["label"]
    assert 0 <= opinion["same"] <= opinion["times"] == 12
    assert opinion["lowest"] <= opinion["highest"]
    run = find_run(trained.workspace, trained.run)
    learned = {
        row["name"]
        for row in load_split(run.folder / "split.parquet", run.name)
        if row["split"] == "train"
    }
    assert set(row["siblings"]) == {"above", "below"}
    for name, nearest in row["siblings"].items():
        assert {one["image"] for one in nearest} <= learned
        assert all(one["image"].startswith(f"{name}/") for one in nearest)
        distances = [one["distance"] for one in nearest]
        assert distances == sorted(distances)
    said = " ".join(CliRunner().invoke(app, asked).stdout.split())
    assert "slightly changed copies" in said
    assert "nearest of above:" in said


def test_what_cannot_be_read_has_neither(trained: Trained) -> None:
    broken = trained.workspace.root / "broken.png"
    broken.write_bytes(b"nothing")
    asked = ["predict", trained.run, str(broken), "--again", "--siblings", "--json"]
    (row,) = json.loads(CliRunner().invoke(app, asked).stdout)
    assert (row["second_opinion"], row["siblings"]) == (None, None)
