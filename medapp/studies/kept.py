"""What the figures of a study say, kept as long as their files are as they were.

A page asks at each draw, and predictions of many runs take long to read.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar, cast

from medapp.store.workspace import Workspace
from medapp.studies.folder import FILE

MOST = 64  # studies that are kept
SIGNED = ("events.jsonl", "evaluation.json", "predictions.parquet", "name.txt")


class Known(Protocol):
    """What is known of a study."""

    @property
    def is_over(self) -> bool:
        """Whether every run has ended, or is gone."""


K = TypeVar("K", bound=Known)
Signature = tuple[tuple[int, int], ...]

_lock = threading.Lock()
_kept: OrderedDict[Path, tuple[Signature, Known]] = OrderedDict()


def find_kept(workspace: Workspace, id: str, runs: Sequence[str], read: Callable[[], K]) -> K:
    """What `read` gives, or gave for the same files; only a study that is over is kept.

    Args:
        id: of the study, or what stands for an answer on runs that are of no study.
        runs: the ids of its runs.
    """
    folder = workspace.studies_folder / id
    paths = [folder / FILE]
    paths += [workspace.runs_folder / run / name for run in runs for name in SIGNED]
    signature = tuple(_sign(path) for path in paths)
    with _lock:
        known = _kept.get(folder)
        if known is not None and known[0] == signature:
            _kept.move_to_end(folder)
            return cast(K, known[1])
    found = read()
    if found.is_over:
        with _lock:
            _kept[folder] = (signature, found)
            while len(_kept) > MOST:
                _kept.popitem(last=False)
    return found


def _sign(path: Path) -> tuple[int, int]:
    """Time and size of a file; zeros where it is not there."""
    try:
        facts = path.stat()
    except OSError:
        return 0, 0
    return facts.st_mtime_ns, facts.st_size
