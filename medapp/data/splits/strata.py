"""What a split deals evenly of each image: its class; or its findings and how they go together."""

from collections import Counter
from collections.abc import Sequence

from medapp.task import Task

COMMON = 20  # images of one combination of findings from which it is dealt evenly too


def find_strata(labels: Sequence[str], task: Task) -> list[tuple[str, ...]]:
    """The strata of each image (N,): what its task names, and its combination where that is common.

    A rare combination is left to its findings: dealt for itself it would always train.

    Args:
        labels: (N,) as the task reads them.
    """
    named = [task.list_strata(label) for label in labels]
    together = Counter(tuple(sorted(names)) for names in named if len(names) > 1)
    common = {names for names, count in together.items() if count >= COMMON}
    return [
        (*names, " and ".join(sorted(names))) if tuple(sorted(names)) in common else names
        for names in named
    ]
