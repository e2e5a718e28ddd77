"""Patients in place of images: what a model says of a patient is the mean over the images."""

from collections import defaultdict
from typing import Any

import numpy as np

from medapp.errors import DataError
from medapp.runs.results import name_column
from medapp.studies.judged import Judged, Key
from medapp.task import find_task


def gather_patients(judged: Judged) -> tuple[Judged, tuple[str, ...]]:
    """A run's answers by patient, and the patients who have images with different labels.

    Those have no one truth and are left out, as in figures per patient.

    Raises:
        DataError: images may have several findings.
    """
    evaluation = judged.evaluation
    task = find_task(evaluation.task)
    if task.has_several:
        raise DataError(
            "Patients who are read as a whole are compared where each image has one label.",
            remedy="Write a row for each image, with its file's name.",
        )
    images: dict[str, list[Key]] = defaultdict(list)
    for key, row in judged.rows.items():
        if row.get("patient") is not None:
            images[row["patient"]].append(key)
    columns = [name_column(name) for name in evaluation.classes]
    rows: dict[Key, dict[str, Any]] = {}
    for patient, keys in images.items():
        labels = {judged.rows[key]["label"] for key in keys}
        if len(labels) > 1:
            continue
        means = np.mean([[judged.rows[key][column] for column in columns] for key in keys], axis=0)
        decision = task.decide(means[None])[0]
        rows[patient, 0] = {
            "name": patient,
            "label": min(labels),
            "patient": patient,
            "content_hash": patient,
            "prediction": task.describe(decision, evaluation.classes),
            **dict(zip(columns, means.tolist(), strict=True)),
        }
    mixed = tuple(patient for patient in images if (patient, 0) not in rows)
    return Judged(judged.run, evaluation, rows, {}, "patients"), mixed
