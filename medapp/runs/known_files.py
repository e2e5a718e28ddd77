"""Whether a model has learned from the very files that it is asked about."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from medapp.imaging.image import read_content
from medapp.imaging.registered import hash_content
from medapp.notes import Note
from medapp.runs.run import Run
from medapp.runs.seen import list_own

if TYPE_CHECKING:
    from medapp.prediction.files import Prediction


def load_known(run: Run) -> dict[str, str]:
    """The split of each image of a run, by its hash; empty where no list came with the run.

    Images of further data sets that it learned from are among them.

    Raises:
        RunError: the run's table is damaged.
    """
    images = list_own(run, with_test=True)
    # An image of several data sets, a test image of one, counts as learned.
    images.sort(key=lambda image: image.split != "test")
    return {image.content_hash: image.split for image in images}


def find_known_split(found: "Prediction", known: Mapping[str, str]) -> str:
    """The split that holds the very file; of a file with several frames each has its own hash."""
    if found.error is not None or not known:
        return ""
    content = read_content(found.file)
    splits = (known.get(hash_content(content, frame)) for frame in (None, found.frame))
    return next(filter(None, splits), "")


def note_known(split: str) -> tuple[Note, ...]:
    """What an answer is worth for an image of this split; nothing is said of others."""
    if split not in ("train", "validation"):
        return ()
    text = f"This very image is in the model's {split} split: it may be learned by heart."
    return (Note("known-image", text),)


def mark_known(run: Run, predictions: Iterable["Prediction"]) -> "Iterator[Prediction]":
    """Predictions, with a note on those of the very files that the run learned from.

    Raises:
        RunError: the run's table is damaged.
    """
    known = load_known(run)
    for found in predictions:
        notes = note_known(find_known_split(found, known))
        yield replace(found, kind_notes=(*notes, *found.kind_notes)) if notes else found
