"""What was edited in a run's data set since the run took its images: its figures are of before."""

from medapp.data.catalog import Catalog
from medapp.data.edits import LEAVE_OUT, RELABEL, TAKE_BACK, list_edits
from medapp.errors import DataError, RunError
from medapp.notes import Note
from medapp.runs.run import Run
from medapp.runs.split_table import SPLIT, load_split
from medapp.store.workspace import Workspace

EDITED = "edited-since"  # the code of the note


def note_edits(workspace: Workspace, run: Run, noun: str = "run") -> list[Note]:
    """A note where images of the run have another label now, or are left out.

    Nothing where the data set or the run's table is not here, or nobody has edited anything.

    Args:
        noun: what it is that has these images, such as a race of which this is a run.
    """
    catalog = Catalog(workspace)
    try:
        data_set = catalog.find_chosen(run.home.id, run.home.name)
        kinds = {edit.kind for edit in list_edits(catalog, data_set)}
        if not kinds & {LEAVE_OUT, RELABEL, TAKE_BACK}:
            return []
        rows = load_split(run.find_part(SPLIT), run.name)
    except (DataError, RunError):
        return []
    now = {s.content_hash: s for s in catalog.load_samples(data_set, with_left_out=True)}
    known = [(row, now[row["content_hash"]]) for row in rows if row["content_hash"] in now]
    other = [row for row, s in known if s.label != row["label"] and not s.is_left_out]
    gone = [row for row, s in known if s.is_left_out]
    if not (other or gone):
        return []
    counts = ((len(other), "relabelled"), (len(gone), "left out"))
    what = " and ".join(f"{n:,} {'was' if n == 1 else 'were'} {word}" for n, word in counts if n)
    judged = sum(row["split"] == "test" for row in [*other, *gone])
    text = (
        f"Of the {len(rows):,} images of this {noun}, {what} since it began ({judged:,} in its test"
        f" split). The {noun} keeps the images and labels that it began with; its figures are on"
        " those."
    )
    return [Note(EDITED, text, remedy="Train anew to learn from the edited data set.")]
