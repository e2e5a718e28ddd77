"""A model beside human readers, on exactly the test images that all of them judged."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from medapp.data.layouts.manifest.matching import split_path
from medapp.data.layouts.tables import Table
from medapp.errors import DataError, Remedy
from medapp.evaluation.estimates import Estimate
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.words import write_figure
from medapp.notes import Note, sort_notes
from medapp.runs.run import Run
from medapp.runs.split_table import SPLIT, load_split
from medapp.studies.comparison import Comparison, compare_judged, require_different
from medapp.studies.judged import Judged, find_shared, load_judged
from medapp.studies.readers.beside import Agreement, Curve, list_agreements, trace_curve
from medapp.studies.readers.calls import CallReader
from medapp.studies.readers.columns import AskedColumns, find_columns
from medapp.studies.readers.gathering import gather_patients
from medapp.studies.readers.reader import build_reader
from medapp.studies.readers.readings import Ground, Readings, read_readings, settle_calls
from medapp.task import find_task

_SPLITS = {"train": "training"}
_CHANCE = 0.5  # the AUROC of guessing


@dataclass(frozen=True)
class ReaderComparison:
    """Runs and readers beside the first run.

    Attributes:
        comparison: figures, differences, tests and notes; runs come before readers.
        readers: what they are called.
        curve: the first run's ROC curve with their points; None where no finding is named.
        agreements: of each two of whom one is a reader.
    """

    comparison: Comparison
    readers: tuple[str, ...]
    curve: Curve | None
    agreements: tuple[Agreement, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            **self.comparison.to_dict(),
            "readers": list(self.readers),
            "roc": None if self.curve is None else self.curve.to_dict(),
            "agreements": [each.to_dict() for each in self.agreements],
        }


def compare_readers(
    runs: Sequence[Run],
    tables: Sequence[Table],
    asked: AskedColumns | None = None,
    positives: Sequence[str] = (),
    called: Sequence[str] = (),
) -> ReaderComparison:
    """Compare runs and readers with the first run; its kept predictions speak for it.

    Args:
        tables: of readings, a reader or several in each.
        positives: the classes that count as the finding on the ROC curve; of two classes it need
            not be named.
        called: what to call each run; their names where it is empty.

    Raises:
        RunError: a run has no predictions, or nothing was judged by all.
        DataError: a table cannot be read as one of readings.
        RecipeError: a class that is named is not among those of the runs.
    """
    if not runs:
        raise DataError("Readers are compared with a model.", remedy="Name a run first.")
    require_different(runs)
    judged = [load_judged(run) for run in runs]
    finding = _find_finding(judged[0].evaluation, positives)
    judged, readings = _read_tables(judged, tables, asked or AskedColumns(), finding)
    notes = [note for each in readings for note in each.notes]
    everyone = [*judged, *(build_reader(judged[0], each, finding) for each in readings)]
    names = (*(called or [run.name for run in runs]), *(each.reader for each in readings))
    found = compare_judged(everyone, names, runs)
    keys = find_shared(everyone)
    area = found.figures[0].get("auroc")
    is_told = bool(positives or finding)
    for name, figures in zip(names[len(judged) :], found.figures[len(judged) :], strict=True):
        notes += _note_turned(name, finding, figures.get("auroc"))
    return ReaderComparison(
        replace(found, notes=sort_notes([*found.notes, *notes])),
        tuple(each.reader for each in readings),
        trace_curve(everyone, names, keys, area, positives) if is_told else None,
        tuple(list_agreements(everyone, names)),
    )


def _find_finding(evaluation: Evaluation, positives: Sequence[str]) -> str:
    """The one of two classes that ratings are of: that which is named, else the positive one."""
    named = [name for name in positives if name in evaluation.classes]
    is_one = len(evaluation.classes) == 2 and len(named) == 1 and bool(evaluation.positive)
    return named[0] if is_one else evaluation.positive


def _note_turned(reader: str, finding: str, area: Estimate | None) -> list[Note]:
    """Ratings that rank worse than chance for certain are most likely meant the other way round."""
    if area is None or area.interval[1] >= _CHANCE:
        return []
    text = (
        f"{reader}: ratings are higher where {finding} is absent: AUROC"
        f" {write_figure(area.value, area.interval)}, below chance. They may be of the other class,"
        " or a low one may mean sure."
    )
    remedy = Remedy(
        "Name the class that ratings are of as the finding, or turn them round.",
        "Name the class that ratings are of with --positive, or turn them round.",
    )
    return [Note("ratings-turned", text, "caution", remedy)]


def _read_tables(
    judged: Sequence[Judged], tables: Sequence[Table], asked: AskedColumns, finding: str
) -> tuple[list[Judged], list[Readings]]:
    """The runs' answers, by patient where readers read patients, and all readers of all tables."""
    evaluation = judged[0].evaluation
    calls = CallReader(evaluation.classes, find_task(evaluation.task))
    ground = _find_images(judged[0])
    patients = {str(row["patient"]) for row in judged[0].rows.values() if row.get("patient")}
    names = [split_path(name) for name in ground.list_names()]
    chosen = [find_columns(table, names, patients, calls, asked) for table in tables]
    if len({columns.is_by_patient for columns in chosen}) > 1:
        raise DataError(
            "Some tables name images and others name patients.",
            remedy="Compare readers of images and readers of patients one after the other.",
        )
    models = list(judged)
    if any(columns.is_by_patient for columns in chosen):
        gathered = [gather_patients(each) for each in judged]
        models = [each for each, _ in gathered]
        fault = "name a patient whose images have different labels"
        keys = {str(row["name"]): key for key, row in models[0].rows.items()}
        ground = Ground(keys, dict.fromkeys(gathered[0][1], fault))
    found = [
        readings
        for table, columns in zip(tables, chosen, strict=True)
        for readings in read_readings(table, columns, ground, calls)
    ]
    for each in found:
        _require_readings(each)
    settled = [settle_calls(each, evaluation.classes, finding, asked.call_from) for each in found]
    return models, _tell_apart(settled)


def _find_images(model: Judged) -> Ground:
    """The names of a run's test images, and of those that it learned from."""
    keys = {str(row["name"]): key for key, row in model.rows.items()}
    path = model.run.find_part(SPLIT)
    rows = load_split(path, model.name) if path.exists() else []
    elsewhere = {
        str(row["name"]): f"name an image of the {_SPLITS.get(row['split'], row['split'])} split"
        for row in rows
        if str(row["name"]) not in keys
    }
    return Ground(keys, elsewhere)


def _require_readings(readings: Readings) -> None:
    if not readings.keys:
        said = " ".join(note.text for note in readings.notes if note.code != "not-read")
        raise DataError(
            f"{readings.reader} read none of the test images. {said}",
            remedy="Keep the images' file names in the table, and classes of the model as calls.",
        )


def _tell_apart(found: Sequence[Readings]) -> list[Readings]:
    """Readers with a name each: of one name in two tables, the second has a number."""
    taken: Counter[str] = Counter()
    apart = []
    for each in found:
        taken[each.reader] += 1
        number = taken[each.reader]
        apart.append(replace(each, reader=f"{each.reader} ({number})") if number > 1 else each)
    return apart
