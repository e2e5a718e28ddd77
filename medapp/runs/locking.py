"""Locking an operating point into a run's model, and taking it out again."""

from collections.abc import Sequence

from medapp.errors import Remedy, RunError
from medapp.evaluation.detection import find_columns
from medapp.evaluation.locked import KEY, Locked, lock, read_locked
from medapp.evaluation.operating import OperatingPoint
from medapp.models.carried import read_metadata
from medapp.models.headers import change_metadata
from medapp.runs.rewriting import rewrite_model
from medapp.runs.run import Run
from medapp.task import find_task


def lock_point(run: Run, point: OperatingPoint, positives: Sequence[str] = ()) -> Locked:
    """Let an operating point decide what a run's model calls an image from now on.

    Probabilities stay as they are, and so do the figures of the run, which say by themselves how
    they were decided.

    Args:
        point: chosen by a rule.
        positives: the classes that count as the finding; none where two classes tell it.

    Raises:
        RunError: no rule chose the point, or the model decides each of several findings by a
            threshold of its own.
        RecipeError: the classes do not tell which is the finding.
    """
    task = find_task(run.recipe.data.task)
    if point.choice is None:
        raise RunError(
            "There is no threshold to lock: none was chosen by a rule.",
            remedy=Remedy(
                "Choose a rule for the threshold first.",
                "Name a rule, such as --operating 'sensitivity>=0.95' or threshold=0.37.",
            ),
        )
    if task.has_several:
        raise RunError(
            "This model has a threshold for each finding already, and decides by them.",
            remedy="Look at what another one would do; it cannot be locked.",
        )
    classes = run.find_classes()
    columns = find_columns(classes, positives, task)
    locked = lock(point, [classes[c] for c in columns])
    _write(run, locked)
    return locked


def unlock_point(run: Run) -> None:
    """Let the most probable class decide again."""
    _write(run, None)


def find_locked(run: Run) -> Locked | None:
    """The operating point that decides for a run's model; None where there is none."""
    return read_locked(read_metadata(run.model_path)) if run.has_model else None


def _write(run: Run, locked: Locked | None) -> None:
    with rewrite_model(run) as path:
        change_metadata(path, locked.to_metadata() if locked else {KEY: None})
