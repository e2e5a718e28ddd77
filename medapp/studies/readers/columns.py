"""Which columns of a reader's table hold the image, the reader, the call and the rating.

What a column holds tells more than its name: calls are the classes of the model. Where several
columns hold classes, none is taken, as one of them may be the truth.
"""

import contextlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from medapp.data.layouts.listing import Parts
from medapp.data.layouts.manifest import words
from medapp.data.layouts.manifest.guessing import guess_roles
from medapp.data.layouts.manifest.marks import clean, read_mark
from medapp.data.layouts.manifest.matching import match_cells
from medapp.data.layouts.roles import Asked
from medapp.data.layouts.tables import Table
from medapp.errors import DataError, Remedy
from medapp.studies.readers.calls import CallReader, read_rating

_READER = {"reader", "rater", "radiologist", "observer", "annotator", "physician", "readerid"}
_RATING = {"score", "rating", "confidence", "probability", "likelihood", "suspicion", "birads"}
_RATING |= {"pirads", "lirads", "certainty"}
_CALL = {"call", "reading", "read", "decision", "assessment", "reader", "answer", "opinion"}
_SHARE = 0.5  # of a column's cells that have to be classes
_MOST_READERS = 20  # values of a column, beyond which it hardly says who read


@dataclass(frozen=True)
class AskedColumns:
    """What a user says of a reader's table; None and () leave a choice to MedApp.

    Attributes:
        image: the column that names the image, or the patient who is read as a whole.
        reader: the column that names who read.
        calls: the column with the class that was called; of several columns each is a reader.
        rating: the column with a rating that rises with how surely the finding is there.
        call_from: from which rating on the finding counts as called.
    """

    image: str | None = None
    reader: str | None = None
    calls: tuple[str, ...] = ()
    rating: str | None = None
    call_from: float | None = None


@dataclass(frozen=True)
class Columns:
    """The columns of a reader's table; "" for what there is none of.

    Attributes:
        image: names the image, or the patient.
        is_by_patient: patients are read as a whole.
        calls: one; several where each is a reader.
    """

    image: str
    is_by_patient: bool
    reader: str
    calls: tuple[str, ...]
    rating: str


def find_columns(
    table: Table,
    names: Sequence[Parts],
    patients: Collection[str],
    calls: CallReader,
    asked: AskedColumns,
) -> Columns:
    """Tell columns from what is asked, else from their cells and names.

    Args:
        names: of the run's images, as parts of their paths.
        patients: of its test images.

    Raises:
        DataError: no column names images or patients, or the calls cannot be told.
    """
    image, is_by_patient = _find_image(table, names, patients, asked)
    rest = [column for column in table.columns if column != image]
    reader = _spell(table, asked.reader)
    if not reader:
        called = [column for column in rest if _is_called(column, _READER)]
        reader = next((c for c in called if not _are_calls(table, c, calls)), "")
    rest = [column for column in rest if column != reader]
    rating = _spell(table, asked.rating)
    if not rating:
        rated = [column for column in rest if _is_called(column, _RATING)]
        rating = next((column for column in rated if _are_ratings(table, column)), "")
    rest = [column for column in rest if column != rating]
    named = tuple(_spell(table, column) for column in asked.calls)
    found = named or _find_calls(table, rest, calls, has_rating=bool(rating))
    return Columns(image, is_by_patient, reader, found, rating)


def propose_reader(table: Table, columns: Columns) -> str:
    """What to do where a column that none was told to be may say who read; else "".

    In such a column no two rows of an image have the same value.
    """
    names = table.list_cells(columns.image)
    for column in table.columns:
        if columns.reader or column in (columns.image, columns.rating, *columns.calls):
            continue
        cells = table.list_cells(column)
        is_each_once = len(set(zip(names, cells, strict=True))) == len(cells)
        if is_each_once and all(cells) and 1 < len(set(cells)) <= _MOST_READERS:
            return Remedy(
                f"If {column} says who read, name it as the column of the reader.",
                f"If {column} says who read, name it with --reader-column.",
            )
    return ""


def _find_image(
    table: Table, names: Sequence[Parts], patients: Collection[str], asked: AskedColumns
) -> tuple[str, bool]:
    """The column that names images, or patients; and whether these are patients."""
    column = _spell(table, asked.image)
    if not column:
        with contextlib.suppress(DataError):
            column = guess_roles(table, names, Asked(labels=())).image
    candidates = (column, words.find_patient_column(table.columns))
    for each, is_asked in zip(candidates, (bool(asked.image), False), strict=True):
        cells = {cell for cell in table.list_cells(each) if cell} if each else set()
        images = match_cells(cells, names).images.values()
        of_images = sum(len(places) == 1 for places in images)
        of_patients = len(cells & set(patients))
        if of_images or of_patients:
            return each, of_patients > of_images
        if is_asked:
            break
    raise DataError(
        f"No column of {table.name} names an image or a patient of the run.",
        remedy="Keep the images' file names in the table, as the data set has them.",
    )


def _find_calls(
    table: Table, columns: Sequence[str], calls: CallReader, has_rating: bool
) -> tuple[str, ...]:
    """The one column that holds classes, or that is called like calls among those that do."""
    holding = [column for column in columns if _are_calls(table, column, calls)]
    named = [column for column in holding if set(words.split_words(column)) & _CALL]
    if len(holding) == 1 or len(named) == 1:
        return ((named or holding)[0],)
    if not holding and has_rating:
        return ()
    if not holding:
        raise DataError(
            f"No column of {table.name} holds classes of the model, or a rating.",
            remedy=Remedy(
                "Say which column holds the reader's call, or a rating.",
                "Say which column holds the reader's call with --call-column, or a rating with"
                " --rating-column.",
            ),
        )
    raise DataError(
        f"Several columns of {table.name} hold classes: {', '.join(holding)}. One of them may be"
        " the truth.",
        remedy=Remedy(
            "Say which hold readers' calls: each of them is a reader.",
            "Say which hold readers' calls with --call-column, once for each: each is a reader.",
        ),
    )


def _are_calls(table: Table, column: str, calls: CallReader) -> bool:
    cells = [cell for cell in table.list_cells(column) if clean(cell)]
    said = {cell: calls.read(cell) for cell in set(cells)}
    known = sum(said[cell] is not None for cell in cells)
    return bool(cells) and known > _SHARE * len(cells) and not _are_plain_marks(column, said)


def _are_plain_marks(column: str, said: Mapping[str, str | None]) -> bool:
    """Whether a column tells a fact of the patient: that he or she smokes, or the sex (an F)."""
    meant = [cell for cell, label in said.items() if label is not None]
    return words.is_plain(column) and all(read_mark(cell) for cell in meant)


def _are_ratings(table: Table, column: str) -> bool:
    cells = [cell for cell in table.list_cells(column) if clean(cell)]
    rated = [read_rating(cell) for cell in cells]
    return bool(cells) and sum(r is not None for r in rated) > _SHARE * len(cells)


def _is_called(column: str, known: Collection[str]) -> bool:
    return words.fold(column) in known or bool(set(words.split_words(column)) & set(known))


def _spell(table: Table, column: str | None) -> str:
    """A column's name as the table spells it."""
    return table.columns[table.find_column(column)] if column else ""
