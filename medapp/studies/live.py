"""What a run's validation says, also while the run is under way."""

import functools
from pathlib import Path

from medapp.runs.events import ACTIVE
from medapp.runs.progress import Follower
from medapp.runs.run import Run
from medapp.runs.summary import Summary
from medapp.store.workspace import Workspace


def find_live(workspace: Workspace, run: Summary, figure: str) -> tuple[float | None, int]:
    """A figure of validation after the best epoch so far, and the number of validation images.

    Args:
        figure: its key, such as "balanced_accuracy".
    """
    if run.state not in ACTIVE:
        return run.learning.figures.get(figure), run.learning.n
    standing = follow(workspace.runs_folder / run.id).read()
    best = standing.best
    value = getattr(best, figure, None) if best else None
    return value, standing.plan.validation if standing.plan else 0


@functools.lru_cache(16)
def follow(folder: Path) -> Follower:
    """The one reader of a run's events for all who ask after a study."""
    return Follower(Run(folder))
