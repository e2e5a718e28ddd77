"""What `medapp doctor` says, and when it fails."""

import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import medapp
from medapp.cli.inspection import MIN_FREE_BYTES, build_report, find_server, list_missing
from medapp.store.workspace import Workspace


def run_doctor(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "medapp", "doctor", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def report(workspace: Workspace) -> dict[str, Any]:
    return build_report()


def test_report_is_one_json_value_and_nothing_is_missing(workspace: Workspace) -> None:
    done = run_doctor("--json")
    report = json.loads(done.stdout)
    assert (done.returncode, done.stderr, report["missing"]) == (0, "", [])
    assert report["medapp"]["version"] == medapp.__version__
    assert report["torch"]["version"] == torch.__version__
    assert report["packages"]["numpy"] == np.__version__
    assert report["torch"]["devices"][-1]["kind"] == "cpu"
    assert report["workspace"]["folder"] == str(workspace.root)
    free = shutil.disk_usage(workspace.root).free
    assert report["workspace"]["free_bytes"] == pytest.approx(free, rel=0.1)


def test_words_name_what_an_issue_needs(workspace: Workspace) -> None:
    words = run_doctor().stdout
    for item in ("PyTorch", "device", "bfloat16", "DICOM JPEG-LS", "free disk", "127.0.0.1"):
        assert item in words


def test_a_workspace_that_cannot_be_is_one_stated_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("MEDAPP_HOME", str(tmp_path / "file"))
    done = run_doctor("--json")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert str(tmp_path / "file") in done.stderr
    assert "MEDAPP_HOME" in done.stderr
    assert json.loads(done.stdout)["workspace"]["folder"] is None


@pytest.mark.parametrize(
    ("part", "values", "named"),
    [
        ("packages", {"pydicom": None, "numpy": "2.1.0"}, "pydicom"),
        ("torch", {"error": "OSError: libcudart.so.13"}, "libcudart.so.13"),
        ("decoders", [{"format": "JPEG", "is_there": False}], "JPEG"),
        ("workspace", {"error": None, "folder": "/w", "free_bytes": MIN_FREE_BYTES - 1}, "/w"),
    ],
)
def test_what_is_missing_is_named(
    report: dict[str, Any], part: str, values: object, named: str
) -> None:
    assert list(list_missing(report)) == []
    (sentence,) = list_missing({**report, part: values})
    assert named in sentence


def test_a_decoder_of_dicom_is_not_needed_but_said_how_to_get(report: dict[str, Any]) -> None:
    decoders = {d["format"]: d for d in report["decoders"]}
    assert decoders["DICOM RLE"]["is_there"]  # pydicom's own
    assert decoders["DICOM JPEG-LS"]["install"] == "pyjpegls"
    absent = [{**decoders["DICOM JPEG-LS"], "is_there": False}]
    assert list(list_missing({**report, "decoders": absent})) == []


def test_a_port_in_use_is_said() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        assert not find_server(port)["is_port_taken"]
        listener.listen()
        assert find_server(port)["is_port_taken"]


def test_help_is_out_without_torch() -> None:
    code = "import sys, medapp.cli; sys.exit('torch' in sys.modules or 'streamlit' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
