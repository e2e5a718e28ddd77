"""`split.parquet`: the split of each sample of a run; `split-1.parquet` … of further data sets.

Content hashes stand beside the names, so that a resumed or copied run knows its images again.
Labels and classes are those that the run learns: later edits of the data set leave them alone.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from medapp.data.samples import SPLITS, DataSet, Sample
from medapp.errors import RunError
from medapp.runs.run import name_part
from medapp.store.files import open_replacing
from medapp.store.parquet import read_table
from medapp.task import find_task

SPLIT = "split.parquet"
COLUMNS = ("name", "label", "patient", "site", "split", "content_hash")
# What older tables lack.
MORE = ("fingerprint",)
CLASSES = b"classes"  # the key in the metadata
MOST = 32  # data sets that a run may learn from


def name_table(domain: int) -> str:
    """The file with the samples of one of a run's data sets, by the place of the data set."""
    return name_part(SPLIT, domain)


def save_split(path: Path, samples: Sequence[Sample], classes: Sequence[str] = ()) -> None:
    """Write the table: one row a sample, in the order given.

    Args:
        classes: of the data set, in the order of logits; they stand in the table's metadata.
    """
    table = pa.table(
        {
            name: pa.array([getattr(s, name) for s in samples], pa.string())
            for name in (*COLUMNS, *MORE)
        }
    )
    table = table.replace_schema_metadata({CLASSES: json.dumps(list(classes), ensure_ascii=False)})
    with open_replacing(path) as file:
        pq.write_table(table, file)


def select(samples: Sequence[Sample], only: Mapping[str, Sequence[str]]) -> list[Sample]:
    """The samples whose attributes have one of the values that are wanted.

    Args:
        only: attribute ("label", "patient" or "site") to the values wanted; empty keeps all.
    """
    return [s for s in samples if all(getattr(s, name) in only[name] for name in only)]


def load_split(path: Path, run_name: str) -> list[dict[str, Any]]:
    """The rows of the table, each with the columns `COLUMNS`, and newer ones with `MORE` too.

    Raises:
        RunError: there is no such table, or a damaged or another one.
    """
    if not path.exists():
        raise RunError(
            f"Which images run {run_name} took is not known here: its list of them did not come"
            " with it, as with a bundle for another hospital.",
            remedy="Ask whoever made it, or judge it on images of your own.",
        )
    try:
        table = read_table(path)
        rows: list[dict[str, Any]] = table.to_pylist()
    except (OSError, ValueError, pa.ArrowException) as error:
        raise RunError(
            f"The split of run {run_name} cannot be read.", remedy="Start a new run."
        ) from error
    has_columns = set(COLUMNS) <= set(table.column_names)
    if not has_columns or not {row["split"] for row in rows} <= set(SPLITS):
        raise RunError(
            f"{path.name} of run {run_name} is no table of a split.", remedy="Start a new run."
        )
    return rows


def match_split(path: Path, samples: Sequence[Sample], run_name: str) -> list[Sample]:
    """The samples that the table names, in its order, each with the split and label it has there.

    Args:
        samples: those of the data set now, with those that are left out.

    Raises:
        RunError: the table is damaged, or an image it names has left the data set or changed.
    """
    rows = load_split(path, run_name)
    by_name: dict[tuple[str | None, str], Sample] = {(s.name, s.content_hash): s for s in samples}
    # A run that came without names (runs/privacy.py) knows its images by their content alone.
    for sample in reversed(samples):
        by_name[None, sample.content_hash] = sample
    missing = [row for row in rows if (row["name"], row["content_hash"]) not in by_name]
    if missing:
        example = missing[0]["name"] or f"SHA-256 {missing[0]['content_hash'][:16]}"
        raise RunError(
            f"The data set has changed since run {run_name} began: {len(missing)} of its"
            f" {len(rows)} images are gone or different ({example} is one).",
            remedy="Put them back, or start a new run.",
        )
    return [
        replace(by_name[row["name"], row["content_hash"]], split=row["split"], label=row["label"])
        for row in rows
    ]


def load_classes(path: Path, data_set: DataSet) -> tuple[str, ...]:
    """The classes that the run learns, in the order of its logits, whatever was edited since.

    A table from before they were kept is taken to have those of the data set, or else those that
    its rows name.
    """
    kept = json.loads((pq.read_schema(path).metadata or {}).get(CLASSES, b"[]"))
    if kept:
        return tuple(kept)
    task = find_task(data_set.task)
    labels = pq.read_table(path, columns=["label"])["label"].to_pylist()
    found = {name for label in labels for name in task.list_labels(label)}
    return data_set.classes if found <= set(data_set.classes) else task.order_classes(found)
