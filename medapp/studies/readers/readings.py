"""A reader's table, row by row: which image was called what, and what of it cannot be used."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from medapp.data.layouts.manifest.marks import clean
from medapp.data.layouts.manifest.matching import match_cells, split_path
from medapp.data.layouts.tables import Table
from medapp.errors import DataError
from medapp.notes import Level, Note
from medapp.studies.judged import Key
from medapp.studies.readers.calls import CallReader, read_rating
from medapp.studies.readers.columns import Columns, propose_reader

EXAMPLES = 3  # named in a note


@dataclass(frozen=True)
class Ground:
    """The images that rows may mean.

    Attributes:
        keys: of test images by their names, or of patients.
        elsewhere: other names of the run, and what is wrong with rows that name them.
    """

    keys: Mapping[str, Key]
    elsewhere: Mapping[str, str]

    def list_names(self) -> list[str]:
        """All names, those of test images first."""
        return [*self.keys, *self.elsewhere]


@dataclass(frozen=True)
class Readings:
    """What one reader said of a run's test images.

    Attributes:
        reader: who read.
        calls: the label that each image was called; empty where ratings stand alone.
        ratings: of each image, higher where the finding is surer; empty where there are none.
        notes: what could not be used, counted, with the first examples.
    """

    reader: str
    calls: Mapping[Key, str]
    ratings: Mapping[Key, float]
    notes: tuple[Note, ...]

    @property
    def keys(self) -> tuple[Key, ...]:
        """The images that count."""
        return tuple(self.calls or self.ratings)


def settle_calls(
    readings: Readings, classes: Sequence[str], positive: str, call_from: float | None
) -> Readings:
    """Readings whose calls follow from ratings, where a rating is named from which on one calls.

    Of two ratings alone the higher is a call. Where no class is the finding ratings are left out,
    as nothing says of which class they are.

    Args:
        positive: of two classes the finding; "" where there are others.

    Raises:
        DataError: there are ratings alone, or a rating is named, and no class is the finding.
    """
    if not positive or not readings.ratings:
        if call_from is not None or not readings.calls:
            raise DataError(
                f"{readings.reader} has no ratings of one of two classes.",
                remedy="Say which column holds the class that was called.",
            )
        if not readings.ratings:
            return readings
        text = f"{readings.reader}: ratings are not used, as no class is named that they are of."
        return replace(
            readings, ratings={}, notes=(*readings.notes, Note("ratings-unused", text, "info"))
        )
    levels = sorted(set(readings.ratings.values()))
    cut = levels[-1] if call_from is None and len(levels) == 2 else call_from
    if readings.calls or cut is None:
        return readings
    other = next(name for name in classes if name != positive)
    calls = {key: positive if r >= cut else other for key, r in readings.ratings.items()}
    text = f"{readings.reader}: a rating of {cut:g} or more counts as a call of {positive}."
    return replace(readings, calls=calls, notes=(*readings.notes, Note("call-from", text, "info")))


@dataclass
class _Sorted:
    """Rows of one reader, by image, and those that are of no use, by what is wrong with them."""

    calls: dict[Key, set[str]] = field(default_factory=lambda: defaultdict(set))
    ratings: dict[Key, set[float]] = field(default_factory=lambda: defaultdict(set))
    seen: Counter[Key] = field(default_factory=Counter)
    names: dict[Key, str] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def read_readings(
    table: Table, columns: Columns, ground: Ground, calls: CallReader
) -> list[Readings]:
    """The readers of a table, in the order of their first rows.

    One is called by the cell of the reader's column, by the column of the calls where there are
    several, else as the file.
    """
    names = table.list_cells(columns.image)
    readers = table.list_cells(columns.reader) if columns.reader else [""] * len(names)
    # Each reader may spell names in a way of his or her own.
    find = {
        reader: _match(
            [name for name, of in zip(names, readers, strict=True) if of == reader],
            ground,
            columns.is_by_patient,
        )
        for reader in dict.fromkeys(readers)
    }
    rated = table.list_cells(columns.rating) if columns.rating else None
    found: dict[str, _Sorted] = defaultdict(_Sorted)
    for column in columns.calls or ("",):
        called = table.list_cells(column) if column else None
        for i, (name, reader) in enumerate(zip(names, readers, strict=True)):
            title = _name_reader(table, columns, column, reader)
            _sort_row(
                found[title],
                name,
                find[reader](name),
                None if called is None else (called[i], calls),
                None if rated is None else rated[i],
            )
    remedy = propose_reader(table, columns)
    return [_settle(title, rows, ground, columns, remedy) for title, rows in found.items()]


def _match(
    cells: Sequence[str], ground: Ground, is_by_patient: bool
) -> Callable[[str], tuple[Key | None, str]]:
    """What finds a cell's image, or else says what is wrong with the row."""
    if is_by_patient:
        nowhere = "name no patient of the test split"
        return lambda cell: (ground.keys.get(cell), ground.elsewhere.get(cell, nowhere))
    names = ground.list_names()
    found = match_cells(filter(None, cells), [split_path(name) for name in names])

    def find(cell: str) -> tuple[Key | None, str]:
        places = found.images.get(cell, ())
        if len(places) > 1:
            return None, "name a folder and not one image"
        if not places:
            is_many = found.reasons.get(cell, "").startswith("several")
            return None, "may mean several images" if is_many else "name no image of the run"
        name = names[places[0]]
        return ground.keys.get(name), ground.elsewhere.get(name, "")

    return find


