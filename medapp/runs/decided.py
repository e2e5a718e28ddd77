"""A run's figures as its model decides: by the threshold that was locked into it, if one was.

A model's own page, record and answers speak of the model as it decides. The kept figures are those
of the most probable class, whatever is locked: by these models are compared, and a bundle makes
them again. No image is read for those of the locked threshold.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, TypeVar

from medapp.errors import Remedy
from medapp.evaluation.case import Decide
from medapp.evaluation.evaluate import evaluate
from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.headline import TITLES
from medapp.evaluation.locked import Locked
from medapp.evaluation.robustness.record import Robustness
from medapp.evaluation.stress.record import Stress
from medapp.notes import Note, sort_notes
from medapp.runs.locking import find_locked
from medapp.runs.results import (
    EVALUATION,
    Evidence,
    find_predictions,
    list_probabilities,
    load_evidence,
    load_predictions,
    load_robustness,
    load_stress,
)
from medapp.runs.run import Run

DECIDED = "decided-by-lock"
# What decisions alone bring about, and other decisions may not.
OF_DECISIONS = ("constant-prediction", "all-alike")
# Figures that no threshold changes.
RANKED = ("auroc", "macro_auroc", "average_precision", "macro_average_precision")
Tried = TypeVar("Tried", Stress, Robustness)
MOST_KEPT = 64  # runs whose figures are held


def load_decided(run: Run) -> Evaluation | None:
    """The figures on the test split as the model decides now; None where there are none yet.

    Where a locked threshold decides, a note says so; and where the probabilities behind the figures
    were not kept, that they are still those of the most probable class.

    Raises:
        RunError: figures or predictions are damaged.
    """
    locked = find_locked(run)
    if locked is None:
        return run.load_evaluation()
    paths = (run.model_path, run.find_part(EVALUATION), find_predictions(run))
    return _load(run.folder, run.domain, locked, tuple(map(_sign, paths)))


def find_decide(run: Run, judged: Evaluation) -> Decide | None:
    """How a locked threshold takes probabilities (N, K) to classes (N,); None where none does."""
    return bind_lock(find_deciding(run, judged), judged.classes)


def find_deciding(run: Run, judged: Evaluation) -> Locked | None:
    """The locked threshold that decides for figures such as these; None where none does."""
    return find_locked(run) if judged.confusion else None


def bind_lock(locked: Locked | None, classes: Sequence[str]) -> Decide | None:
    """How a locked threshold decides among these classes; None where none is locked."""
    return partial(locked.decide, classes=classes) if locked else None


def note_lock(locked: Locked | None, figure: str) -> list[Note]:
    """That one figure, by its name, is of a locked threshold's answers, or hangs on none."""
    if locked is None:
        return []
    title = TITLES[figure]
    text = f"{title} is that of the locked threshold: {locked.name_point()}."
    if figure in RANKED:
        text = (
            f"{title} ranks images by their probabilities: it is the same whatever threshold is"
            f" locked ({locked.name_point()})."
        )
    return [Note(DECIDED, text, "info")]


def list_decided_rows(run: Run) -> list[dict[str, Any]]:
    """The rows of `predictions.parquet`, each with the class that the model decides for now.

    Raises:
        RunError: figures or predictions are damaged.
    """
    rows = load_predictions(run)
    locked = find_locked(run)
    kept = run.load_evaluation() if rows and locked else None
    if kept is None or locked is None or not kept.confusion:
        return rows
    decisions = locked.decide(list_probabilities(rows, kept.classes), kept.classes)
    pairs = zip(rows, decisions.tolist(), strict=True)
    return [{**row, "prediction": kept.classes[decision]} for row, decision in pairs]


def _sign(path: Path) -> tuple[int, int]:
    facts = path.stat() if path.exists() else None
    return (facts.st_mtime_ns, facts.st_size) if facts else (0, 0)


@lru_cache(MOST_KEPT)
def _load(
    folder: Path, domain: int, locked: Locked, _files: tuple[tuple[int, int], ...]
) -> Evaluation | None:
    run = Run(folder, domain)
    kept = run.load_evaluation()
    return kept if kept is None else apply_lock(locked, kept, load_evidence(run))


def apply_lock(locked: Locked | None, kept: Evaluation, evidence: Evidence | None) -> Evaluation:
    """Figures by a locked threshold where there is one, with a note that says so.

    Args:
        evidence: the probabilities behind the figures; where these were not kept, a note says that
            the figures are still those of the most probable class.
    """
    if locked is None or not kept.confusion:
        return kept
    if evidence is not None:
        return decide_anew(kept, evidence, locked)
    text = (
        f"New images are decided by the locked threshold ({locked.name_point()}); these figures are"
        " those of the most probable class, as the probabilities behind them were not kept."
    )
    return replace(kept, notes=sort_notes([*kept.notes, Note(DECIDED, text)]))


def load_decided_stress(run: Run) -> Stress | None:
    """The kept stress test, with a note where other decisions count now; None where there is none.

    What the model said of changed images is not kept, so that it has to be asked again.
    """
    again = Remedy("Stress it again.", "Ask again: medapp stress RUN.")
    return _tell_decider(load_stress(run), run, "this stress test", again)


def load_decided_robustness(run: Run) -> Robustness | None:
    """The same of attacks."""
    again = Remedy("Attack it again.", "Ask again: medapp robustness RUN.")
    return _tell_decider(load_robustness(run), run, "this attack", again)


def _tell_decider(found: Tried | None, run: Run, what: str, again: Remedy) -> Tried | None:
    now = find_locked(run)
    if found is None or _find_cut(found.locked) == _find_cut(now):
        return found
    lasting: list[Note] = [note for note in found.notes if note.code != DECIDED]
    text = (
        f"The model is now decided by {_name_decider(now)}; {what} was by"
        f" {_name_decider(found.locked)}."
    )
    return replace(found, notes=sort_notes([*lasting, Note(DECIDED, text, remedy=again)]))


def _find_cut(locked: Locked | None) -> tuple[tuple[str, ...], float] | None:
    """All that decides of a locked threshold."""
    return None if locked is None else (locked.positives, locked.threshold)


def _name_decider(locked: Locked | None) -> str:
    if locked is None:
        return "its most probable class"
    return f"the locked threshold ({locked.name_point()})"


def note_compared(names: Sequence[str]) -> list[Note]:
    """That models are compared as if nothing were locked, where one of them, named here, is."""
    if not names:
        return []
    decide = "decides" if len(names) == 1 else "decide"
    text = (
        f"{', '.join(names)} {decide} by a locked threshold. Here every model decides by its most"
        " probable class: a threshold trades sensitivity for specificity, and betters no model."
    )
    return [Note("compared-unlocked", text, "info")]


def decide_anew(kept: Evaluation, evidence: Evidence, locked: Locked) -> Evaluation:
    """The figures of the same images by a locked threshold, with what was noted of the kept ones.

    Args:
        evidence: the probabilities behind `kept`.
    """
    found = evaluate(*evidence, decide=bind_lock(locked, kept.classes))
    lasting = [note for note in kept.notes if note.code not in OF_DECISIONS]
    own = [note for note in found.notes if note.code in OF_DECISIONS]
    text = (
        "Sensitivity, specificity, accuracy, precision and F1 are those of the locked threshold:"
        f" {locked.name_point()}."
    )
    return replace(
        found,
        split=kept.split,
        dataset=kept.dataset,
        computed=kept.computed,
        looks=kept.looks,
        notes=sort_notes([*lasting, *own, Note(DECIDED, text, "info")]),
    )
