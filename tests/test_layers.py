"""What import-linter cannot hold: names that say something, and what stays cheap to import."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SAYS_NOTHING = re.compile(r"(utils?|helpers?|common|misc|managers?)(\.py)?")


def test_layers_and_circles_are_as_pyproject_says() -> None:
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "module",
    [
        "medapp",
        "medapp.cli",
        "medapp.data.pixels",
        "medapp.runs.plan",
        "medapp.runs.registry",
        "medapp.runs.results",
        "medapp.runs.supervisor",
        "medapp.training.recipe",
        "medapp.training.objectives.table",
        "medapp.models.architectures",
        "medapp.figures",
        "medapp.reports.bundle",
        "medapp.reports.verify",
    ],
)
def test_what_lists_shows_or_stores_does_without_torch(module: str) -> None:
    program = f"import sys, {module}; print(*{{'torch', 'streamlit'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


def test_no_name_says_nothing() -> None:
    paths = [path for path in (ROOT / "medapp").rglob("*") if path.suffix in ("", ".py")]
    assert [path for path in paths if SAYS_NOTHING.fullmatch(path.name)] == []
