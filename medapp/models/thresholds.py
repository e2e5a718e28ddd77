"""Thresholds of findings in the metadata of a model's file."""

import json
from collections.abc import Mapping

from medapp.errors import WeightsError
from medapp.task.thresholds import RULE


def write_thresholds(thresholds: tuple[float, ...]) -> dict[str, str]:
    """Metadata that hold the thresholds and by which rule they were chosen; none without."""
    if not thresholds:
        return {}
    return {"thresholds": json.dumps(thresholds), "threshold_rule": RULE}


def read_thresholds(metadata: Mapping[str, str], origin: str, count: int) -> tuple[float, ...]:
    """The thresholds that a file holds, one a class; none where it says nothing of them.

    Args:
        origin: the file's name, for errors.

    Raises:
        WeightsError: they are no thresholds of that many classes.
    """
    if "thresholds" not in metadata:
        return ()
    try:
        found = [float(limit) for limit in json.loads(metadata["thresholds"])]
    except (ValueError, TypeError, RecursionError):
        found = []
    if len(found) != count or not all(0 <= limit <= 1 for limit in found):
        raise WeightsError(f"{origin} has damaged thresholds.", remedy="Train the run again.")
    return tuple(found)
