"""What came of a run, on disk: figures, and the probabilities behind them. No torch here."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from medapp.data.samples import Sample
from medapp.errors import RunError
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.robustness.record import Robustness, read_robustness
from medapp.evaluation.stress.record import Stress, read_stress
from medapp.explanation.trials.record import Trial, read_trial
from medapp.runs.locks import note_change
from medapp.runs.run import Run, name_part
from medapp.store.files import open_replacing, write_bytes
from medapp.store.parquet import read_table
from medapp.task import Task, find_task
from medapp.task.task import Targets

EVALUATION = "evaluation.json"
PREDICTIONS = "predictions.parquet"
ROBUSTNESS = "robustness.json"
STRESS = "stress.json"
TRIAL = "trial.json"
EXTERNAL = "external.json"
# What each head of a run may have.
RESULTS = (EVALUATION, PREDICTIONS, ROBUSTNESS, STRESS, TRIAL, EXTERNAL)
# Probabilities, truth, classes, patients and task: the first arguments of `evaluate`.
Evidence = tuple[NDArray[np.float64], Targets, Sequence[str], list[str | None], Task]


def save_evaluation(
    run: Run,
    evaluation: Evaluation,
    samples: Sequence[Sample],
    probabilities: NDArray[np.float32],
) -> None:
    """Write the head's `evaluation.json` and `predictions.parquet`. The run's lock must be held.

    Args:
        probabilities: (N, K) of the samples, in their order.
    """
    classes = evaluation.classes
    task = find_task(evaluation.task)
    columns: dict[str, Any] = {
        name: [getattr(sample, name) for sample in samples]
        for name in ("name", "label", "patient", "site", "content_hash")
    }
    limits = np.array(evaluation.thresholds) if evaluation.thresholds else None
    decisions = task.decide(probabilities, limits)
    columns["prediction"] = [task.describe(decision, classes) for decision in decisions]
    columns |= {name_column(name): probabilities[:, i] for i, name in enumerate(classes)}
    with open_replacing(find_predictions(run)) as file:
        pq.write_table(pa.table(columns), file)
    write_figures(run, evaluation)


def write_figures(run: Run, evaluation: Evaluation) -> None:
    """Write the head's `evaluation.json` alone. The run's lock must be held."""
    text = json.dumps(evaluation.to_dict(), indent=1, ensure_ascii=False)
    write_bytes(run.find_part(EVALUATION), text.encode())
    note_change(run.folder.parent)


def discard_evaluation(run: Run) -> None:
    """Delete the figures of all heads, which other ones replace. The run's lock must be held."""
    for domain in range(len(run.recipe.data.learned)):
        for name in RESULTS:
            path = run.folder / name_part(name, domain)
            if path.exists():
                path.unlink()
                note_change(run.folder.parent)


def load_robustness(run: Run) -> Robustness | None:
    """What attacks made of a run's figures; None where nobody asked, or of a damaged file."""
    try:
        values = json.loads(run.find_part(ROBUSTNESS).read_text(encoding="utf-8"))
        return read_robustness(values)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def load_stress(run: Run) -> Stress | None:
    """What faults made of a run's figures; None where nobody asked, or of a damaged file."""
    try:
        return read_stress(json.loads(run.find_part(STRESS).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def load_trials(run: Run) -> dict[str, Trial]:
    """What is known of a run's heatmaps, by method; empty where nobody asked, or of a damaged file.

    The latest is the last.
    """
    try:
        values = json.loads(run.find_part(TRIAL).read_text(encoding="utf-8"))
        return {str(name): read_trial(each) for name, each in values["trials"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def save_trial(run: Run, trial: Trial) -> None:
    """Put a trial beside those of other methods. The run's lock must be held."""
    others = {name: each for name, each in load_trials(run).items() if name != trial.method}
    values = {name: each.to_dict() for name, each in {**others, trial.method: trial}.items()}
    text = json.dumps({"trials": values}, indent=1, ensure_ascii=False)
    write_bytes(run.find_part(TRIAL), text.encode())


def load_predictions(run: Run) -> list[dict[str, Any]]:
    """The rows of `predictions.parquet`; empty where the run was not evaluated.

    Raises:
        RunError: the table is damaged.
    """
    table = load_prediction_table(run)
    rows: list[dict[str, Any]] = [] if table is None else table.to_pylist()
    return rows


def load_prediction_table(run: Run) -> pa.Table | None:
    """`predictions.parquet` by columns; None where the run was not evaluated.

    Raises:
        RunError: the table is damaged.
    """
    path = find_predictions(run)
    if not path.exists():
        return None
    try:
        table = read_table(path)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise RunError(
            f"The predictions of run {run.name} are damaged.", remedy=_remedy(run)
        ) from error
    evaluation = run.load_evaluation()
    probabilities = [name_column(name) for name in evaluation.classes] if evaluation else []
    needed = {"name", "label", "prediction", "content_hash", *probabilities}
    if not needed <= set(table.column_names):
        raise RunError(f"{path.name} of run {run.name} holds no predictions.", remedy=_remedy(run))
    return table


def find_predictions(run: Run) -> Path:
    """Where the probabilities behind a run's figures lie, or would lie."""
    return run.find_part(PREDICTIONS)


def name_column(name: str) -> str:
    """The column of `predictions.parquet` with the probability of a class."""
    return f"probability of {name}"


def read_probabilities(table: pa.Table, classes: Sequence[str]) -> NDArray[np.float64]:
    """The probabilities (N, K) in the columns of `predictions.parquet`."""
    columns = [table[name_column(name)].to_numpy() for name in classes]
    return np.stack(columns, axis=1).astype(np.float64)


def list_probabilities(
    rows: Sequence[Mapping[str, Any]], classes: Sequence[str]
) -> NDArray[np.float64]:
    """The probabilities (N, K) in rows of `predictions.parquet`."""
    columns = [name_column(name) for name in classes]
    return np.array([[row[column] for column in columns] for row in rows], np.float64)


def list_evidence(
    rows: Sequence[Mapping[str, Any]], classes: Sequence[str], task: Task
) -> Evidence:
    """What rows of `predictions.parquet` say, as the first arguments of `evaluate`."""
    return (
        list_probabilities(rows, classes),
        task.encode([row["label"] for row in rows], classes),
        classes,
        [row.get("patient") for row in rows],
        task,
    )


def collect_evidence(
    samples: Sequence[Sample],
    probabilities: NDArray[np.float32],
    classes: Sequence[str],
    task: Task,
) -> Evidence:
    """What a model said of samples, probabilities (N, K), as the first arguments of `evaluate`."""
    return (
        np.asarray(probabilities, np.float64),
        task.encode([sample.label for sample in samples], classes),
        classes,
        [sample.patient for sample in samples],
        task,
    )


def load_evidence(run: Run) -> Evidence | None:
    """The kept predictions of the test split; None where there are none, or no figures.

    Raises:
        RunError: figures or predictions are damaged.
    """
    evaluation = run.load_evaluation()
    rows = load_predictions(run) if evaluation else []
    if evaluation is None or not rows:
        return None
    return list_evidence(rows, evaluation.classes, find_task(evaluation.task))


def _remedy(run: Run) -> str:
    return (
        f"Move {find_predictions(run).name} and {run.find_part(EVALUATION).name} out of"
        f" {run.folder}, then evaluate the run again."
    )
