"""Several images of a patient to one answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from medapp.data.importing.patients import preview_patients
from medapp.errors import DataError
from medapp.evaluation.locked import decide
from medapp.evaluation.patients import combine_probabilities
from medapp.notes import Note, sort_notes
from medapp.prediction.table import Row
from medapp.task import Task


@dataclass(frozen=True)
class PatientPrediction:
    """What a model says of one patient.

    Attributes:
        patient: None where the pattern found none: then it is one image by itself.
        probabilities: class → the mean over the images.
        files: the images.
        notes: what to know of the images.
        thresholds: finding → the probability from which it counts as there; empty where each image
            has one label.
    """

    patient: str | None
    label: str
    probabilities: dict[str, float]
    files: tuple[Path, ...]
    notes: tuple[Note, ...]
    thresholds: dict[str, float] = field(default_factory=dict)


def combine_patients(
    rows: Sequence[Row],
    patient_pattern: str,
    task: Task,
    classes: Sequence[str],
) -> list[PatientPrediction]:
    """One prediction a patient, in the order of their first images.

    Each image counts the same; files that could not be predicted are left out.

    Args:
        patient_pattern: finds the patient in a file's name, or else in its path (see
            `medapp.data.importing.patients.build_finder`).

    Raises:
        DataError: the pattern is no regular expression, or is found in no name.
    """
    read = [row for row in rows if row.problem is None]
    named = preview_patients([row.file.as_posix() for row in read], patient_pattern)
    patients = [patient for _, patient in named]
    if read and not any(patients):
        raise DataError(
            f"The pattern '{patient_pattern}' was found in no file's name or path, so no patient is"
            " known.",
            remedy="'^.{8}' finds the first eight characters of a name.",
        )
    return combine_rows(read, patients, task, classes)


def combine_rows(
    rows: Sequence[Row], patients: Sequence[str | None], task: Task, classes: Sequence[str]
) -> list[PatientPrediction]:
    """One prediction a patient, see `combine_patients`; of rows that have an answer.

    Args:
        patients: whose image each row's is; None of one by itself.
    """
    probabilities = [[row.probabilities[name] for name in classes] for row in rows]
    units, means = combine_probabilities(np.reshape(probabilities, (-1, len(classes))), patients)
    thresholds = next((dict(row.thresholds) for row in rows if row.thresholds), {})
    locked = next((row.locked for row in rows if row.locked), None)
    decisions = decide(task, classes, means, list(thresholds.values()), locked)
    found = []
    for unit, mean in enumerate(means):
        own = [int(i) for i in np.flatnonzero(units == unit)]
        found.append(
            PatientPrediction(
                patients[own[0]],
                task.describe(decisions[unit], classes),
                dict(zip(classes, map(float, mean), strict=True)),
                tuple(rows[i].file for i in own),
                sort_notes(note for i in own for note in rows[i].notes),
                thresholds,
            )
        )
    return found
