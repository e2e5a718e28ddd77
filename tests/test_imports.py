"""What only lists, shows or stores starts without torch: it would cost seconds."""

import subprocess
import sys

import pytest
from conftest import Trained

HEAVY = ("torch", "torchvision", "lightning_fabric", "pytorch_grad_cam", "streamlit", "plotly")
SHELL = "from medapp.cli import app; app({arguments!r}, standalone_mode=False)"


def list_heavy(code: str) -> list[str]:
    """The heavy packages that a fresh Python has after some code."""
    said = f"import sys\n{code}\nprint([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    found: list[str] = eval(done.stderr.strip().splitlines()[-1])
    return found


def test_the_package_is_light() -> None:
    assert list_heavy("import medapp") == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["train", "--help"],
        ["predict", "--help"],
        ["data", "list"],
        ["data", "show", "bands"],
        ["runs", "list"],
        ["runs", "show", "probe"],
        ["backbones", "list"],
    ],
    ids=" ".join,
)
def test_a_command_that_only_lists_is_light(trained: Trained, arguments: list[str]) -> None:
    assert trained.run == "probe"
    assert list_heavy(SHELL.format(arguments=arguments)) == []


def test_pages_draw_before_torch_is_there() -> None:
    pages = "import medapp.ui.models.page, medapp.ui.predict.choice, medapp.ui.data_sets.page"
    assert [m for m in list_heavy(pages) if m not in ("streamlit", "plotly")] == []
