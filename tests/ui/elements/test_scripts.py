"""The scripts of the elements: as one text they are whole, and their logic passes its own tests."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from medapp.ui.elements import read_script

HERE = Path(__file__).parent
ELEMENTS = (
    *("arrival.js", "figure_saver.js", "gallery.js", "image_viewer.js", "live_chart.js"),
    "menu.js",
)


def run_node(*arguments: str) -> str:
    """What node prints; it must end without an error."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not on the PATH: it tests the scripts, and nothing else needs it")
    done = subprocess.run([node, *arguments], cwd=HERE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ELEMENTS)
def test_a_script_is_one_module_with_one_export(name: str, tmp_path: Path) -> None:
    script = read_script(name)
    assert "import " not in script.replace("// ", "")
    assert script.count("export ") == script.count("export default ") == 1
    assert script.count("function make(") <= 1
    module = tmp_path / "element.mjs"
    module.write_text(script, encoding="utf-8")
    run_node("--check", str(module))  # two modules may not give a name twice


def test_their_logic_passes_the_tests_beside_this_file() -> None:
    passed = re.search(r"pass (\d+)", run_node("--test", "."))
    # Where node finds no test it ends without an error, too.
    assert passed is not None
    assert int(passed[1]) > 0
