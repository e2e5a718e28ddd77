"""`medapp data add` says which CT windows are suggested, and keeps those that are asked for."""

from pathlib import Path

import numpy as np
from make_dicom import build_dicom
from typer.testing import CliRunner

from medapp.cli import app
from medapp.data.catalog import Catalog
from medapp.data.preprocessing import load_preprocess
from medapp.store.workspace import Workspace

SAID = "CT of the head: windows brain, bone are suggested as channels."


def run(*words: str) -> str:
    result = CliRunner().invoke(app, ["data", "add", *words])
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def test_windows_are_suggested_and_kept(workspace: Workspace, tmp_path: Path) -> None:
    for number in range(6):
        path = tmp_path / "ct" / "ab"[number % 2] / f"IM{number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        values = np.random.default_rng(number).integers(-1000, 400, (16, 16)).astype(np.int16)
        facts = {"Modality": "CT", "BodyPartExamined": "HEAD", "PatientID": f"H{number}"}
        path.write_bytes(build_dicom(values, RescaleSlope=1, RescaleIntercept=0, **facts))
    folder = str(tmp_path / "ct")
    looked = run(folder, "--dry-run")
    assert SAID in looked
    assert "To keep them: --windows 'brain, bone'" in looked
    added = run(folder, "--windows", "brain,bone")
    assert SAID in added
    assert "medapp train --data 'ct' --set windows='brain, bone'" in added
    assert load_preprocess(Catalog(workspace).find_data_set("ct")).windows == "brain, bone"
