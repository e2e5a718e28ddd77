"""All runs of a workspace, without reading a thousand folders to draw a page.

The registry keeps a summary of each run in `runs/registry.json`, with a signature of the files it
was read from, and looks at a run again where the signature differs. Within a process even that is
done only when the folder of runs says that something has changed, or after a few seconds, so that a
look costs no more with a thousand finished runs than with ten. The file may be deleted at any time.
"""

import contextlib
import functools
import json
import threading
import time
from dataclasses import replace
from pathlib import Path

from medapp.errors import WorkspaceError
from medapp.runs.events import ACTIVE
from medapp.runs.locks import CHANGES
from medapp.runs.run import FINAL, Run
from medapp.runs.summary import Summary, summarise
from medapp.store.files import write_bytes
from medapp.store.workspace import Workspace

VERSION = 7
# The folder itself too: a further head's figures and model come and go in it.
SIGNED = ("events.jsonl", "evaluation.json", "name.txt", "recipe.json", "model.safetensors", ".")
# A look that comes so long after the last one compares all signatures, for changes by hand.
TRUST_SECONDS = 10.0

Signature = list[int]


def find_registry(workspace: Workspace) -> "Registry":
    """The workspace's registry: one in this process."""
    return _find_registry(workspace.runs_folder)


@functools.lru_cache(8)
def _find_registry(runs_folder: Path) -> "Registry":
    return Registry(runs_folder)


