"""A run's model file written anew around the same network, whose figures stay its own."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from medapp.runs.results import write_figures
from medapp.runs.run import Run
from medapp.store.files import hash_file


@contextlib.contextmanager
def rewrite_model(run: Run) -> Iterator[Path]:
    """Hold a run while its model's file is changed, but not its network.

    Figures that were made with the file before name the file after it.

    Raises:
        RunError: the run has no model, or another process works on it.
    """
    path = run.require_model()
    with run.lock():
        before = hash_file(path)
        yield path
        figures = run.load_evaluation()
        if figures is not None and figures.computed.get("model_sha256") == before:
            computed = {**figures.computed, "model_sha256": hash_file(path)}
            write_figures(run, replace(figures, computed=computed))
