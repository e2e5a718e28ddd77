"""Figures of an older method made anew from the kept predictions; no image is read for that."""

from dataclasses import replace

from medapp.evaluation.evaluate import evaluate
from medapp.evaluation.evaluation import OLDER_NOTE, Evaluation
from medapp.evaluation.intervals import METHOD
from medapp.notes import sort_notes
from medapp.runs.results import list_evidence, load_predictions, write_figures
from medapp.runs.run import Run
from medapp.task import find_task

# Codes of what an older file said of its own intervals.
OUTDATED = ("note", OLDER_NOTE.code)


def renew_figures(run: Run, kept: Evaluation) -> Evaluation:
    """The kept figures with intervals of the present method, and written so.

    Figures that no predictions stand behind, or that are not theirs, are given as they are.

    Raises:
        RunError: the predictions are damaged, or another process holds the run.
    """
    if kept.method == METHOD:
        return kept
    rows = load_predictions(run)
    columns = [f"probability of {name}" for name in kept.classes]
    if not rows or not {*columns, "patient"} <= rows[0].keys():
        return kept
    found = evaluate(*list_evidence(rows, kept.classes, find_task(kept.task)), kept.thresholds)
    if (found.n, found.confusion) != (kept.n, kept.confusion):
        return kept
    lasting = [note for note in kept.notes if note.code not in OUTDATED]
    renewed = replace(
        found,
        split=kept.split,
        dataset=kept.dataset,
        computed=kept.computed,
        looks=kept.looks,
        notes=sort_notes([*lasting, *found.notes]),
    )
    with run.lock():
        write_figures(run, renewed)
    return renewed
