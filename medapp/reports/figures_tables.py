"""An evaluation as tables: each figure with its interval and its number of images."""

from collections.abc import Iterator

from medapp.evaluation.evaluation import Evaluation
from medapp.evaluation.headline import TITLES, list_shown, state_references
from medapp.evaluation.metrics import CLASS_METRICS, FINDING_METRICS, METRICS, SPECIAL_METRICS
from medapp.evaluation.words import write_figure
from medapp.reports.document import Table, build_table
from medapp.task import find_task

MOST_CLASSES = 40  # of a confusion matrix that still fits a page


def state_ground(evaluation: Evaluation) -> str:
    """What figures rest on: images, patients, and what intervals are over."""
    over = f"{evaluation.units:,} {evaluation.counted}"
    return f"n = {evaluation.n:,} images; 95% intervals over {over} ({evaluation.interval_method})."


def build_headlines(evaluation: Evaluation) -> Table:
    """The figures that say first how good a model is, beside what needs no model."""
    rows = [
        (
            headline.title,
            write_figure(headline.value, headline.interval),
            None if headline.chance is None else write_figure(headline.chance),
            None if headline.majority is None else write_figure(headline.majority),
        )
        for headline in list_shown(evaluation)
    ]
    caption = f"{state_ground(evaluation)} {state_references(evaluation)}"
    return build_table(("Figure", "Value [95% interval]", "Guessing", "Majority"), rows, caption)


def build_whole(evaluation: Evaluation) -> Table:
    """The figures over all classes, those of patients beside them."""
    patients = evaluation.per_patient
    names = [name for name in (*METRICS, *SPECIAL_METRICS) if _has(evaluation, name)]
    head = ["Figure", f"Per image (n = {evaluation.n:,})"]
    head += [f"Per patient (n = {patients.n:,})"] if patients else []
    rows = [[TITLES[name], *_write_both(name, evaluation, patients)] for name in names]
    caption = "Figures over all classes, with 95% intervals."
    if patients:
        caption += " A patient's probabilities are the mean of those of the patient's images."
    return build_table(head, rows, caption)


def build_classes(evaluation: Evaluation) -> Table:
    """Each class against the rest."""
    has_limits = bool(evaluation.thresholds)
    names = FINDING_METRICS if has_limits else CLASS_METRICS
    noun = find_task(evaluation.task).noun
    head = [noun.capitalize(), "n", "others", *(["threshold"] if has_limits else [])]
    rows = []
    for name, figures in evaluation.per_class.items():
        limit = None if figures.threshold is None else f"{figures.threshold:.3f}"
        values = [write_figure(getattr(figures, m), figures.intervals.get(m)) for m in names]
        rows.append([name, figures.n, figures.others, *([limit] if has_limits else []), *values])
    caption = f"Each {noun} against the rest, with 95% intervals; n images are of it."
    return build_table([*head, *(TITLES[m] for m in names)], rows, caption)


def build_confusion(evaluation: Evaluation) -> Iterator[Table]:
    """Images by truth and prediction; nothing where an image may have several labels."""
    if not evaluation.confusion or len(evaluation.classes) > MOST_CLASSES:
        return
    head = ["Truth ↓ · Prediction →", *evaluation.classes, "all"]
    rows = [
        [name, *row, sum(row)]
        for name, row in zip(evaluation.classes, evaluation.confusion, strict=True)
    ]
    yield build_table(head, rows, f"Confusion matrix of n = {evaluation.n:,} images.")


def _has(evaluation: Evaluation, name: str) -> bool:
    """Whether a figure is one of the evaluation's task."""
    if name == "macro_sensitivity" and evaluation.confusion:
        # The balanced accuracy again.
        return False
    return name in METRICS or getattr(evaluation, name) is not None


def _write_both(name: str, *evaluations: Evaluation | None) -> list[str]:
    return [
        write_figure(getattr(found, name), found.intervals.get(name))
        for found in evaluations
        if found is not None
    ]