def _name_reader(table: Table, columns: Columns, column: str, reader: str) -> str:
    parts = [reader, column if len(columns.calls) > 1 else ""]
    return ", ".join(filter(None, parts)) or PurePath(table.name).stem


def _sort_row(
    rows: _Sorted,
    name: str,
    found: tuple[Key | None, str],
    called: tuple[str, CallReader] | None,
    rated: str | None,
) -> None:
    """Put a row where it belongs: to its image, or to what is wrong with it."""
    key, fault = found
    if key is None:
        rows.faults[fault].append(name or "no name")
        return
    label = rating = None
    if called is not None:
        cell, calls = called
        label = calls.read(cell) if clean(cell) else None
        if label is None:
            fault = "call no class of the model" if clean(cell) else "have no call"
            rows.faults[fault].append(f"{name}: {cell}" if cell else name)
            return
    if rated is not None:
        rating = read_rating(rated)
        if rating is None:
            rows.faults["have no rating"].append(f"{name}: {rated}" if rated else name)
            return
    rows.seen[key] += 1
    rows.names[key] = name
    if label is not None:
        rows.calls[key].add(label)
    if rating is not None:
        rows.ratings[key].add(rating)


def _settle(
    reader: str, rows: _Sorted, ground: Ground, columns: Columns, remedy: str = ""
) -> Readings:
    """One call and one rating an image; who contradicts himself on an image did not read it.

    Args:
        remedy: of images that were read twice.
    """
    torn = {key for of in (rows.calls, rows.ratings) for key, said in of.items() if len(said) > 1}
    calls = {key: min(said) for key, said in rows.calls.items() if key not in torn}
    ratings = {key: min(said) for key, said in rows.ratings.items() if key not in torn}
    twice = [key for key, n in rows.seen.items() if n > 1 and key not in torn]
    noun = "patients" if columns.is_by_patient else "images"
    shown = [rows.names[key] for key in rows.seen if key in torn]
    alike = [rows.names[key] for key in twice]
    unread = [name for name, key in ground.keys.items() if key not in rows.seen]
    notes = [
        _note("not-used", reader, f"rows that {fault}, left out", names, "caution")
        for fault, names in rows.faults.items()
    ]
    notes += [
        _note(
            "contradicting",
            reader,
            f"{noun} read twice with other answers, left out",
            shown,
            "caution",
            remedy,
        ),
        _note("read-twice", reader, f"{noun} read twice with one answer, counted once", alike),
        _note("not-read", reader, f"{noun} of the test split that were not read", unread),
    ]
    found = tuple(note for note in notes if note is not None)
    return Readings(reader, calls, ratings, found)


def _note(
    code: str,
    reader: str,
    text: str,
    names: Sequence[str],
    level: Level = "info",
    remedy: str = "",
) -> Note | None:
    """How many there are, with the first of them; None where there are none."""
    if not names:
        return None
    few = ", ".join(names[:EXAMPLES])
    more = ", …" if len(names) > EXAMPLES else ""
    return Note(code, f"{reader}: {text}: {len(names):,} ({few}{more}).", level, remedy)
