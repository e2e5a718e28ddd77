"""`medapp data add` that is stopped by Ctrl-C."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import write_bands

from medapp.data.catalog import Catalog
from medapp.store.workspace import Workspace

# The command, which presses Ctrl-C when threads have opened so many images, and says how many they
# opened.
COMMAND = """
import atexit, signal, sys, threading
from medapp.cli import main

# What is begun in the background of a shell script inherits that Ctrl-C is ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
most = int(sys.argv[1])
main_thread = threading.main_thread()
opened = []

def watch(event, arguments):
    is_image = event == "open" and str(arguments[0]).endswith(".png")
    if is_image and threading.current_thread() is not main_thread:
        opened.append(arguments[0])
        if len(opened) == most:
            signal.pthread_kill(main_thread.ident, signal.SIGINT)

sys.addaudithook(watch)
atexit.register(lambda: print(f"opened: {len(opened)}", file=sys.stderr))
sys.argv = ["medapp", "data", "add", sys.argv[2]]
main()
"""


def add(workspace: Workspace, path: Path, stop_at: int = -1) -> tuple[int, str]:
    """The status of the command, and what it prints on standard error."""
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, str(stop_at), str(path)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "MEDAPP_HOME": str(workspace.root)},
    )
    return done.returncode, done.stderr


def count_opened(said: str) -> int:
    return int(re.findall(r"opened: (\d+)", said)[-1])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no signal to a thread")
def test_ctrl_c_says_that_the_same_command_goes_on_where_it_was(
    workspace: Workspace, tmp_path: Path
) -> None:
    folder = write_bands(tmp_path / "bands", 200)
    status, said = add(workspace, folder, stop_at=380)
    told = re.match(
        r"Stopped: nothing was registered. The same command goes on where it was: (\d+) files are"
        r" read already.",
        " ".join(said.split()),
    )
    assert told, said
    assert status == 130, said
    assert "Traceback" not in said
    assert Catalog(workspace).list_data_sets() == []
    status, said = add(workspace, folder)
    assert status == 0
    assert count_opened(said) == 400 - int(told[1])
    assert [
        sum(Catalog(workspace).count_splits(d).values())
        for d in Catalog(workspace).list_data_sets()
    ] == [400]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no signal to a thread")
def test_ctrl_c_while_a_zip_is_copied_leaves_nothing(workspace: Workspace, tmp_path: Path) -> None:
    folder = write_bands(tmp_path / "bands", 8)
    path = tmp_path / "bands.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*.png")):
            archive.write(file, file.relative_to(folder))
    status, said = add(workspace, path, stop_at=10)
    assert status == 130, said
    assert said.startswith("Stopped: nothing was registered. The same command begins again.")
    assert Catalog(workspace).list_data_sets() == []
    assert list(workspace.data_folder.iterdir()) == []
