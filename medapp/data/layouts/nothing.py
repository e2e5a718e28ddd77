"""A finding that is called like none at all: does it say that nothing is found?"""

from collections.abc import Collection

from medapp.data.layouts.manifest.words import fold, says_nothing_found
from medapp.notes import Note
from medapp.task.multi_label import SEPARATOR

_WORDS = {"none", "no", "normal", "healthy", "negative", "nothing", "unremarkable", "clear"}


def find_empty_finding(classes: Collection[str], labels: Collection[str]) -> tuple[Note, ...]:
    """A note where one of several findings has the name of none, and never stands beside another.

    Args:
        labels: the texts that images have, such as `effusion|nodule` (`medapp.task.multi_label`).
    """
    named = [name for name in classes if fold(name) in _WORDS or says_nothing_found(name)]
    beside = {part for label in labels if SEPARATOR in label for part in label.split(SEPARATOR)}
    alone = [name for name in named if name not in beside]
    if not alone or len(classes) < 2:
        return ()
    text = (
        f"{alone[0]!r} counts as a finding of its own, beside the others, and is learned and judged"
        " like them."
    )
    remedy = "If it says that nothing is found, derive a data set without it."
    return (Note("empty-finding", text, "caution", remedy),)
