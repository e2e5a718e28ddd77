"""The test images on which runs, or readers, disagree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from medapp.studies.judged import Judged, Key
from medapp.task import find_task

NOT_CALLED = "not called"  # what a reader says of an image, who gave ratings alone


@dataclass(frozen=True)
class Disputed:
    """A test image on which runs disagree.

    Attributes:
        name: its file's.
        label: in words.
        said: what each run predicts, in words; equal to the label where the run is right.
    """

    content_hash: str
    name: str
    label: str
    said: tuple[str, ...]


def find_disputed(judged: Sequence[Judged], keys: Sequence[Key]) -> Iterator[Disputed]:
    """The images on which those who call a class disagree, in the order of the keys."""
    task = find_task(judged[0].evaluation.task)
    for key in keys:
        said = tuple(
            str(each.rows[key]["prediction"]) if each.has_calls else NOT_CALLED for each in judged
        )
        if len(set(said) - {NOT_CALLED}) > 1:
            row = judged[0].rows[key]
            yield Disputed(key[0], str(row["name"]), task.say_label(str(row["label"])), said)