class Registry:
    """The runs of one workspace; shared by threads."""

    def __init__(self, runs_folder: Path) -> None:
        self.folder = runs_folder
        self._path = self.folder / "registry.json"
        self._lock = threading.Lock()
        self._known: dict[str, tuple[Signature, Summary]] = {}
        self._seen: tuple[int, ...] | None = None
        self._looked = 0.0
        self._newest_first: list[Summary] = []
        self._unfinished: list[str] = []
        self._by_name: dict[str, Summary] = {}
        self._rates: dict[tuple[str, str, int, int], float] = {}
        self._heads: dict[tuple[str, str, int, int], float] = {}

    def list_summaries(self) -> list[Summary]:
        """All runs, newest first, damaged ones among them; the state of each as it is now.

        Raises:
            WorkspaceError: the folder of runs cannot be read.
        """
        with self._lock:
            self._refresh()
            return [self._find_now(summary) for summary in self._newest_first]

    def list_unfinished(self) -> list[Summary]:
        """The runs that wait, are under way, or whose process has vanished, oldest first."""
        with self._lock:
            self._refresh()
            return [self._find_now(self._known[id][1]) for id in self._unfinished]

    def find(self, name: str) -> Summary | None:
        """The run of this id or name; of several the newest."""
        with self._lock:
            self._refresh()
            found = self._by_name.get(name)
            return self._find_now(found) if found is not None else None

    def find_speed(
        self, source: str, strategy: str, image_size: int, devices: int
    ) -> tuple[float | None, float | None]:
        """Forward passes a second, and what a head's learning takes an image and epoch in seconds.

        Each is of the newest run that is done, like this one, and timed it; None where none did.
        """
        with self._lock:
            self._refresh()
            key = (source, strategy, image_size, devices)
            return self._rates.get(key), self._heads.get(key)

    def _find_now(self, summary: Summary) -> Summary:
        """A summary with the state as it is: a run whose process has vanished is interrupted."""
        if summary.state in ACTIVE and not Run(self.folder / summary.id).is_locked():
            return replace(summary, state="interrupted")
        return summary

    def _refresh(self) -> None:
        """Look again at runs whose files have changed, where anything says that some have."""
        seen = self._read_change()
        is_trusted = time.monotonic() - self._looked < TRUST_SECONDS
        if seen == self._seen and is_trusted:
            return
        if self._seen is None:
            self._known = self._load()
        before = dict(self._known)
        folders = self._list_folders()
        self._known = {id: self._look_at(id) for id in folders}
        self._arrange()
        self._seen = seen
        self._looked = time.monotonic()
        if before != self._known:
            self._save()

    def _arrange(self) -> None:
        """Order the summaries by what looks ask for, so that no look walks over all runs."""
        oldest_first = [self._known[id][1] for id in sorted(self._known)]
        self._newest_first = oldest_first[::-1]
        self._unfinished = [summary.id for summary in oldest_first if not summary.is_final]
        self._by_name = {summary.name: summary for summary in oldest_first}
        self._by_name |= {summary.id: summary for summary in oldest_first}
        done = [
            ((run.source, run.strategy, run.image_size, run.devices), run)
            for run in oldest_first
            if run.state == "done"
        ]
        self._rates = {k: run.forwards_per_second for k, run in done if run.forwards_per_second}
        self._heads = {k: run.head_seconds for k, run in done if run.head_seconds}

    def _read_change(self) -> tuple[int, ...]:
        """Marks that differ after a run was made, deleted, renamed, judged, or had a new state."""
        marks: list[int] = []
        for path in (self.folder, self.folder / CHANGES):
            try:
                facts = path.stat()
            except OSError:
                marks += [0, 0]
            else:
                # The size too: a file system's clock may not tell two changes apart.
                marks += [facts.st_mtime_ns, facts.st_size if path != self.folder else 0]
        return tuple(marks)

    def _list_folders(self) -> set[str]:
        if not self.folder.is_dir():
            return set()
        try:
            found = list(self.folder.iterdir())
        except OSError as error:
            raise WorkspaceError(
                f"{self.folder} cannot be read: {error.strerror}.", remedy="Check the permissions."
            ) from error
        # A hidden folder is a run that is being made (runs/drafts.py).
        return {
            path.name
            for path in found
            if not path.name.startswith(".") and (path / "recipe.json").exists()
        }

    def _look_at(self, id: str) -> tuple[Signature, Summary]:
        signature = _sign(self.folder / id)
        known = self._known.get(id)
        if known is not None and known[0] == signature:
            return known
        run = Run(self.folder / id)
        if known is not None and not known[1].is_final and known[1].damage is None:
            # The events of a run under way may be many: until it ends, only its state is read.
            state = run.find_last_state().state
            # A run that evaluates is read whole: its look at the test split counts, even if the run
            # never ends.
            if state not in (*FINAL, "evaluating"):
                now = replace(known[1], state=state, name=run.name, has_model=run.has_model)
                return signature, now
        return signature, summarise(run)

    def _load(self) -> dict[str, tuple[Signature, Summary]]:
        """What the file holds; nothing where it is absent, damaged or of another version.

        Damaged runs are read again by each process: an older version may have written of a run
        that it could not read.
        """
        try:
            values = json.loads(self._path.read_text(encoding="utf-8"))
            if values["version"] != VERSION:
                return {}
            known = {
                id: (signature, Summary.from_dict(summary))
                for id, (signature, summary) in values["runs"].items()
            }
            return {id: entry for id, entry in known.items() if entry[1].damage is None}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {}

    def _save(self) -> None:
        rows = {id: (signature, s.to_dict()) for id, (signature, s) in self._known.items()}
        text = json.dumps({"version": VERSION, "runs": rows}, ensure_ascii=False)
        # On a full disk the file stays as it was, and the next process reads the folders.
        with contextlib.suppress(WorkspaceError):
            write_bytes(self._path, text.encode())
            # Writing the file changed the folder's mark; other changes are seen at the next look.
            self._seen = (*self._read_change()[:1], *(self._seen or ())[1:])


def _sign(folder: Path) -> Signature:
    """Sizes and times of what a summary is read from; 0 for one that is not there."""
    signature = []
    for name in SIGNED:
        try:
            facts = (folder / name).stat()
        except OSError:
            signature += [0, 0]
        else:
            signature += [facts.st_size, facts.st_mtime_ns]
    return signature
