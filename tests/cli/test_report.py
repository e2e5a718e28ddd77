"""`medapp report` and `medapp verify`: what is written, what is said, and the exit status."""

import json
import zipfile
from pathlib import Path

from conftest import Trained
from typer.testing import CliRunner

from medapp.cli import app


def test_a_record_is_written_and_holds(trained: Trained, tmp_path: Path) -> None:
    runner = CliRunner()
    done = runner.invoke(app, ["report", trained.run, "--to", str(tmp_path / "record")])
    assert done.exit_code == 0, done.output
    names = ["report.html", "report.md", "bundle.zip"]
    assert done.stdout.split() == [str(tmp_path / "record" / name) for name in names]
    bundle = tmp_path / "record" / "bundle.zip"
    said = runner.invoke(app, ["verify", str(bundle)])
    assert said.exit_code == 0
    assert "Nothing differs." in said.stdout
    assert "What no bundle can show" in said.stdout
    found = json.loads(runner.invoke(app, ["verify", str(bundle), "--json"]).stdout)
    assert found["holds"]
    assert (found["run"], found["data_set"]) == ("probe", "bands")


def test_what_differs_ends_with_status_1(trained: Trained, tmp_path: Path) -> None:
    runner = CliRunner()
    bundle = tmp_path / "bundle.zip"
    assert runner.invoke(app, ["report", trained.run, "--to", str(bundle)]).exit_code == 0
    with zipfile.ZipFile(bundle, "a") as archive:
        archive.writestr("more.txt", "added")
    done = runner.invoke(app, ["verify", str(bundle)])
    assert done.exit_code == 1
    assert "DIFFERS" in done.stdout
    assert "more.txt" in done.stdout
    assert "not what it says: files" in done.stderr


def test_one_patients_images_are_reported(trained: Trained, tmp_path: Path) -> None:
    image = next(trained.folder.glob("above/*.png"))
    to = tmp_path / "out"
    asked = ["report", trained.run, "--image", str(image), "--image", str(image), "--to", str(to)]
    done = CliRunner().invoke(app, [*asked, "--patient", "Patient 7", "--json"])
    assert done.exit_code == 0, done.output
    files = json.loads(done.stdout)["files"]
    assert files == [str(to / "patient.html"), str(to / "patient.md")]
    assert Path(files[1]).read_text("utf-8").startswith("# Patient 7")
