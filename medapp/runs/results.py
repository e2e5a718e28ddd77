"""What came of a run, on disk: figures, and the probabilities behind them. No torch here."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from medapp.data.samples import Sample
from medapp.errors import RunError
from medapp.runs.run import Run, list_runs
from medapp.store.files import open_replacing, write_bytes
from medapp.store.workspace import Workspace


def save_evaluation(
    run: Run, figures: dict[str, Any], samples: Sequence[Sample], probabilities: NDArray[np.float32]
) -> None:
    """Write `evaluation.json` and `predictions.parquet`."""
    classes = figures["classes"]
    columns: dict[str, Any] = {
        name: [getattr(s, name) for s in samples]
        for name in ("name", "label", "patient", "site", "content_hash")
    }
    columns["prediction"] = [classes[i] for i in probabilities.argmax(1)] if len(samples) else []
    columns |= {f"probability of {name}": probabilities[:, i] for i, name in enumerate(classes)}
    with open_replacing(run.folder / "predictions.parquet") as file:
        pq.write_table(pa.table(columns), file)
    write_bytes(
        run.folder / "evaluation.json", json.dumps(figures, indent=1, ensure_ascii=False).encode()
    )


def load_predictions(run: Run) -> list[dict[str, Any]]:
    """The rows of `predictions.parquet`; empty where the run was not evaluated.

    Raises:
        RunError: the table is damaged.
    """
    path = run.folder / "predictions.parquet"
    if not path.exists():
        return []
    try:
        table = pq.read_table(path)
        rows: list[dict[str, Any]] = table.to_pylist()
    except (OSError, ValueError, pa.ArrowException) as error:
        raise RunError(f"The predictions of run {run.name} are damaged. {_remedy(run)}") from error
    if not {"name", "label", "prediction", "content_hash"} <= set(table.column_names):
        raise RunError(f"{path.name} of run {run.name} holds no predictions. {_remedy(run)}")
    return rows


def _remedy(run: Run) -> str:
    return (
        f"Move predictions.parquet and evaluation.json out of {run.folder}, then evaluate the run"
        " again."
    )


def count_test_reads(workspace: Workspace, dataset: str) -> int:
    """How often the test part of a data set was read, over all runs that are kept: with each look
    the best figure flatters more.
    """
    runs = [run for run in list_runs(workspace) if run.recipe.dataset == dataset]
    return sum(event["kind"] == "test_read" for run in runs for event in run.load_events()[0])
