"""Names, identifiers and dates planted in DICOM headers are found nowhere afterwards.

Not on disk, on a page, in what a command prints, in logs, or in what leaves the machine.
"""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from planting import find_planted, plant, write_dicom

from medapp.imaging.image import read_image

# Commands one after the other in one process, so that torch is imported once.
SHELL = """
import json, sys
from medapp.cli import main
for arguments, status in json.loads(sys.argv[1]):
    sys.argv = ["medapp", *arguments]
    try:
        main()
    except SystemExit as end:
        assert (end.code or 0) == status, (arguments, end.code)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twenty-four files that can be read in two classes, and one whose number of frames is text."""
    root = tmp_path / "hospital"
    for seed in range(24):
        write_dicom(root / "ab"[seed % 2] / f"IM{seed:02d}", seed, 150 * (seed % 2))
    return root


def test_planted_words_are_found_nowhere(folder: Path, tmp_path: Path) -> None:
    assert len(plant()[1]) > 50
    first = next(folder.rglob("IM*")).read_bytes()
    assert find_planted(first) == plant()[1]
    home = tmp_path / "home"
    packed = tmp_path / "disc.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in folder.rglob("IM*"):
            archive.write(file, file.relative_to(folder))
    out = tmp_path / "out"
    out.mkdir()
    commands = [
        ["data", "add", str(folder), "--name", "placed"],
        ["data", "add", str(packed), "--name", "copied"],
        ["data", "show", "placed", "--json"],
        ["data", "audit", "placed", "--json"],
        ["data", "fingerprint", "placed", "--to", str(out / "prints.parquet")],
        ["train", "--data", "copied", "--strategy", "linear-probe", "--image-size", "32"],
        ["runs", "list", "--json"],
        ["predict", "Linear probe on copied", str(folder / "a"), "--json", "--cam", str(out)],
        ["runs", "export", "Linear probe on copied", "--to", str(out / "run.zip")],
    ]
    # No value of a column is left, and the refusal names the columns alone.
    refused = ["data", "add", str(folder), "--layout", "header:view"]
    printed = run(home, [*((command, 0) for command in commands), (refused, 1)])
    assert b'"placed"' in printed
    shown = [str(read_image(path)) for path in folder.rglob("IM*")]
    for text in (printed, *(text.encode() for text in shown)):
        assert find_planted(text) == []
    with zipfile.ZipFile(out / "run.zip") as exported:
        assert all(find_planted(exported.read(member)) == [] for member in exported.namelist())
    files = [path for root in (home, out) for path in root.rglob("*") if path.is_file()]
    assert len(files) > 30
    assert [(path, found) for path in files if (found := find_planted(path.read_bytes()))] == []


def run(home: Path, commands: list[tuple[list[str], int]]) -> bytes:
    """What commands of a shell print, on both their ways out; each must end with its status."""
    environment = {**os.environ, "MEDAPP_HOME": str(home)}
    asked = [sys.executable, "-c", SHELL, json.dumps(commands)]
    done = subprocess.run(asked, capture_output=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr
