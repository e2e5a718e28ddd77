"""A workspace for bad input, with a watch on every file that is written, and small things to put in
it.
"""

import contextlib
import io
import os
import subprocess
import sys
import urllib.parse
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.kit.setting import ask_for_run
from benchmarks.sturdiness.bad_input.makers.images import PIXELS
from medapp.cli import app
from medapp.data.importing.adding import add_folder
from medapp.runs.making import list_runs
from medapp.runs.run import Run
from medapp.runs.supervisor import Supervisor
from medapp.store.workspace import find_workspace

# Events of Python's own watch, and how many of their first arguments are paths.
WRITES = {
    "open": 1,
    "os.rename": 2,
    "os.link": 2,
    "os.mkdir": 1,
    "os.remove": 1,
    "os.rmdir": 1,
    "os.chmod": 1,
    "os.truncate": 1,
    "sqlite3.connect": 1,
    "os.system": 0,
}
# Which argument is the folder that a path may be relative to.
BASES = {"os.remove": 1, "os.rmdir": 1, "os.mkdir": 2, "os.chmod": 2, "os.rename": 2}
# A small training on the data set "bands".
PROBE: dict[str, Any] = {
    "strategy": "head-by-steps",
    "image_size": 32,
    "epochs": 2,
    "batch_size": 4,
    "precision": "float32",
    "threads": 1,
}
# Files of a run that `runs export` packs.
RUN_FILES = (
    "recipe.json",
    "events.jsonl",
    "evaluation.json",
    "predictions.parquet",
    "split.parquet",
    "name.txt",
    "model.safetensors",
)


class Arena:
    """A folder that holds the workspace, `home`, and beside it what the cases make; everything else
    is watched for writes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.marker = folder, folder / "ran"
        os.environ["MEDAPP_HOME"] = str(folder / "home")
        self.workspace = find_workspace()
        self.written_outside: list[str] = []
        self.writable = (str(folder), os.path.realpath(folder), "/dev/")
        sys.addaudithook(self._watch)

    def find_escaped(self) -> list[str]:
        """Files of hostile zips that stand anywhere but in the folder of a data set or a run."""
        home = self.workspace.root
        found = subprocess.run(
            ["find", str(self.folder), "-iname", "evil*"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
        return [
            path
            for path in found
            if not any(
                Path(path).is_relative_to(f) for f in (home / "data").glob("*") if f.is_dir()
            )
        ]

    def make_folder(self, name: str) -> Path:
        """A new folder for one case."""
        path = self.folder / "cases" / name.replace("/", "-")[:60]
        path.mkdir(parents=True, exist_ok=True)
        return path

    def _watch(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Every file that Python opens to write, makes, renames or deletes."""
        if event not in WRITES:
            return
        if event == "open":
            path, _, flags = arguments
            paths = (
                [path]
                if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
                else []
            )
        else:
            paths = list(arguments[: WRITES[event]])
            if event == "os.system":
                self.marker.write_text("ran")
        base = arguments[BASES[event]] if event in BASES else -1
        for path in paths:
            if isinstance(path, (str, bytes, os.PathLike)):
                # Paths may be any bytes, which Path takes only from os.fsdecode.
                folder = Path(f"/proc/self/fd/{base}").readlink() if base >= 0 else Path.cwd()
                # SQLite takes addresses too.
                named = urllib.parse.urlsplit(os.fsdecode(path))
                text = str(folder / (named.path if named.scheme == "file" else os.fsdecode(path)))
                if (
                    not text.startswith(self.writable)
                    and not os.path.realpath(text).startswith(self.writable)
                    and "__pycache__" not in text
                ):
                    self.written_outside.append(f"{event} {text}")


def call_shell(*arguments: object) -> str:
    """The command line, in this process; what it prints.

    A `MedAppError` comes out as in `medapp.cli.main`.
    """
    out = io.TextIOWrapper(
        io.BytesIO(), encoding="utf-8", errors="backslashreplace", write_through=True
    )
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        status = app([str(a) for a in arguments], standalone_mode=False)
    assert status in (0, None), f"status {status}"
    return out.buffer.getvalue().decode()  # type: ignore[attr-defined]


def fill(folder: Path, *classes: str) -> Path:
    """Three small images in each class's folder."""
    for number, label in enumerate(classes or ("a", "b")):
        (folder / label).mkdir(parents=True, exist_ok=True)
        for i in range(3):
            Image.fromarray(PIXELS[i : 20 + i, number:]).save(folder / label / f"{i}.png")
    return folder


def train(arena: Arena) -> Run:
    """A small run, trained once in a child process."""
    known = [run for run in list_runs(arena.workspace) if run.name == "probe"]
    if known:
        return known[0]
    folder, draw = arena.folder / "bands", np.random.default_rng(0)
    for label, low in (("dark", 0), ("light", 80)):
        (folder / label).mkdir(parents=True)
        for i in range(8):
            Image.fromarray(draw.integers(low, low + 120, (32, 32)).astype(np.uint8)).save(
                folder / label / f"{i}.png"
            )
    add_folder(arena.workspace, folder, name="bands")
    run = ask_for_run(arena.workspace, "bands", "probe", **PROBE)
    state = Supervisor(arena.workspace, only=run).run_to_end(lambda event: None)
    assert state == "done", f"{run.find_last_state()} {run.read_log()}"
    return run
