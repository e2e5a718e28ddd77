"""The weights that a run starts from stay the same from its first sitting to its last.

A checkpoint holds what learns alone, so that the frozen part is read from the source's file at each
sitting. Where another file has taken that place, the two parts would be of different networks.
"""

import functools
from pathlib import Path

from medapp.errors import RunError
from medapp.models.sources import find_source
from medapp.runs.run import Run
from medapp.store.files import hash_file, write_bytes
from medapp.store.workspace import Workspace

START = "start.sha256"


def hold_start(workspace: Workspace, run: Run) -> None:
    """Write down which weights a run starts from, or compare them with what was written.

    Raises:
        WeightsError: the weights are not on this machine.
        RunError: they are others than those that were written down.
    """
    recipe = run.recipe
    _, path = find_source(recipe.find_source(), recipe.find_architecture(), workspace)
    if path is None:
        return
    facts = path.stat()
    now = _hash(path, facts.st_mtime_ns, facts.st_size)
    known = run.folder / START
    if not known.exists():
        write_bytes(known, now.encode())
    elif known.read_text(encoding="utf-8").strip() != now:
        raise RunError(
            f"{_name_start(recipe.find_source(), path)}, which {run.name} starts from, has changed"
            " since the run was made.",
            remedy="Put the weights back as they were and resume, or start a new run from the new"
            " ones.",
        )


def _name_start(source: str, path: Path) -> str:
    """What people call the weights."""
    return f"The model of {Run(path.parent).name}" if source.startswith("run:") else path.name


@functools.lru_cache(8)
def _hash(path: Path, mtime: int, size: int) -> str:
    """SHA-256 of the file as it is: the many runs of a study start from the same one."""
    return hash_file(path)
