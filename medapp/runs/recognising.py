"""Whether the test images of a run are of its model's kind."""

from medapp.prediction.model import load_model
from medapp.runs.evaluate import find_split
from medapp.runs.judging import load_squares, see_table
from medapp.runs.run import Run
from medapp.store.workspace import Workspace


def recognise_tests(workspace: Workspace, run: Run) -> dict[str, str | None]:
    """The verdict of familiarity on each test image, by its content hash.

    None where the model cannot tell. No label is read, so that this is no look at the test split.

    Raises:
        RunError: the run has no model or no test images, or its images have changed.
    """
    model = load_model(run.require_model())
    data_set, samples = find_split(workspace, run, "test")
    _, found = see_table(model, load_squares(workspace, model, data_set, samples))
    hashes = [sample.content_hash for sample in samples]
    return {
        content: one.verdict if one else None for content, one in zip(hashes, found, strict=True)
    }
