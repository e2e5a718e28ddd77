"""What `pip install medapp` brings: the whole app and nothing of the workshop."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ("app.py", "pages", "assets", ".streamlit")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("medapp-*.whl")
    return path


def list_files(folder: Path) -> set[str]:
    """Files below a folder of the checkout, from its top level."""
    files = [folder] if folder.is_file() else [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(ROOT).as_posix()) for path in files if path.suffix != ".pyc"}


def test_the_whole_app_travels_in_the_wheel_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    shipped = {f"medapp/shipped/{file}" for name in SHIPPED for file in list_files(ROOT / name)}
    assert names == list_files(ROOT / "medapp") | shipped


def test_what_the_app_cannot_do_without_is_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {
        "medapp/py.typed",
        "medapp/shipped/.streamlit/config.toml",
        "medapp/shipped/app.py",
        "medapp/shipped/assets/style.css",
        "medapp/shipped/assets/weights/resnet18-tiny-imagenet.safetensors",
        "medapp/shipped/pages/home.py",
        "medapp/ui/elements/uplot/LICENSE",
    } <= set(names)


def test_the_files_of_a_wheel_are_found(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    code = "from medapp.store import shipped as s; print(s.APP, s.ASSETS, s.SETTINGS, sep='\\n')"
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    folder = tmp_path / "medapp" / "shipped"
    expected = [folder / "app.py", folder / "assets", folder / ".streamlit" / "config.toml"]
    assert [Path(line) for line in found.stdout.splitlines()] == expected
    assert all(path.exists() for path in expected)
