"""`medapp runs export --bundle` and `medapp bundle check`."""

import json
import zipfile
from pathlib import Path

from conftest import Trained, write_bands
from typer.testing import CliRunner

from medapp.cli import app
from medapp.runs.registry import find_registry


def runs(trained: Trained) -> list[str]:
    return [run.name for run in find_registry(trained.workspace).list_summaries()]


def test_a_bundle_is_checked_on_our_own_images(trained: Trained, tmp_path: Path) -> None:
    runner = CliRunner()
    bundle = str(tmp_path / "bundle.zip")
    sent = runner.invoke(app, ["runs", "export", trained.run, "--bundle", "--to", bundle])
    assert sent.exit_code == 0, sent.output
    assert "no row of any image" in " ".join(sent.stdout.split())
    ours = write_bands(tmp_path / "ours", 40, seed=7)
    assert runner.invoke(app, ["data", "add", str(ours), "--name", "ours"]).exit_code == 0
    asked = ["bundle", "check", bundle, "--data", "ours"]
    told = runner.invoke(app, [*asked, "--floor", "0.6"])
    assert told.exit_code == 0, told.output
    assert told.stdout.startswith("YES. AUROC here")
    assert "at home" in told.stdout
    taken = set(runs(trained))
    kept = runner.invoke(app, [*asked, "--json", "--save", "fitted"])
    assert kept.exit_code == 0, kept.exception
    found = json.loads(kept.stdout)
    # The zip was taken in once, and this time the fitted copy came.
    assert set(runs(trained)) - taken == {"fitted"}
    assert found["saved"] == "fitted"
    assert found["decision"]["verdict"] in ("yes", "label more")
    assert found["decision"]["floor"] == max(0.5, found["home"]["macro_auroc"] - 0.1)
    again = runner.invoke(app, ["bundle", "check", "fitted", "--data", "ours"])
    assert again.exit_code == 1
    assert isinstance(again.exception, Exception)


def test_a_bundle_holds_no_names(trained: Trained, tmp_path: Path) -> None:
    asked = ["runs", "export", trained.run, "--bundle", "--with-names", "--to"]
    assert CliRunner().invoke(app, [*asked, str(tmp_path / "b.zip")]).exit_code == 2


def test_a_bundle_can_hold_a_graph_too(trained: Trained, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.zip"
    asked = ["runs", "export", trained.run, "--bundle", "--onnx", "--to", str(bundle)]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.exception
    with zipfile.ZipFile(bundle) as archive:
        names = {name for name in archive.namelist() if name.startswith("onnx/")}
        assert names == {"onnx/model.onnx", "onnx/model.json", "onnx/ask.py"}
        card = json.loads(archive.read("onnx/model.json"))
    assert card["classes"] == ["above", "below"]
    taken = CliRunner().invoke(app, ["runs", "import", str(bundle), "--json"])
    assert json.loads(taken.stdout)["state"] == "done"
