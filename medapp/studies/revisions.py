"""What was edited in the data set of a study since the study was made."""

from collections.abc import Sequence

from medapp.notes import Note
from medapp.runs.revisions import note_edits
from medapp.store.workspace import Workspace
from medapp.studies.working import find_runs


def note_study_edits(workspace: Workspace, ids: Sequence[str], noun: str) -> list[Note]:
    """A note where images of a study have another label now, or are left out.

    Args:
        ids: the runs of the study; the first one that is left has all images.
        noun: what the study is called.
    """
    runs = find_runs(workspace, ids)
    return note_edits(workspace, runs[0], noun) if runs else []
