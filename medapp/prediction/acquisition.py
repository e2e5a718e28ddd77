"""Whether a DICOM file says the same of its making as the files that a model learned from."""

import json
from collections.abc import Iterable, Mapping, Sequence

from medapp.notes import Note

KEY = "acquisition"  # in the metadata of a model's file
COLUMNS = {"modality": "modality", "body_part": "body part"}
KNOWN_SHARE = 0.9  # of the training images, from which on a column says what the model learned
# Codes that differ where the pictures need not: digital and computed radiographs, and films.
ALIKE = {"CR": "radiograph", "DX": "radiograph", "RG": "radiograph", "THORAX": "CHEST"}


def collect_acquisition(attributes: Sequence[Mapping[str, str]]) -> dict[str, tuple[str, ...]]:
    """Column to the codes that training images have there; columns that most lack are left out.

    Args:
        attributes: further columns of each image, see `Sample.attributes`.
    """
    found = {}
    for column in COLUMNS:
        codes = [row[column] for row in attributes if row.get(column)]
        if codes and len(codes) >= KNOWN_SHARE * len(attributes):
            found[column] = tuple(sorted(set(codes)))
    return found


def write_acquisition(codes: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """As a model's file says it; nothing where nothing is known."""
    return {KEY: json.dumps({name: list(row) for name, row in codes.items()})} if codes else {}


def read_acquisition(metadata: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The inverse of `write_acquisition`; empty where a file says nothing."""
    try:
        values = json.loads(metadata.get(KEY, "{}"))
        return {name: tuple(map(str, values[name])) for name in COLUMNS if name in values}
    except (TypeError, ValueError, RecursionError):
        return {}


def note_acquisition(learned: Mapping[str, Sequence[str]], said: Mapping[str, str]) -> list[Note]:
    """Where a file says otherwise than those that the model learned from.

    What either does not say is not compared.

    Args:
        learned: column to codes, of the training images.
        said: column to code, of the file.
    """
    notes = []
    for column, words in COLUMNS.items():
        code = said.get(column)
        known = learned.get(column, ())
        if not code or not known or _simplify(code) in map(_simplify, known):
            continue
        text = (
            f"The file says that its {words} is {code}. The model learned from files that say"
            f" {', '.join(known)}: its figures say nothing of such images."
        )
        notes.append(Note(f"other-{column}", text))
    return notes


def _simplify(code: str) -> str:
    upper = code.upper()
    return ALIKE.get(upper, upper)
