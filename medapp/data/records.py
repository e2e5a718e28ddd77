"""Data sets and samples to rows of the catalog, and back.

Root folders inside the workspace are stored relative to `home`, the workspace's root, so that a
workspace can be moved.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from medapp.data.samples import DataSet, Sample
from medapp.imaging.geometry import Box
from medapp.task import find_task

# The columns that the functions below take and give, in their order.
DATA_SET_COLUMNS = (
    "name, root, origin, classes, patient_pattern, has_patients, split_origin, is_synthetic,"
    " created, uid, task, draws, reading, derivation"
)
SAMPLE_COLUMNS = (
    "id, name, label, patient, site, split, content_hash, width, height, mode, fingerprint,"
    " copy_group, attributes, is_left_out, frame, file_bytes, modified_ns, file"
)


def insert_data_set(db: sqlite3.Connection, data_set: DataSet, home: Path) -> int:
    """Add a row for a data set and give its id."""
    values = (
        data_set.name,
        _write_path(data_set.root, home),
        data_set.origin,
        json.dumps(data_set.classes, ensure_ascii=False),
        data_set.patient_pattern,
        data_set.has_patients,
        data_set.split_origin,
        data_set.is_synthetic,
        data_set.created,
        data_set.uid,
        data_set.task,
        data_set.draws,
        json.dumps(data_set.reading, ensure_ascii=False),
        json.dumps(data_set.derivation, ensure_ascii=False),
    )
    marks = ",".join("?" for _ in values)
    db.execute(f"INSERT INTO data_sets ({DATA_SET_COLUMNS}) VALUES ({marks})", values)
    return int(db.execute("SELECT last_insert_rowid()").fetchone()[0])


def insert_samples(
    db: sqlite3.Connection, data_set: DataSet, samples: Sequence[Sample], home: Path
) -> None:
    """Add a row for each sample and for each of their boxes; new ids follow the highest given."""
    last = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'samples'").fetchone()
    numbered = list(enumerate(samples, start=1 + (last[0] if last else 0)))
    rows = (
        (
            data_set.id,
            f"{s.name} {s.patient or ''} {s.site or ''}".casefold(),
            id,
            s.name,
            s.label,
            s.patient,
            s.site,
            s.split,
            s.content_hash,
            s.width,
            s.height,
            s.mode,
            s.fingerprint,
            s.copy_group or s.content_hash,
            json.dumps(dict(s.attributes), ensure_ascii=False),
            s.is_left_out,
            s.frame,
            s.file_bytes,
            s.modified_ns,
            None if s.path == data_set.root / s.name else _write_path(s.path, home),
        )
        for id, s in numbered
    )
    marks = ",".join("?" * 20)
    columns = f"data_set_id, searched, {SAMPLE_COLUMNS}"
    db.executemany(f"INSERT INTO samples ({columns}) VALUES ({marks})", rows)
    boxes = ((id, b.label, b.x0, b.y0, b.x1, b.y1) for id, s in numbered for b in s.boxes)
    db.executemany("INSERT INTO boxes VALUES (?,?,?,?,?,?)", boxes)


def build_data_set(id: int, row: Sequence[Any], home: Path) -> DataSet:
    """A data set from its row; a root folder that is absolute stays as it is.

    Raises:
        ValueError, TypeError: the row is damaged.
    """
    name, root, origin, classes, pattern, has_patients, split_origin, is_synthetic, *rest = row
    created, uid, task, draws, reading, derivation = rest
    return DataSet(
        id=id,
        name=str(name),
        root=home / root,
        origin=origin,
        classes=tuple(str(label) for label in json.loads(classes)),
        patient_pattern=pattern,
        has_patients=bool(has_patients),
        split_origin=split_origin,
        is_synthetic=bool(is_synthetic),
        created=created,
        uid=uid,
        task=task,
        draws=draws,
        reading=json.loads(reading),
        derivation=json.loads(derivation),
    )


def build_samples(
    rows: Iterable[Sequence[Any]],
    box_rows: Iterable[Sequence[Any]],
    root: Path,
    home: Path,
) -> list[Sample]:
    """Samples from their rows, each with its boxes.

    Args:
        box_rows: sample's id, label, x0, y0, x1, y1 of each box.
        root: the data set's folder, below which the samples' files are if their rows say nothing
            else.
        home: the workspace's root, below which other files are that are named relatively.
    """
    boxes: dict[int, list[Box]] = {}
    for id, *box in box_rows:
        boxes.setdefault(id, []).append(Box(*box))
    return [_build_sample(row, boxes, root, home) for row in rows]


def _build_sample(
    row: Sequence[Any], boxes: Mapping[int, Sequence[Box]], root: Path, home: Path
) -> Sample:
    id, name, label, patient, site, split, content_hash, width, height, mode, *newer = row
    fingerprint, copy_group, attributes, is_left_out, frame, size, modified, file = newer
    return Sample(
        id=id,
        name=name,
        path=home / file if file else root / name,
        label=label,
        patient=patient,
        site=site,
        split=split,
        content_hash=content_hash,
        width=width,
        height=height,
        mode=mode,
        boxes=tuple(boxes.get(id, ())),
        fingerprint=fingerprint,
        copy_group=copy_group,
        attributes=json.loads(attributes),
        is_left_out=bool(is_left_out),
        frame=frame,
        file_bytes=size,
        modified_ns=modified,
    )


def _write_path(path: Path, home: Path) -> str:
    return path.relative_to(home).as_posix() if path.is_relative_to(home) else str(path)


def renew_classes(db: sqlite3.Connection, data_set: DataSet) -> None:
    """Let the data set's classes be those that its images in use are labelled with.

    The order of grades that a person gave is kept when a grade has no image left, so that it comes
    back to its place.
    """
    task = find_task(data_set.task)
    query = "SELECT DISTINCT label FROM used WHERE data_set_id = ?"
    labels = db.execute(query, (data_set.id,))
    found = {name for (label,) in labels for name in task.list_labels(label)}
    query = "SELECT json_extract(reading, '$.grades') FROM data_sets WHERE id = ?"
    said = db.execute(query, (data_set.id,)).fetchone()[0]
    known = json.loads(said) if said else data_set.classes
    kept = [name for name in known if name in found]
    # Known classes keep their order, which may be that of grades; new ones go where they sort.
    is_known = found == set(kept)
    classes = kept if is_known else task.order_classes(found)
    values = (json.dumps(classes, ensure_ascii=False), data_set.id)
    db.execute("UPDATE data_sets SET classes = ? WHERE id = ?", values)
    if task.has_order:
        grades = json.dumps(known if is_known else classes, ensure_ascii=False)
        query = "UPDATE data_sets SET reading = json_set(reading, '$.grades', json(?)) WHERE id = ?"
        db.execute(query, (grades, data_set.id))
